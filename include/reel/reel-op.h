/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-attribute.h>
#include <reel/reel-error.h>
#include <reel/reel-tape.h>

G_BEGIN_DECLS

/**
 * ReelOpFlags:
 * @REEL_OP_NONE: nothing special
 * @REEL_OP_ELEMENTWISE: each element of the output depends on the elements of the
 *   (broadcast) inputs at its place alone
 * @REEL_OP_VIEW: outputs share the storage of the first input: the shape rule
 *   gives strides and offset. There is no kernel, or one for outputs of which the rule
 *   says that they cannot be views this time
 * @REEL_OP_RANDOM: attributes hold a generator's key and offset
 * @REEL_OP_OPAQUE: calls back into the program; cannot be replayed elsewhere
 * @REEL_OP_NO_GRADIENT: outputs never carry a gradient
 * @REEL_OP_INTERNAL: no public function of its own: what rules are made of
 * @REEL_OP_MAY_OVERWRITE: the kernel may write its output over its first input
 *
 * What an op is like.
 */
typedef enum /*< flags >*/
{
  REEL_OP_NONE = 0,
  REEL_OP_ELEMENTWISE = 1 << 0,
  REEL_OP_VIEW = 1 << 1,
  REEL_OP_RANDOM = 1 << 2,
  REEL_OP_OPAQUE = 1 << 3,
  REEL_OP_NO_GRADIENT = 1 << 4,
  REEL_OP_INTERNAL = 1 << 5,
  REEL_OP_MAY_OVERWRITE = 1 << 6
} ReelOpFlags;

REEL_FLAGS_IN_CPLUSPLUS (ReelOpFlags)

/**
 * ReelSpec: (skip)
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: sizes, outermost first
 * @strides: of a view: distances in elements
 * @offset: of a view: where its first element lies, in elements from the input's
 *   first
 * @is_copy: %FALSE before; where an op with %REEL_OP_VIEW and a kernel sets it, the
 *   output has memory of its own this time, which the kernel fills
 *
 * What a shape rule says of one output.
 */
typedef struct
{
  ReelDType dtype;
  guint rank;
  gint64 shape[REEL_MAX_AXES];
  gint64 strides[REEL_MAX_AXES];
  gint64 offset;
  gboolean is_copy;
} ReelSpec;

/**
 * ReelInfer: (skip)
 * @op: the op
 * @attributes: its attributes: a copy of what was given, which the rule brings into
 *   the form that is recorded (an axis counted from the end, a size for -1)
 * @attributes_size: their size; a rule may lessen it
 * @inputs: dtypes, shapes and strides of the inputs; of an optional one left out the
 *   shape is %NULL, and data is %NULL while a program is planned
 * @n_inputs: how many
 * @outputs: to be filled in: dtype, rank and shape, for views strides and offset
 * @n_outputs: how many
 * @workspace_size: to be set to the bytes the kernel needs besides, 0 before
 *
 * What a shape rule works on. It is the one place where bad arguments are refused:
 * what does not depend on data is checked here, and neither before nor after. It does
 * not read data. The same arrays and the attributes it leaves go on to the kernel.
 */
typedef struct
{
  const ReelOp *op;
  gpointer attributes;
  gsize attributes_size;
  const ReelArray *inputs;
  guint n_inputs;
  ReelSpec *outputs;
  guint n_outputs;
  gsize workspace_size;

  /*< private >*/
  ReelTensor *const *tensors;
} ReelInfer;

/**
 * ReelKernelCall: (skip)
 * @op: the op
 * @attributes: its attributes
 * @attributes_size: their size
 * @inputs: the inputs; data is %NULL for an optional one left out
 * @n_inputs: how many
 * @outputs: the outputs, contiguous, not initialised
 * @n_outputs: how many
 * @workspace: as many bytes as the shape rule asked for, aligned to 64
 *
 * What a kernel works on.
 */
typedef struct
{
  const ReelOp *op;
  gconstpointer attributes;
  gsize attributes_size;
  const ReelArray *inputs;
  guint n_inputs;
  const ReelArray *outputs;
  guint n_outputs;
  gpointer workspace;
} ReelKernelCall;

/**
 * ReelRule: (skip)
 * @op: the op
 * @attributes: its attributes, as they were recorded
 * @attributes_size: their size
 * @inputs: the inputs of the node
 * @n_inputs: how many
 * @outputs: the outputs of the node
 * @n_outputs: how many
 * @cotangents: in a vjp: one for each output; %NULL stands for zero
 * @tangents: in a jvp: one for each input; %NULL stands for zero
 *
 * What a derivative rule works on. Rules are written in ops: run while a tape
 * records they can be differentiated again. A rule may read the data of the
 * inputs and outputs that its op's masks name, and the shape of all, but never
 * the shape of a cotangent.
 */
typedef struct
{
  const ReelOp *op;
  gconstpointer attributes;
  gsize attributes_size;
  ReelTensor *const *inputs;
  guint n_inputs;
  ReelTensor *const *outputs;
  guint n_outputs;
  ReelTensor *const *cotangents;
  ReelTensor *const *tangents;

  /*< private >*/
  gpointer sweep;
  gpointer node;
} ReelRule;

/**
 * ReelSampleInput: (skip)
 * @dtype: the elements' type; f64 for what shall be differentiated
 * @rank: how many axes
 * @shape: sizes, outermost first
 * @low: elements are drawn uniformly from this
 * @high: up to but without this (integers are rounded down)
 *
 * One input of a sample.
 */
typedef struct
{
  ReelDType dtype;
  guint rank;
  gint64 shape[5];
  gdouble low;
  gdouble high;
} ReelSampleInput;

/**
 * ReelSample: (skip)
 * @inputs: the inputs; one with rank -1 as %G_MAXUINT is left out (optional)
 * @n_inputs: how many
 * @n_outputs: how many outputs, for an op where that varies; else 0
 * @attributes: the attributes
 * @attributes_size: their size
 *
 * Inputs on which the generic test evaluates and differentiates an op. Stay away
 * from points where the derivative does not exist.
 */
typedef struct
{
  const ReelSampleInput *inputs;
  guint n_inputs;
  guint n_outputs;
  gconstpointer attributes;
  gsize attributes_size;
} ReelSample;

/**
 * ReelOp: (skip)
 * @struct_size: set by %REEL_OP_INIT: the struct may grow at its end
 * @name: the field's name: "matmul"
 * @onnx_name: (nullable): ONNX's name: "MatMul"
 * @formula: value and derivative in a line: "y = tanh x;  x̄ = ȳ (1 - y²)"
 * @n_inputs: how many inputs; -1 where that varies
 * @n_outputs: how many outputs; -1 where that varies
 * @attributes: (nullable): a row for each attribute
 * @n_attributes: how many rows
 * @optional_inputs: bit i: input i may be %NULL
 * @flags: what the op is like
 * @vjp_reads_inputs: bit i: the vjp rule reads the data of input i (bit 31: of
 *   all from 31 on)
 * @vjp_reads_outputs: the same for outputs
 * @count_outputs: (nullable): of an op of any number of outputs: how many they are
 * @infer: dtypes and shapes of the outputs, or an error that says what was
 *   expected; the op's name is put before it
 * @kernel: computes the outputs on the CPU; %NULL for a view
 * @vjp: gives [func@Reel.rule_contribute] the cotangents of the inputs; %NULL for
 *   an op without gradient
 * @jvp: gives [func@Reel.rule_set_tangent] the tangents of the outputs
 * @samples: inputs for the generic test
 * @n_samples: how many
 * @user_data: for whoever registers the op
 *
 * An operation: what it means, and its derivatives, in one place. Write it as
 * static data with designated initialisers, beginning with %REEL_OP_INIT; it must
 * live as long as the process.
 */
struct _ReelOp
{
  gsize struct_size;
  const gchar *name;
  const gchar *onnx_name;
  const gchar *formula;
  gint n_inputs;
  gint n_outputs;
  const ReelAttribute *attributes;
  guint n_attributes;
  guint32 optional_inputs;
  ReelOpFlags flags;
  guint32 vjp_reads_inputs;
  guint32 vjp_reads_outputs;

  gboolean (*count_outputs) (ReelInfer *infer,
                             gint64    *n_outputs,
                             GError   **error);
  gboolean (*infer) (ReelInfer *infer,
                     GError   **error);
  gboolean (*kernel) (const ReelKernelCall *call,
                      GError              **error);
  gboolean (*vjp) (ReelRule *rule,
                   GError  **error);
  gboolean (*jvp) (ReelRule *rule,
                   GError  **error);

  const ReelSample *samples;
  guint n_samples;
  gpointer user_data;

  /*< private >*/
  gpointer reserved[8];
};

/**
 * REEL_OP_INIT: (skip)
 *
 * Begins the initialiser of a [struct@Reel.Op].
 */
#define REEL_OP_INIT .struct_size = sizeof (ReelOp)

/**
 * reel_infer_describe: (skip)
 * @infer: a shape rule's
 * @first: number of an input
 * @n: how many inputs from there on
 *
 * Describes inputs for an error of a shape rule, with their labels:
 * `f32[64,784] "x" x f32[512,256]`.
 *
 * Returns: (transfer full): the description, free with g_free()
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_infer_describe (const ReelInfer *infer,
                            guint            first,
                            guint            n);

/**
 * reel_apply: (skip)
 * @op: an op of one output
 * @inputs: its inputs
 * @n_inputs: how many
 * @attributes: (nullable): its attributes, plain data that is copied
 * @attributes_size: their size
 *
 * Applies @op: infers shapes, computes at once, and records one node while the
 * current tape records. The way every op function goes.
 *
 * Returns: (transfer none): the output, which the current tape owns; its error
 *   tensor on failure, never %NULL
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_apply (const ReelOp      *op,
                        ReelTensor *const *inputs,
                        guint              n_inputs,
                        gconstpointer      attributes,
                        gsize              attributes_size);

/**
 * reel_apply_full: (skip)
 * @op: an op
 * @inputs: its inputs
 * @n_inputs: how many
 * @attributes: (nullable): its attributes, plain data that is copied
 * @attributes_size: their size
 * @outputs: (out caller-allocates): room for @n_outputs results
 * @n_outputs: how many outputs
 *
 * [func@Reel.apply] for an op of any number of outputs. On failure all of
 * @outputs are the tape's error tensor.
 *
 * Returns: whether it succeeded
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_apply_full (const ReelOp      *op,
                          ReelTensor *const *inputs,
                          guint              n_inputs,
                          gconstpointer      attributes,
                          gsize              attributes_size,
                          ReelTensor       **outputs,
                          guint              n_outputs);

/**
 * reel_rule_wants: (skip)
 * @rule: a vjp rule's
 * @input: number of an input
 *
 * Tells whether a sweep has a use for the cotangent of an input.
 *
 * Returns: whether the cotangent of that input is wanted; a rule need not compute
 *   others
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_rule_wants (const ReelRule *rule,
                          guint           input);

/**
 * reel_rule_contribute: (skip)
 * @rule: a vjp rule's
 * @input: number of an input
 * @cotangent: (transfer none): of the input's dtype and shape; ignored where it is
 *   not wanted
 *
 * Adds to the cotangent of an input. Never called for an input means zero.
 */
REEL_AVAILABLE_IN_1_0
void reel_rule_contribute (ReelRule   *rule,
                           guint       input,
                           ReelTensor *cotangent);

/**
 * reel_rule_contribute_region: (skip)
 * @rule: a vjp rule's
 * @input: number of an input
 * @cotangent: (transfer none): what belongs to the region; its shape is the region's
 * @strides: for each axis of @cotangent, the distance in elements in the
 *   contiguous input
 * @offset: where the region begins, in elements
 *
 * Adds to a part of the cotangent of an input, so that many slices of one tensor
 * cost what they cover and no more. The elements of a region must be distinct.
 */
REEL_AVAILABLE_IN_1_0
void reel_rule_contribute_region (ReelRule     *rule,
                                  guint         input,
                                  ReelTensor   *cotangent,
                                  const gint64 *strides,
                                  gint64        offset);

/**
 * reel_rule_set_tangent: (skip)
 * @rule: a jvp rule's
 * @output: number of an output
 * @tangent: (transfer none): of the output's dtype and shape
 *
 * Sets the tangent of an output. Never called for an output means zero.
 */
REEL_AVAILABLE_IN_1_0
void reel_rule_set_tangent (ReelRule   *rule,
                            guint       output,
                            ReelTensor *tangent);

/**
 * reel_op_register: (skip)
 * @op: an op that lives as long as the process
 * @error: return location for an error
 *
 * Adds an op to the registry, so that it is found by name and the generic checks
 * see it. An op need not be registered to be applied. Fails with
 * %REEL_ERROR_VALUE where the name is taken.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_op_register (const ReelOp *op,
                           GError      **error);

/**
 * reel_op_lookup: (skip)
 * @name: an op's name
 *
 * Finds an op, the library's own or a registered one.
 *
 * Returns: (nullable): the op of that name
 */
REEL_AVAILABLE_IN_1_0
const ReelOp *reel_op_lookup (const gchar *name);

/**
 * reel_op_list_names:
 *
 * The names of all ops, in the order they were registered, the library's own
 * first.
 *
 * Returns: (transfer full) (array zero-terminated=1): names, free with g_strfreev()
 */
REEL_AVAILABLE_IN_1_0
gchar **reel_op_list_names (void);

/**
 * reel_op_get_formula:
 * @name: an op's name
 *
 * Gives what dumps print of an op.
 *
 * Returns: (nullable): value and derivative of the op in a line
 */
REEL_AVAILABLE_IN_1_0
const gchar *reel_op_get_formula (const gchar *name);

G_END_DECLS
