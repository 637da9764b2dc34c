/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-types.h>

G_BEGIN_DECLS

/**
 * ReelTensor: (ref-func reel_tensor_ref) (unref-func reel_tensor_unref)
 *
 * An n-dimensional array: dtype, shape and strides over a storage that several
 * tensors may share.
 *
 * A tensor is a *leaf* when no live tape recorded it: what the functions here
 * create, and whatever outlives its tape. Leaves may be written, through the
 * functions that say so. What an op returns while a tape records is a *value*
 * of that tape: it belongs to the tape, and its data never changes.
 *
 * The reference count is atomic; reading a tensor from several threads is safe,
 * writing needs the program's own order.
 */

#define REEL_TYPE_TENSOR (reel_tensor_get_type ())

REEL_AVAILABLE_IN_1_0
GType reel_tensor_get_type (void) G_GNUC_CONST;

/**
 * reel_tensor_ref:
 * @self: a tensor
 *
 * Takes a reference. A tape's value that the program references survives the
 * tape's reset and the tape itself, and is from then on a constant leaf.
 *
 * Returns: (transfer full): @self
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_ref (ReelTensor *self);

/**
 * reel_tensor_unref:
 * @self: (transfer full): a tensor
 *
 * Drops a reference, from any thread.
 */
REEL_AVAILABLE_IN_1_0
void reel_tensor_unref (ReelTensor *self);

/* Creation: leaves with a storage of their own. */

/**
 * reel_tensor_new_zeros: (constructor)
 * @dtype: the elements' type
 * @rank: how many axes, at most %REEL_MAX_RANK
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @error: return location for an error
 *
 * A leaf of zeros. Fails with %REEL_ERROR_SHAPE on a negative size, too high a
 * rank or an overflow, and with %REEL_ERROR_NO_MEMORY.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_zeros (ReelDType     dtype,
                                   guint         rank,
                                   const gint64 *shape,
                                   GError      **error);

/**
 * reel_tensor_new_ones: (constructor)
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @error: return location for an error
 *
 * A leaf of ones; fails as [ctor@Reel.Tensor.new_zeros] does.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_ones (ReelDType     dtype,
                                  guint         rank,
                                  const gint64 *shape,
                                  GError      **error);

/**
 * reel_tensor_new_full: (constructor)
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @value: the number, which reel_dtype_check_number() must allow
 * @error: return location for an error
 *
 * A leaf filled with one number; fails as [ctor@Reel.Tensor.new_zeros] does, and
 * where @value is no number of @dtype.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_full (ReelDType     dtype,
                                  guint         rank,
                                  const gint64 *shape,
                                  gdouble       value,
                                  GError      **error);

/**
 * reel_tensor_new_scalar: (constructor)
 * @dtype: the element's type
 * @value: the number
 * @error: return location for an error
 *
 * A leaf of rank 0.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_scalar (ReelDType dtype,
                                    gdouble   value,
                                    GError  **error);

/**
 * reel_tensor_new_eye: (constructor)
 * @dtype: the elements' type
 * @n_rows: rows
 * @n_columns: columns
 * @error: return location for an error
 *
 * A matrix with ones on the main diagonal and zeros elsewhere.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_eye (ReelDType dtype,
                                 gint64    n_rows,
                                 gint64    n_columns,
                                 GError  **error);

/**
 * reel_tensor_new_arange: (constructor)
 * @dtype: the elements' type
 * @start: the first number
 * @stop: the end, not included
 * @step: the distance, not zero, of either sign
 * @error: return location for an error
 *
 * The numbers start, start + step, ... up to but without @stop: ceil ((stop -
 * start) / step) of them. Fails with %REEL_ERROR_VALUE where @step is 0 or a
 * number is not finite.
 *
 * Returns: (transfer full): a new leaf of rank 1, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_arange (ReelDType dtype,
                                    gdouble   start,
                                    gdouble   stop,
                                    gdouble   step,
                                    GError  **error);

/**
 * reel_tensor_new_linspace: (constructor)
 * @dtype: the elements' type
 * @start: the first number
 * @stop: the last number
 * @n: how many, at least 0
 * @error: return location for an error
 *
 * @n evenly spaced numbers from @start to @stop, both included.
 *
 * Returns: (transfer full): a new leaf of rank 1, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_linspace (ReelDType dtype,
                                      gdouble   start,
                                      gdouble   stop,
                                      gint64    n,
                                      GError  **error);

/**
 * reel_tensor_new_from_data: (constructor)
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: (array length=rank) (nullable): sizes, outermost first
 * @data: (array length=n_bytes) (element-type guint8): row-major elements
 * @n_bytes: the size of @data, exactly that of the tensor
 * @error: return location for an error
 *
 * A leaf with a copy of @data. Fails with %REEL_ERROR_SHAPE where @n_bytes is
 * not the tensor's size.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_from_data (ReelDType     dtype,
                                       guint         rank,
                                       const gint64 *shape,
                                       gconstpointer data,
                                       gsize         n_bytes,
                                       GError      **error);

/**
 * reel_tensor_new_take_data: (skip)
 * @dtype: the elements' type
 * @rank: how many axes
 * @shape: sizes, outermost first
 * @data: row-major elements, aligned for @dtype
 * @n_bytes: the size of @data, exactly that of the tensor
 * @notify: (nullable): called with @user_data when the last tensor on @data goes
 * @user_data: for @notify
 * @error: return location for an error
 *
 * A leaf over the caller's memory, without a copy. On failure @notify is not
 * called: @data stays the caller's.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_new_take_data (ReelDType      dtype,
                                       guint          rank,
                                       const gint64  *shape,
                                       gpointer       data,
                                       gsize          n_bytes,
                                       GDestroyNotify notify,
                                       gpointer       user_data,
                                       GError       **error);

/**
 * reel_tensor_copy:
 * @self: a tensor
 * @error: return location for an error
 *
 * A new leaf with the same elements, contiguous, without gradient, label or
 * hooks.
 *
 * Returns: (transfer full): a new leaf, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_copy (ReelTensor *self,
                              GError    **error);

/* What it is */

/**
 * reel_tensor_get_dtype:
 * @self: a tensor
 *
 * Tells the type of the elements.
 *
 * Returns: the elements' type
 */
REEL_AVAILABLE_IN_1_0
ReelDType reel_tensor_get_dtype (ReelTensor *self);

/**
 * reel_tensor_get_rank:
 * @self: a tensor
 *
 * Counts the axes.
 *
 * Returns: how many axes
 */
REEL_AVAILABLE_IN_1_0
guint reel_tensor_get_rank (ReelTensor *self);

/**
 * reel_tensor_get_shape:
 * @self: a tensor
 * @rank: (out) (optional): return location for the rank
 *
 * Gives the size along each axis.
 *
 * Returns: (array length=rank) (transfer none): the sizes, outermost first
 */
REEL_AVAILABLE_IN_1_0
const gint64 *reel_tensor_get_shape (ReelTensor *self,
                                     guint      *rank);

/**
 * reel_tensor_get_strides:
 * @self: a tensor
 * @rank: (out) (optional): return location for the rank
 *
 * How many elements, not bytes, lie between neighbours along each axis; 0 for a
 * broadcast axis, negative for a flipped one.
 *
 * Returns: (array length=rank) (transfer none): the strides
 */
REEL_AVAILABLE_IN_1_0
const gint64 *reel_tensor_get_strides (ReelTensor *self,
                                       guint      *rank);

/**
 * reel_tensor_get_size:
 * @self: a tensor
 * @axis: an axis; negative ones count from the end
 *
 * Gives the size along one axis.
 *
 * Returns: the size along @axis, or 0 with a critical where there is no such
 *   axis
 */
REEL_AVAILABLE_IN_1_0
gint64 reel_tensor_get_size (ReelTensor *self,
                             gint        axis);

/**
 * reel_tensor_get_n_elements:
 * @self: a tensor
 *
 * Counts the elements.
 *
 * Returns: the product of the sizes; 1 for rank 0
 */
REEL_AVAILABLE_IN_1_0
gint64 reel_tensor_get_n_elements (ReelTensor *self);

/**
 * reel_tensor_is_contiguous:
 * @self: a tensor
 *
 * Tells how the elements lie in memory.
 *
 * Returns: whether the elements lie in row-major order without gaps
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_is_contiguous (ReelTensor *self);

/**
 * reel_tensor_is_leaf:
 * @self: a tensor
 *
 * Tells whether @self may be written.
 *
 * Returns: whether no live tape recorded @self
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_is_leaf (ReelTensor *self);

/**
 * reel_tensor_is_error:
 * @self: a tensor
 *
 * Tells whether the op that gave @self failed.
 *
 * Returns: whether @self is an error tensor, what an op returns that failed
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_is_error (ReelTensor *self);

/**
 * reel_tensor_get_label:
 * @self: a tensor
 *
 * Gives the name that was set with [method@Reel.Tensor.set_label].
 *
 * Returns: (nullable): the label
 */
REEL_AVAILABLE_IN_1_0
const gchar *reel_tensor_get_label (ReelTensor *self);

/**
 * reel_tensor_set_label:
 * @self: a tensor
 * @label: (nullable): a name for dumps and error messages
 *
 * Names @self. Labels are not for programs that run on several threads to change
 * while others read them.
 */
REEL_AVAILABLE_IN_1_0
void reel_tensor_set_label (ReelTensor  *self,
                            const gchar *label);

/**
 * reel_tensor_describe:
 * @self: a tensor
 *
 * What error messages and dumps say of a tensor: dtype, shape and label, such as
 * `f32[64,784] "x"`.
 *
 * Returns: (transfer full): a string
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tensor_describe (ReelTensor *self);

/* Reading */

/**
 * reel_tensor_get_data: (skip)
 * @self: a tensor
 *
 * The memory of element [0, 0, ...]; the others lie where
 * [method@Reel.Tensor.get_strides] says. Not to be written. Valid while @self or
 * another tensor on the same storage is referenced.
 *
 * Returns: (nullable): the memory, or %NULL for an error tensor or released data
 */
REEL_AVAILABLE_IN_1_0
gconstpointer reel_tensor_get_data (ReelTensor *self);

/**
 * reel_tensor_get_address:
 * @self: a tensor
 *
 * [method@Reel.Tensor.get_data] as a number, for bindings.
 *
 * Returns: the address, 0 where there is no data
 */
REEL_AVAILABLE_IN_1_0
gsize reel_tensor_get_address (ReelTensor *self);

/**
 * reel_tensor_get_item:
 * @self: a tensor
 * @rank: the length of @index, the tensor's rank
 * @index: (array length=rank) (nullable): where; negative ones count from the end
 *
 * One element as a double (an i64 beyond 2⁵³ is rounded).
 *
 * Returns: the element; NaN for an error tensor, released data or, with a
 *   critical, an index out of range
 */
REEL_AVAILABLE_IN_1_0
gdouble reel_tensor_get_item (ReelTensor   *self,
                              guint         rank,
                              const gint64 *index);

/**
 * reel_tensor_get_scalar:
 * @self: a tensor of one element, of any rank
 *
 * The only element as a double.
 *
 * Returns: the element; NaN for an error tensor, released data or, with a
 *   critical, more or fewer elements than one
 */
REEL_AVAILABLE_IN_1_0
gdouble reel_tensor_get_scalar (ReelTensor *self);

/**
 * reel_tensor_read_scalar:
 * @self: a tensor
 * @number: (out) (optional): set to the only element as a double
 * @integer: (out) (optional): set to the only element of an integer dtype, exactly;
 *   to 0 for a floating-point one
 * @error: return location for an error
 *
 * [method@Reel.Tensor.get_scalar] for what may have no such element: fails with
 * %REEL_ERROR_SHAPE where there are more or fewer than one, and with
 * %REEL_ERROR_RELEASED where there is no data any more.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_read_scalar (ReelTensor *self,
                                  gdouble    *number,
                                  gint64     *integer,
                                  GError    **error);

/**
 * reel_tensor_get_bytes:
 * @self: a tensor
 * @error: return location for an error
 *
 * A copy of the elements in row-major order.
 *
 * Returns: (transfer full): the bytes, or %NULL with @error set
 */
REEL_AVAILABLE_IN_1_0
GBytes *reel_tensor_get_bytes (ReelTensor *self,
                               GError    **error);

/**
 * reel_tensor_read: (skip)
 * @self: a tensor
 * @buffer: where to
 * @n_bytes: the size of @buffer, exactly that of the tensor's elements
 * @error: return location for an error
 *
 * Copies the elements in row-major order.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_read (ReelTensor *self,
                           gpointer    buffer,
                           gsize       n_bytes,
                           GError    **error);

/* Writing: leaves only. Each write counts up the storage's version, so that a
 * sweep that needs the old value fails instead of lying. */

/**
 * reel_tensor_get_writable_data: (skip)
 * @self: a leaf
 * @error: return location for an error
 *
 * As [method@Reel.Tensor.get_data], to be written. Each call counts as one
 * write: call it again for each later change.
 *
 * Returns: the memory, or %NULL with @error set (%REEL_ERROR_READ_ONLY for a
 *   tape's value)
 */
REEL_AVAILABLE_IN_1_0
gpointer reel_tensor_get_writable_data (ReelTensor *self,
                                        GError    **error);

/**
 * reel_tensor_get_writable_address:
 * @self: a leaf
 * @error: return location for an error
 *
 * [method@Reel.Tensor.get_writable_data] as a number, for bindings.
 *
 * Returns: the address, or 0 with @error set
 */
REEL_AVAILABLE_IN_1_0
gsize reel_tensor_get_writable_address (ReelTensor *self,
                                        GError    **error);

/**
 * reel_tensor_write:
 * @self: a leaf
 * @data: (array length=n_bytes) (element-type guint8): row-major elements
 * @n_bytes: the size of @data, exactly that of the tensor's elements
 * @error: return location for an error
 *
 * Overwrites all elements.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_write (ReelTensor   *self,
                            gconstpointer data,
                            gsize         n_bytes,
                            GError      **error);

/**
 * reel_tensor_set_item:
 * @self: a leaf
 * @rank: the length of @index, the tensor's rank
 * @index: (array length=rank) (nullable): where; negative ones count from the end
 * @value: the number
 * @error: return location for an error
 *
 * Overwrites one element.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_set_item (ReelTensor   *self,
                               guint         rank,
                               const gint64 *index,
                               gdouble       value,
                               GError      **error);

/**
 * reel_tensor_fill:
 * @self: a leaf
 * @value: the number
 * @error: return location for an error
 *
 * Overwrites all elements with one number.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_fill (ReelTensor *self,
                           gdouble     value,
                           GError    **error);

/**
 * reel_tensor_assign:
 * @self: a leaf
 * @source: a tensor of the same dtype and shape; may overlap @self
 * @error: return location for an error
 *
 * Overwrites all elements with those of @source.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_assign (ReelTensor *self,
                             ReelTensor *source,
                             GError    **error);

/**
 * reel_tensor_add_scaled:
 * @self: a floating-point leaf
 * @source: a tensor of the same dtype and shape; must not overlap @self unless
 *   it is @self
 * @factor: a number
 * @error: return location for an error
 *
 * self += factor · source, in place: the step of a gradient descent.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_add_scaled (ReelTensor *self,
                                 ReelTensor *source,
                                 gdouble     factor,
                                 GError    **error);

/**
 * reel_tensor_scale:
 * @self: a floating-point leaf
 * @factor: a number
 * @error: return location for an error
 *
 * self *= factor, in place.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_scale (ReelTensor *self,
                            gdouble     factor,
                            GError    **error);

/* Gradients */

/**
 * reel_tensor_set_requires_grad:
 * @self: a floating-point leaf
 * @requires_grad: whether [func@Reel.backward] shall compute its gradient
 *
 * Makes @self a parameter, or a constant again. A critical, and no change, for a
 * tape's value or a dtype that has no gradients.
 *
 * What is recorded already does not change: [func@Reel.backward] gives a gradient to
 * what was a parameter when it was used. [func@Reel.grad] finds any leaf's.
 */
REEL_AVAILABLE_IN_1_0
void reel_tensor_set_requires_grad (ReelTensor *self,
                                    gboolean    requires_grad);

/**
 * reel_tensor_check_requires_grad:
 * @self: a tensor
 * @error: return location for an error
 *
 * Checks that [method@Reel.Tensor.set_requires_grad] may make @self a parameter:
 * fails with %REEL_ERROR_READ_ONLY for a tape's value, and with %REEL_ERROR_DTYPE
 * for a dtype that has no gradients.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_check_requires_grad (ReelTensor *self,
                                          GError    **error);

/**
 * reel_tensor_get_requires_grad:
 * @self: a tensor
 *
 * Tells whether a sweep would have a use for the gradient of @self.
 *
 * Returns: whether @self is a parameter, or a tape's value computed from one
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_get_requires_grad (ReelTensor *self);

/**
 * reel_tensor_get_grad:
 * @self: a leaf
 *
 * What [func@Reel.backward] added up. It belongs to the leaf and survives the
 * tape's reset.
 *
 * Returns: (transfer none) (nullable): the gradient, or %NULL before the first
 *   sweep
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_get_grad (ReelTensor *self);

/**
 * reel_tensor_set_grad:
 * @self: a leaf
 * @grad: (nullable): a leaf of the same dtype and shape, or %NULL to forget the
 *   gradient
 *
 * Replaces the gradient. Between two steps of a training, `set_grad (p, NULL)`
 * starts anew. A critical, and no change, where @grad does not fit.
 */
REEL_AVAILABLE_IN_1_0
void reel_tensor_set_grad (ReelTensor *self,
                           ReelTensor *grad);

/**
 * reel_tensor_check_grad:
 * @self: a tensor
 * @grad: (nullable): what shall be its gradient
 * @error: return location for an error
 *
 * Checks that [method@Reel.Tensor.set_grad] may set @grad: fails with
 * %REEL_ERROR_READ_ONLY where @self is a tape's value, and with %REEL_ERROR_DTYPE or
 * %REEL_ERROR_SHAPE where @grad does not fit.
 *
 * Returns: %FALSE with @error set on failure
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_check_grad (ReelTensor *self,
                                 ReelTensor *grad,
                                 GError    **error);

/**
 * ReelHookFunc:
 * @tensor: the tensor the hook was put on
 * @cotangent: its cotangent, complete
 * @user_data: what was given with the hook
 * @error: return location for an error
 *
 * Called by a reverse sweep when the cotangent of a tensor is complete. It may
 * read it, or return another of the same dtype and shape for the sweep to go on
 * with. @cotangent is never written by the sweep afterwards.
 *
 * Returns: (transfer none) (nullable): a replacement, or %NULL to keep
 *   @cotangent, or with @error set to end the sweep
 */
typedef ReelTensor *(*ReelHookFunc) (ReelTensor *tensor,
                                     ReelTensor *cotangent,
                                     gpointer    user_data,
                                     GError    **error);

/**
 * reel_tensor_add_hook:
 * @self: a tensor: a parameter, or a tape's value
 * @func: (scope notified) (closure user_data) (destroy notify): the hook
 * @user_data: for @func
 * @notify: (nullable): frees @user_data
 *
 * Adds a hook. Hooks run in the order they were added.
 *
 * Returns: an id for [method@Reel.Tensor.remove_hook], never 0
 */
REEL_AVAILABLE_IN_1_0
guint reel_tensor_add_hook (ReelTensor    *self,
                            ReelHookFunc   func,
                            gpointer       user_data,
                            GDestroyNotify notify);

/**
 * reel_tensor_remove_hook:
 * @self: a tensor
 * @id: what [method@Reel.Tensor.add_hook] returned
 *
 * Removes a hook; a critical where there is none with that id.
 */
REEL_AVAILABLE_IN_1_0
void reel_tensor_remove_hook (ReelTensor *self,
                              guint       id);

/* Comparing and printing */

/**
 * reel_tensor_equal:
 * @a: a tensor
 * @b: a tensor
 *
 * Compares two tensors exactly.
 *
 * Returns: whether dtype, shape and all elements are the same; a NaN equals
 *   nothing
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_equal (ReelTensor *a,
                            ReelTensor *b);

/**
 * reel_tensor_all_close:
 * @a: a tensor
 * @b: a tensor
 * @relative_tolerance: r
 * @absolute_tolerance: t
 * @equal_nan: whether two NaNs are close
 *
 * Whether dtype and shape are the same and |aᵢ - bᵢ| <= t + r |bᵢ| for all
 * elements; equal infinities are close.
 *
 * Returns: whether they are
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_all_close (ReelTensor *a,
                                ReelTensor *b,
                                gdouble     relative_tolerance,
                                gdouble     absolute_tolerance,
                                gboolean    equal_nan);

/**
 * reel_tensor_to_string:
 * @self: a tensor
 *
 * The elements as NumPy prints them, with a threshold of 1000 elements, 3 edge
 * items and a precision of 4 digits.
 *
 * Returns: (transfer full): a string without a final newline
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tensor_to_string (ReelTensor *self);

/**
 * reel_tensor_format:
 * @self: a tensor
 * @threshold: more elements than this are summarised with "..."
 * @edge_items: how many to show at each end of a summarised axis
 * @precision: digits after the point
 *
 * The elements as NumPy prints them.
 *
 * Returns: (transfer full): a string without a final newline
 */
REEL_AVAILABLE_IN_1_0
gchar *reel_tensor_format (ReelTensor *self,
                           gint64      threshold,
                           gint64      edge_items,
                           guint       precision);

/**
 * reel_tensor_steal:
 * @self: (transfer none): a tensor
 *
 * Takes a result out of its tape's care: the reference that the tape held for an
 * unrecorded result becomes the caller's, so that no reset or popped frame
 * touches it. For anything else this is [method@Reel.Tensor.ref].
 *
 * Returns: (transfer full): @self
 */
REEL_AVAILABLE_IN_1_0
ReelTensor *reel_tensor_steal (ReelTensor *self);

/**
 * reel_tensor_claim:
 * @self: what an op returned, and a reference of the caller's
 * @error: return location for an error
 *
 * What a binding does with each result, which it references: raises its error, which
 * the current tape then forgets, so that it goes on; and takes an unrecorded result
 * out of the tape's care, so that the caller's reference is the only one.
 *
 * Returns: %FALSE with @error set where @self is an error tensor
 */
REEL_AVAILABLE_IN_1_0
gboolean reel_tensor_claim (ReelTensor *self,
                            GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReelTensor, reel_tensor_unref)

G_END_DECLS
