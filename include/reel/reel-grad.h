/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-tape.h>

G_BEGIN_DECLS

/**
 * ReelGradFlags:
 * @REEL_GRAD_NONE: the plain gradient
 * @REEL_GRAD_RECORD: record the sweep itself, so that the gradients can be
 *   differentiated again
 * @REEL_GRAD_ALLOW_UNUSED: %NULL rather than zeros for what the outputs do not
 *   depend on
 * @REEL_GRAD_RELEASE: release the data of recorded values on the way, as soon as
 *   no rule needs it any more, but for the outputs and what somebody references;
 *   the tape can then only be reset
 *
 * How to sweep.
 */
typedef enum /*< flags >*/
{
  REEL_GRAD_NONE = 0,
  REEL_GRAD_RECORD = 1 << 0,
  REEL_GRAD_ALLOW_UNUSED = 1 << 1,
  REEL_GRAD_RELEASE = 1 << 2
} ReelGradFlags;

REEL_FLAGS_IN_CPLUSPLUS (ReelGradFlags)

/**
 * reel_backward:
 * @loss: a recorded value of one element, of the current tape
 * @error: return location for an error
 *
 * Plays the tape backwards from @loss: for every parameter p that @loss depends
 * on, p.grad += ∂loss/∂p. The gradients are added after the whole sweep
 * succeeded: on failure none has changed.
 *
 * Fails with the tape's sticky error where there is one, with
 * %REEL_ERROR_NO_GRADIENT where @loss is not recorded or depends on no
 * parameter, with %REEL_ERROR_SHAPE where it has more than one element,
 * %REEL_ERROR_OVERWRITTEN or %REEL_ERROR_RELEASED where a rule needs a value
 * that is gone, and %REEL_ERROR_BUSY where it would play, inside another sweep of the
 * tape, what was recorded before that one began. A hook may sweep what it recorded
 * itself.
 *
 * `.grad` has one writer: threads that share parameters use [func@Reel.grad].
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_backward (ReelTensor *loss,
                        GError    **error);

/**
 * reel_backward_full:
 * @outputs: (array length=n_outputs): recorded values of the current tape
 * @n_outputs: how many
 * @cotangents: (array length=n_outputs) (nullable): one for each output, of its
 *   dtype and shape; %NULL for ones, which is only for outputs of one element
 * @flags: %REEL_GRAD_RECORD records the sweep (the `.grad` are then values of the
 *   tape until its reset); %REEL_GRAD_RELEASE as its description says
 * @error: return location for an error
 *
 * [func@Reel.backward] from several outputs with given cotangents:
 * p.grad += Σₖ (∂yₖ/∂p)ᵀ ȳₖ.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_backward_full (ReelTensor *const *outputs,
                             guint              n_outputs,
                             ReelTensor *const *cotangents,
                             ReelGradFlags      flags,
                             GError           **error);

/**
 * reel_grad: (skip)
 * @output: a recorded value of one element, of the current tape
 * @inputs: leaves or recorded values, with or without requires-grad
 * @n_inputs: how many
 * @flags: how to sweep
 * @gradients: (out caller-allocates): room for @n_inputs new references
 * @error: return location for an error
 *
 * ∂output/∂inputs[i] for each i. Touches no `.grad`. What @output does not depend
 * on gets zeros, or %NULL with %REEL_GRAD_ALLOW_UNUSED. Fails as
 * [func@Reel.backward] does; on failure all of @gradients is %NULL.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_grad (ReelTensor        *output,
                    ReelTensor *const *inputs,
                    guint              n_inputs,
                    ReelGradFlags      flags,
                    ReelTensor       **gradients,
                    GError           **error);

/**
 * reel_vjp: (skip)
 * @outputs: recorded values of the current tape
 * @n_outputs: how many
 * @cotangents: (nullable): one for each output, of its dtype and shape; %NULL
 *   for ones, which is only for outputs of one element
 * @inputs: leaves or recorded values, with or without requires-grad
 * @n_inputs: how many
 * @flags: how to sweep
 * @gradients: (out caller-allocates): room for @n_inputs new references
 * @error: return location for an error
 *
 * The vector-Jacobian product Σₖ (∂yₖ/∂xᵢ)ᵀ ȳₖ for each input; otherwise as
 * [func@Reel.grad].
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_vjp (ReelTensor *const *outputs,
                   guint              n_outputs,
                   ReelTensor *const *cotangents,
                   ReelTensor *const *inputs,
                   guint              n_inputs,
                   ReelGradFlags      flags,
                   ReelTensor       **gradients,
                   GError           **error);

/**
 * reel_gradients: (rename-to reel_vjp)
 * @outputs: (array length=n_outputs): recorded values of the current tape
 * @n_outputs: how many
 * @cotangents: (array length=n_cotangents) (nullable): one for each output
 * @n_cotangents: @n_outputs or 0
 * @inputs: (array length=n_inputs): leaves or recorded values
 * @n_inputs: how many
 * @flags: how to sweep
 * @n_gradients: (out): set to @n_inputs
 * @error: return location for an error
 *
 * [func@Reel.vjp] for bindings: the gradients as a new array. In C,
 * %REEL_GRAD_ALLOW_UNUSED may leave %NULLs in it.
 *
 * Returns: (transfer full) (array length=n_gradients): the gradients, free with
 *   [method@Reel.Tensor.unref] and g_free(); %NULL with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
ReelTensor **reel_gradients (ReelTensor *const *outputs,
                             guint              n_outputs,
                             ReelTensor *const *cotangents,
                             guint              n_cotangents,
                             ReelTensor *const *inputs,
                             guint              n_inputs,
                             ReelGradFlags      flags,
                             guint             *n_gradients,
                             GError           **error);

/**
 * reel_jvp: (skip)
 * @outputs: recorded values of the current tape
 * @n_outputs: how many
 * @inputs: leaves or recorded values
 * @tangents: one for each input, of its dtype and shape
 * @n_inputs: how many
 * @flags: %REEL_GRAD_RECORD and %REEL_GRAD_ALLOW_UNUSED, as for [func@Reel.grad]
 * @results: (out caller-allocates): room for @n_outputs new references
 * @error: return location for an error
 *
 * The Jacobian-vector product ẏₖ = Σᵢ (∂yₖ/∂xᵢ) ẋᵢ for each output, by a forward
 * sweep over what the current tape has recorded. An input that is computed from
 * another input has its own tangent and what flows to it, added up: the transpose of
 * [func@Reel.vjp]. An output that depends on no input gets zeros, or %NULL with %REEL_GRAD_ALLOW_UNUSED.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_jvp (ReelTensor *const *outputs,
                   guint              n_outputs,
                   ReelTensor *const *inputs,
                   ReelTensor *const *tangents,
                   guint              n_inputs,
                   ReelGradFlags      flags,
                   ReelTensor       **results,
                   GError           **error);

/**
 * reel_tangents: (rename-to reel_jvp)
 * @outputs: (array length=n_outputs): recorded values of the current tape
 * @n_outputs: how many
 * @inputs: (array length=n_inputs): leaves or recorded values
 * @n_inputs: how many
 * @tangents: (array length=n_tangents): one for each input
 * @n_tangents: @n_inputs
 * @flags: how to sweep
 * @n_results: (out): set to @n_outputs
 * @error: return location for an error
 *
 * [func@Reel.jvp] for bindings: the results as a new array.
 *
 * Returns: (transfer full) (array length=n_results): the tangents of the outputs,
 *   %NULL with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
ReelTensor **reel_tangents (ReelTensor *const *outputs,
                            guint              n_outputs,
                            ReelTensor *const *inputs,
                            guint              n_inputs,
                            ReelTensor *const *tangents,
                            guint              n_tangents,
                            ReelGradFlags      flags,
                            guint             *n_results,
                            GError           **error);

/**
 * ReelFunction:
 * @inputs: (array length=n_inputs): where to evaluate
 * @n_inputs: how many
 * @user_data: what was given with the function
 * @error: return location for an error
 *
 * A function of tensors, written in ops, of one tensor result. Errors of ops need
 * no check: they stick to the tape.
 *
 * Returns: (transfer none): the value, or %NULL with @error set
 */
typedef ReelTensor *(*ReelFunction) (ReelTensor *const *inputs,
                                     guint              n_inputs,
                                     gpointer           user_data,
                                     GError           **error);

/**
 * reel_gradcheck:
 * @function: (scope call) (closure user_data): what to check
 * @user_data: for @function
 * @inputs: (array length=n_inputs): where, f64 leaves; floating-point ones are
 *   varied, others are passed on
 * @n_inputs: how many
 * @step: the step of the central differences; 0 for 1e-6, scaled with each
 *   element
 * @tolerance: the largest deviation |a - b| / max (1, |a|, |b|) allowed; 0 for 1e-6
 * @error: return location for an error
 *
 * Compares the derivatives of @function with central differences, on a tape of
 * its own: the vjp and the jvp in random directions that cover every output and
 * input, ⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩, and that a second vjp through the recorded first
 * agrees with differences of it.
 *
 * Returns: %TRUE where all agree; %FALSE with @error set to what deviates, where
 *   and by how much
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_gradcheck (ReelFunction       function,
                         gpointer           user_data,
                         ReelTensor *const *inputs,
                         guint              n_inputs,
                         gdouble            step,
                         gdouble            tolerance,
                         GError           **error);

G_END_DECLS
