/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <reel/reel-dtype.h>
#include <reel/reel-macros.h>

G_BEGIN_DECLS

typedef struct _ReelTensor ReelTensor;
typedef struct _ReelTape ReelTape;
typedef struct _ReelGenerator ReelGenerator;
typedef struct _ReelOp ReelOp;

/**
 * REEL_MAX_RANK:
 *
 * The most axes a tensor can have.
 */
#define REEL_MAX_RANK 8

/* Two more inside, for the batch axes of sweeps. */
/**
 * REEL_MAX_AXES: (skip)
 *
 * The most axes a kernel or a shape rule can meet: %REEL_MAX_RANK and two batch
 * axes.
 */
#define REEL_MAX_AXES 10

#ifdef __cplusplus
extern "C++" {
/* C++ has no compound literals. A temporary lives as long: to the end of the call that it
 * is written in. */
template <typename Item>
struct ReelListInCplusplus
{
  template <typename... Items>
  static constexpr guint
  count (const Items &...)
  {
    return static_cast<guint> (sizeof...(Items));
  }

  template <gsize n>
  static Item *
  items (Item (&&list)[n])
  {
    return list;
  }
};
}
#endif

/**
 * ReelArray: (skip)
 * @data: element [0, 0, ...]
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: sizes, outermost first
 * @strides: distances between neighbours, in elements
 *
 * An operand as a kernel sees it: memory, shape and strides.
 */
typedef struct
{
  gpointer data;
  ReelDType dtype;
  guint rank;
  const gint64 *shape;
  const gint64 *strides;
} ReelArray;

/**
 * REEL_SHAPE: (skip)
 * @...: sizes, outermost first
 *
 * Writes a shape (or a list of axes) in C where a function takes a rank and an
 * array: `reel_reshape (x, REEL_SHAPE (3, 4))`. It expands to both arguments.
 */
#ifdef __cplusplus
#define REEL_SHAPE(...) \
  ReelListInCplusplus<const gint64>::count (__VA_ARGS__), \
  ReelListInCplusplus<const gint64>::items ({ __VA_ARGS__ })
#else
#define REEL_SHAPE(...) \
  (guint) (sizeof ((const gint64[]){ __VA_ARGS__ }) / sizeof (gint64)), \
  (const gint64[]){ __VA_ARGS__ }
#endif

/**
 * REEL_SCALAR_SHAPE: (skip)
 *
 * The shape of a single number, rank 0.
 */
#define REEL_SCALAR_SHAPE 0u, NULL

/**
 * REEL_AXES: (skip)
 * @...: axes; negative ones count from the end
 *
 * The same as %REEL_SHAPE, for reading well where axes are meant:
 * `reel_sum (x, REEL_AXES (0, 1), FALSE)`.
 */
#define REEL_AXES(...) REEL_SHAPE (__VA_ARGS__)

/**
 * REEL_ALL_AXES: (skip)
 *
 * All axes, for a reduction to a single number.
 */
#define REEL_ALL_AXES 0u, NULL

/**
 * REEL_TENSORS: (skip)
 * @...: tensors
 *
 * Writes an array of tensors in C where a function takes an array and its
 * length: `reel_concat (REEL_TENSORS (a, b), 0)`.
 */
#ifdef __cplusplus
#define REEL_TENSORS(...) \
  ReelListInCplusplus<ReelTensor *const>::items ({ __VA_ARGS__ }), \
  ReelListInCplusplus<ReelTensor *const>::count (__VA_ARGS__)
#else
#define REEL_TENSORS(...) \
  (ReelTensor *const[]){ __VA_ARGS__ }, \
  (guint) (sizeof ((ReelTensor *const[]){ __VA_ARGS__ }) / sizeof (ReelTensor *))
#endif

G_END_DECLS
