/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of this room share. */

#include "tape/rule.h"

#include <reel/reel-op.h>
#include <reel/reel-ops.h>

/* Calls of the library's own ops. */
static inline ReelTensor *
_reel_apply_1 (const ReelOp *op,
               ReelTensor   *x,
               gconstpointer attributes,
               gsize         attributes_size)
{
  return reel_apply (op, &x, 1, attributes, attributes_size);
}

static inline ReelTensor *
_reel_apply_2 (const ReelOp *op,
               ReelTensor   *a,
               ReelTensor   *b,
               gconstpointer attributes,
               gsize         attributes_size)
{
  ReelTensor *inputs[2] = { a, b };

  return reel_apply (op, inputs, 2, attributes, attributes_size);
}

static inline ReelTensor *
_reel_apply_3 (const ReelOp *op,
               ReelTensor   *a,
               ReelTensor   *b,
               ReelTensor   *c,
               gconstpointer attributes,
               gsize         attributes_size)
{
  ReelTensor *inputs[3] = { a, b, c };

  return reel_apply (op, inputs, 3, attributes, attributes_size);
}

/* What a descriptor says of its attributes. */
#define REEL_ATTRIBUTES(rows) .attributes = (rows), .n_attributes = G_N_ELEMENTS (rows)

/* Applies an op of as many outputs as its inputs and attributes say; one, the error
 * tensor, where it fails. The list is to be freed, its tensors are the tape's. */
ReelTensor **_reel_apply_list (const ReelOp      *op,
                               ReelTensor *const *inputs,
                               guint              n_inputs,
                               gconstpointer      attributes,
                               gsize              attributes_size,
                               guint             *n_outputs);

/* Arguments as attributes, as they are: shape rules look at them. No axes mean all. What
 * 32 bits do not hold is out of any range. */
static inline gint32
_reel_axis (gint64 axis)
{
  return (gint32) CLAMP (axis, G_MININT32, G_MAXINT32);
}

void _reel_axes_init (ReelAxes     *self,
                      guint         n_axes,
                      const gint64 *axes,
                      gboolean      keep);

/* Shape rules begin with these: they check axes of something of that rank, and count
 * them from the end. `from_front` gets the axis counted from the front. */
gboolean _reel_infer_axis (gint32  *axis,
                           guint    rank,
                           guint   *from_front,
                           GError **error);
gboolean _reel_infer_axes (ReelAxes *axes,
                           guint     rank,
                           GError  **error);

/* The same of an axis that the result has and the operand, of that rank, has not. */
gboolean _reel_infer_new_axis (gint32  *axis,
                               guint    rank,
                               guint   *from_front,
                               GError **error);

/* Whether a number stands for a dtype. */
gboolean _reel_infer_dtype (guint32  dtype,
                            GError **error);

/* Whether a list that was given is there: its length is G_MAXUINT32 if not. */
#define REEL_NO_LIST G_MAXUINT32
gboolean _reel_infer_list (guint32      n,
                           const gchar *name,
                           GError     **error);

/* The sticky error of a failed argument check: "op: message". Returns the current
 * tape's error tensor. */
ReelTensor *_reel_op_fail (const gchar *op,
                           ReelError    code,
                           const gchar *format,
                           ...) G_GNUC_PRINTF (3, 4);

/* Notes why an input cannot be used, which it takes: an error tensor's own error comes
 * along as it is, from another tape too. Returns the error tensor. */
ReelTensor *_reel_fail_by_input (ReelTape    *tape,
                                 const gchar *op,
                                 ReelTensor  *input,
                                 GError      *error);

/* Whether a public function's tensor arguments can be looked at before the op is
 * applied: not NULL, no error tensor. If not, `*failed` is what to return. */
gboolean _reel_op_check_arguments (const gchar       *op,
                                   ReelTensor *const *tensors,
                                   guint              n_tensors,
                                   ReelTensor       **failed);

/* Copies dtype and shape of an input. */
void _reel_spec_like (ReelSpec        *spec,
                      const ReelArray *array);

/* "f32[2,3] x f32[4]", for messages; to be freed */
gchar *_reel_describe_inputs (ReelTensor *const *inputs,
                              guint              n_inputs);

/* Shape rules that many ops have. */
gboolean _reel_infer_same (ReelInfer *infer,
                           GError   **error);
gboolean _reel_infer_same_floating (ReelInfer *infer,
                                    GError   **error);
gboolean _reel_infer_broadcast (ReelInfer *infer,
                                GError   **error);
gboolean _reel_check_same_dtype (const ReelInfer *infer,
                                 GError         **error);
gboolean _reel_check_number (const ReelInfer *infer,
                             guint            input,
                             GError         **error);
gboolean _reel_check_floating (const ReelInfer *infer,
                               guint            input,
                               GError         **error);

/* What follows is for rules, which may be given cotangents and tangents with more axes
 * in front: they say from which value's shape to which, and never look. */

/* The sum over what broadcasting of `to` made of it: the last axes of t, which are of
 * `from`'s shape, get `to`'s. Returns t itself where there is nothing to sum. */
ReelTensor *_reel_sum_to_shape (ReelTensor *t,
                                ReelTensor *from,
                                ReelTensor *to);
ReelTensor *_reel_sum_to_shape_from (ReelTensor   *t,
                                     guint         rank,
                                     const gint64 *shape,
                                     ReelTensor   *to);

/* The other way: the last axes of t, of `from`'s shape, broadcast to `to`'s. */
ReelTensor *_reel_broadcast_from (ReelTensor *t,
                                  ReelTensor *from,
                                  ReelTensor *to);

/* A value as one that depends on what the sweep carries: with the axes that a cotangent
 * or tangent of it has in front. For ops whose operands do not broadcast. */
ReelTensor *_reel_rule_batched (ReelRule   *rule,
                                ReelTensor *x);
guint _reel_rule_n_batch_axes (const ReelRule *rule);

/* A constant of the same dtype and shape as `like`, all one number; of rank 0 and
 * expanded where that serves. */
ReelTensor *_reel_full_like (ReelTensor *like,
                             gdouble     value);

/* One node that adds up parts of the contiguous whole. */
ReelTensor *_reel_assemble (ReelDType               dtype,
                            guint                   rank,
                            const gint64           *shape,
                            const ReelContribution *contributions,
                            guint                   n_contributions);

/* A region of the contiguous layout of x's last n_whole axes as a view: the inverse of
 * placing it. */
ReelTensor *_reel_region (ReelTensor       *x,
                          guint             n_whole,
                          guint             rank,
                          const gint64     *shape,
                          const ReelRegion *region);

/* A constant of rank 0 and the dtype of `like` */
ReelTensor *_reel_number_like (ReelTensor *like,
                               gdouble     value);

/* What kernels/binary-table.h says of them: a · b and a / b, 0 where a is 0, whatever b is
 * (a cotangent goes first), or where either is; and b aᵇ⁻¹. */
ReelTensor *_reel_mul_absorb (ReelTensor *a,
                              ReelTensor *b);
ReelTensor *_reel_mul_absorb_both (ReelTensor *a,
                                   ReelTensor *b);
ReelTensor *_reel_div_absorb (ReelTensor *a,
                              ReelTensor *b);
ReelTensor *_reel_pow_slope (ReelTensor *a,
                             ReelTensor *b);

/* The library's own ops, in the order of the registry. */
extern const ReelOp *const _reel_builtin_ops[];
extern const guint _reel_n_builtin_ops;
