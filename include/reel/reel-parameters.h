/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-grad.h>
#include <reel/reel-types.h>

G_BEGIN_DECLS

/**
 * ReelParameters:
 *
 * A list of parameters that is asked for its gradients and updated as one. What could not
 * be made is remembered: the error waits for the next call that reports one, so that
 * parameters are made a line each.
 *
 * ```c
 * g_autoptr (ReelParameters) parameters = reel_parameters_new ();
 * ReelTensor *w = reel_parameters_add (parameters, reel_tensor_new_scalar (REEL_F64, 1, NULL));
 * ```
 */
typedef struct _ReelParameters ReelParameters;

#define REEL_TYPE_PARAMETERS (reel_parameters_get_type ())
REEL_AVAILABLE_IN_1_0
GType reel_parameters_get_type (void);

/**
 * reel_parameters_new: (constructor)
 *
 * An empty list.
 *
 * Returns: (transfer full): it
 */
REEL_AVAILABLE_IN_1_0
ReelParameters *reel_parameters_new (void);

/**
 * reel_parameters_ref:
 * @self: a list
 *
 * One more reference, from any thread.
 *
 * Returns: (transfer full): @self
 */
REEL_AVAILABLE_IN_1_0
ReelParameters *reel_parameters_ref (ReelParameters *self);

/**
 * reel_parameters_unref:
 * @self: (transfer full): a list
 *
 * Drops a reference.
 */
REEL_AVAILABLE_IN_1_0
void reel_parameters_unref (ReelParameters *self);

/**
 * reel_parameters_add:
 * @self: a list
 * @leaf: (transfer full) (nullable): a floating-point leaf; %NULL for one that could not
 *   be made
 *
 * Takes a leaf and makes it a parameter. One that is %NULL, recorded or of another dtype
 * is an error that waits in the list.
 *
 * Returns: (transfer none): @leaf; where it is no leaf, the current tape's error tensor
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_parameters_add (ReelParameters *self,
                                 ReelTensor     *leaf);

/**
 * reel_parameters_get_tensors:
 * @self: a list
 * @n_tensors: (out): how many
 *
 * The parameters, in the order they were added.
 *
 * Returns: (transfer none) (array length=n_tensors) (nullable): them; valid until the next
 *   is added
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *const *reel_parameters_get_tensors (ReelParameters *self,
                                                guint          *n_tensors);

/**
 * reel_parameters_backward:
 * @self: a list
 * @loss: a recorded value of one element
 * @error: return location for an error
 *
 * Reports what waits in the list; else forgets old gradients and computes those of @loss,
 * as [func@Reel.backward]. A parameter that @loss does not reach has none.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_parameters_backward (ReelParameters *self,
                                   ReelTensor     *loss,
                                   GError        **error);

/**
 * reel_parameters_add_scaled_gradients:
 * @self: a list
 * @factor: a number: minus the step of gradient descent
 * @error: return location for an error
 *
 * p += factor · p.grad for each parameter that has a gradient.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_parameters_add_scaled_gradients (ReelParameters *self,
                                               gdouble         factor,
                                               GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReelParameters, reel_parameters_unref)

G_END_DECLS
