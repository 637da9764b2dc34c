/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-dtype.h>

G_BEGIN_DECLS

/**
 * ReelAttributeKind:
 * @REEL_ATTRIBUTE_I64: a whole number, a #gint64
 * @REEL_ATTRIBUTE_I32: a small whole number, a #gint32
 * @REEL_ATTRIBUTE_F64: a number, a #gdouble
 * @REEL_ATTRIBUTE_BOOL: yes or no, a #gint32; as text `true` or `false`
 * @REEL_ATTRIBUTE_DTYPE: an element type, a #guint32; as text its name
 * @REEL_ATTRIBUTE_ENUM: one of a few words, a #guint32; as text the word
 * @REEL_ATTRIBUTE_AXIS: an axis, a #gint32, once recorded counted from the end
 * @REEL_ATTRIBUTE_AXES: a list of axes, of #gint32; as text `[-2,-1]`
 * @REEL_ATTRIBUTE_SHAPE: a list of sizes, of #gint64; as text `[2,3]`
 * @REEL_ATTRIBUTE_KEY: the key of a random generator, a #guint64
 * @REEL_ATTRIBUTE_COUNTER: which draw of that generator, a #guint64
 * @REEL_ATTRIBUTE_PARTS: internal: regions of a tensor, until the attributes' end
 *
 * What kind of thing an attribute is, and how it lies in the attributes' struct.
 */
typedef enum
{
  REEL_ATTRIBUTE_I64,
  REEL_ATTRIBUTE_I32,
  REEL_ATTRIBUTE_F64,
  REEL_ATTRIBUTE_BOOL,
  REEL_ATTRIBUTE_DTYPE,
  REEL_ATTRIBUTE_ENUM,
  REEL_ATTRIBUTE_AXIS,
  REEL_ATTRIBUTE_AXES,
  REEL_ATTRIBUTE_SHAPE,
  REEL_ATTRIBUTE_KEY,
  REEL_ATTRIBUTE_COUNTER,
  REEL_ATTRIBUTE_PARTS
} ReelAttributeKind;

/**
 * ReelAttribute: (skip)
 * @name: the name of the argument that it comes from: "negative_slope"
 * @kind: what it is
 * @offset: where it lies in the attributes' struct
 * @count: of a list: where its length lies, a #guint32
 * @default_value: (nullable): as text, what bindings take where it is left out;
 *   %NULL where it must be given
 * @words: (nullable): of an enumeration: its words from 0 on, %NULL behind the last
 *
 * Describes one attribute of an op: a row for each stands in the op's descriptor.
 * Dumps, errors and bindings read them; attributes themselves are plain data, without
 * pointers, so that two can be compared. What lies between the described members is
 * padding, and does not count.
 */
typedef struct
{
  const gchar *name;
  ReelAttributeKind kind;
  guint offset;
  guint count;
  const gchar *default_value;
  const gchar *const *words;
} ReelAttribute;

/**
 * REEL_ATTRIBUTE: (skip)
 * @type: the attributes' struct
 * @member: its member, which gives the name
 * @kind_: the kind without its prefix
 * @default_: default as text, or %NULL
 *
 * A row for a member that is no list.
 */
#define REEL_ATTRIBUTE(type, member, kind_, default_) \
  { #member, REEL_ATTRIBUTE_##kind_, G_STRUCT_OFFSET (type, member), 0, default_, NULL }

/**
 * REEL_LIST_ATTRIBUTE: (skip)
 * @type: the attributes' struct
 * @member: its member, an array, which gives the name
 * @count_: the member with the length
 * @kind_: the kind without its prefix
 * @default_: default as text, or %NULL
 *
 * A row for a list.
 */
#define REEL_LIST_ATTRIBUTE(type, member, count_, kind_, default_) \
  { #member, REEL_ATTRIBUTE_##kind_, G_STRUCT_OFFSET (type, member), \
    G_STRUCT_OFFSET (type, count_), default_, NULL }

/**
 * reel_op_list_attributes:
 * @name: an op's name
 *
 * The names of an op's attributes: the arguments of its function that are no
 * tensors, in the function's order. A name that is no argument is there for
 * derivative rules alone. A binding takes keyword names from here, and the
 * default of each from reel_op_get_attribute_default():
 *
 * ```python
 * for name in Reel.op_list_attributes ("sum"):          # axes, keep
 *     Reel.op_get_attribute_kind ("sum", name)          # AXES, BOOL
 *     Reel.op_get_attribute_default ("sum", name)       # "all", "false"
 * ```
 *
 * An argument of [func@Reel.dropout] and the like that is a generator stands here as
 * its "key" and its "counter".
 *
 * Returns: (transfer full) (array zero-terminated=1): names, free with g_strfreev();
 *   none for an op without, or where there is no such op
 */
REEL_AVAILABLE_IN_1_0
gchar **reel_op_list_attributes (const gchar *name);

/**
 * reel_op_get_attribute_kind:
 * @name: an op's name
 * @attribute: name of one of its attributes
 *
 * Gets what an attribute is.
 *
 * Returns: its kind; %REEL_ATTRIBUTE_I64 where there is no such attribute
 */
REEL_AVAILABLE_IN_1_0
ReelAttributeKind reel_op_get_attribute_kind (const gchar *name,
                                              const gchar *attribute);

/**
 * reel_op_get_attribute_default:
 * @name: an op's name
 * @attribute: name of one of its attributes
 *
 * Gets what an attribute is where it is left out, as text: `3`, `0.5`, `true`, `f32`,
 * a word of an enumeration, `[0,1]`, or `all` for all axes.
 *
 * Returns: (nullable): its default; %NULL where it must be given
 */
REEL_AVAILABLE_IN_1_0
const gchar *reel_op_get_attribute_default (const gchar *name,
                                            const gchar *attribute);

/**
 * reel_op_list_attribute_words:
 * @name: an op's name
 * @attribute: name of one of its attributes
 *
 * The words that an attribute of the kind %REEL_ATTRIBUTE_ENUM can be; the first
 * stands for the number 0.
 *
 * Returns: (transfer full) (array zero-terminated=1): words, free with g_strfreev();
 *   none for another kind
 */
REEL_AVAILABLE_IN_1_0
gchar **reel_op_list_attribute_words (const gchar *name,
                                      const gchar *attribute);

G_END_DECLS
