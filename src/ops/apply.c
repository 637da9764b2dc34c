/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/copy.h"
#include "ops/ops-private.h"

/* How every op is applied: check, infer, allocate, compute, record. */

#define FEW 8
#define FEW_ATTRIBUTES 16       /* words */

static ReelTensor *
fail (ReelTape     *tape,
      const ReelOp *op,
      GError       *error)
{
  g_prefix_error (&error, "%s: ", op->name);
  /* a mistake of the program, not of its data */
  if (error->code == REEL_ERROR_NULL)
    g_critical ("%s", error->message);
  return _reel_tape_fail (tape, error);
}

static gboolean
check_inputs (ReelTape          *tape,
              const ReelOp      *op,
              ReelTensor *const *inputs,
              guint              n_inputs)
{
  if (G_UNLIKELY (n_inputs > 0 && inputs == NULL))
    {
      fail (tape, op, g_error_new_literal (REEL_ERROR, REEL_ERROR_NULL, "inputs is NULL"));
      return FALSE;
    }
  for (guint i = 0; i < n_inputs; i++)
    {
      ReelTensor *input = inputs[i];
      GError *error = NULL;

      if (G_UNLIKELY (input == NULL))
        {
          if (i < 32 && (op->optional_inputs & ((guint32) 1 << i)) != 0)
            continue;
          fail (tape, op, g_error_new (REEL_ERROR, REEL_ERROR_NULL, "input %u is NULL", i));
          return FALSE;
        }
      if (G_LIKELY (input->data != NULL &&
                    (!_reel_tensor_is_recorded (input) ||
                     _reel_tensor_pool (input) == tape->pool) &&
                    !_reel_tensor_is_stale (input)))
        continue;

      if (!_reel_tensor_check_no_error (input, &error) ||
          !_reel_tensor_check_not_released (input, &error) ||
          !_reel_tensor_check_tape (input, tape->pool, &error) ||
          !_reel_tensor_check_not_stale (input, &error))
        _reel_fail_by_input (tape, op->name, input, error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_counts (ReelTape     *tape,
              const ReelOp *op,
              guint         n_inputs,
              guint         n_outputs)
{
  if (G_LIKELY ((op->n_inputs < 0 || (guint) op->n_inputs == n_inputs) &&
                (op->n_outputs < 0 || (guint) op->n_outputs == n_outputs)))
    return TRUE;
  fail (tape, op, g_error_new (REEL_ERROR, REEL_ERROR_FAILED,
                               "takes %d inputs and gives %d outputs, not %u and %u",
                               op->n_inputs, op->n_outputs, n_inputs, n_outputs));
  return FALSE;
}

/* A view of data that lies in its header: a copy where that is as small, else a view
 * of a storage that holds the few numbers (expanding one number to many). */
static ReelTensor *
view_of_inline (ReelTape       *tape,
                const ReelSpec *spec,
                gint64          n_elements,
                ReelTensor     *base)
{
  gsize size = reel_dtype_get_size (spec->dtype);
  ReelTensor *output;

  if ((gsize) n_elements * size <= REEL_INLINE_SIZE)
    {
      output = _reel_tensor_new_sized (tape->pool, spec->dtype, spec->rank, spec->shape,
                                       n_elements, TRUE);
      if (output != NULL)
        {
          ReelArray destination, source;

          _reel_tensor_to_array (output, &destination);
          source = destination;
          source.strides = spec->strides;
          source.data = (gchar *) base->data + spec->offset * (gint64) size;
          _reel_copy_array (&destination, &source);
        }
    }
  else
    {
      ReelTensor *holder = _reel_tensor_new_sized (tape->pool, spec->dtype, base->rank,
                                                   _reel_tensor_shape (base),
                                                   base->n_elements, FALSE);

      if (holder == NULL)
        return NULL;
      memcpy (holder->data, base->data, (gsize) base->n_elements * size);
      output = _reel_tensor_new_view (tape->pool, holder, spec->rank, spec->shape,
                                      spec->strides, spec->offset);
      _reel_tensor_unref_local (holder, tape->pool);
    }
  return output;
}

/* A result over the memory of an input that is not read again. */
static ReelTensor *
over_spent (ReelTape       *tape,
            const ReelSpec *spec,
            gint64          n_elements,
            ReelTensor     *spent)
{
  ReelTensor *output;

  _reel_tensor_unset_flags (spent, REEL_TENSOR_SPENT);

  if (spent->dtype != spec->dtype ||
      !_reel_shape_equal (spent->rank, _reel_tensor_shape (spent), spec->rank, spec->shape))
    return NULL;
  output = _reel_tensor_new_header (tape->pool, spec->dtype, spec->rank, spec->shape,
                                    n_elements);
  if (output != NULL)
    {
      output->storage = _reel_storage_ref (spent->storage);
      output->version = spent->version;
      output->data = spent->data;
    }
  return output;
}

/* Allocates one output. */
static ReelTensor *
output_new (ReelTape       *tape,
            const ReelOp   *op,
            const ReelSpec *spec,
            ReelTensor     *base,
            GError        **error)
{
  ReelTensor *output;
  gint64 n_elements;

  if (G_UNLIKELY (spec->rank > REEL_MAX_RANK + tape->n_batch_axes))
    {
      g_set_error (error, REEL_ERROR, REEL_ERROR_SHAPE,
                   "the result would have rank %u, more than %d", spec->rank,
                   REEL_MAX_RANK);
      return NULL;
    }
  if (!_reel_shape_count (spec->rank, spec->shape, reel_dtype_get_size (spec->dtype),
                          &n_elements, NULL, error))
    return NULL;
  if (base != NULL && (_reel_tensor_flags (base) & REEL_TENSOR_SPENT) != 0 &&
      (op->flags & REEL_OP_MAY_OVERWRITE) != 0 &&
      (output = over_spent (tape, spec, n_elements, base)) != NULL)
    return output;
  if (G_UNLIKELY ((op->flags & REEL_OP_VIEW) != 0 && base == NULL))
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_FAILED,
                           "has no first input to be a view of");
      return NULL;
    }
  if ((op->flags & REEL_OP_VIEW) == 0 || spec->is_copy)
    output = _reel_tensor_new_sized (tape->pool, spec->dtype, spec->rank, spec->shape,
                                     n_elements, TRUE);
  else if (base->storage != NULL)
    output = _reel_tensor_new_view (tape->pool, base, spec->rank, spec->shape,
                                    spec->strides, spec->offset);
  else
    output = view_of_inline (tape, spec, n_elements, base);
  if (G_UNLIKELY (output == NULL))
    _reel_set_no_memory (error, spec->dtype, spec->rank, spec->shape);
  return output;
}

/* `arrays` has room for the outputs. */
static gboolean
run_kernel (ReelTape          *tape,
            const ReelInfer   *infer,
            ReelTensor *const *outputs,
            ReelArray         *arrays,
            GError           **error)
{
  ReelKernelCall call;
  gboolean ok;

  for (guint i = 0; i < infer->n_outputs; i++)
    _reel_tensor_to_array (outputs[i], &arrays[i]);

  call.op = infer->op;
  call.attributes = infer->attributes;
  call.attributes_size = infer->attributes_size;
  call.inputs = infer->inputs;
  call.n_inputs = infer->n_inputs;
  call.outputs = arrays;
  call.n_outputs = infer->n_outputs;
  call.workspace = NULL;
  if (infer->workspace_size > 0)
    {
      call.workspace = _reel_pool_alloc (tape->pool,
                                         (infer->workspace_size + 63) & ~(gsize) 63);
      if (call.workspace == NULL)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_NO_MEMORY,
                       "no memory for a workspace of %" G_GSIZE_FORMAT " bytes",
                       infer->workspace_size);
          return FALSE;
        }
    }
  ok = infer->op->kernel (&call, error);
  if (call.workspace != NULL)
    _reel_pool_free_local (tape->pool, call.workspace);
  return ok;
}

/* Hands the outputs to the tape. */
static gboolean
keep_outputs (ReelTape        *tape,
              const ReelInfer *infer,
              ReelTensor     **outputs,
              GError         **error)
{
  guint n_owned = 0;

  if (_reel_tape_is_recording (tape))
    {
      gboolean differentiable = FALSE;

      if ((infer->op->flags & REEL_OP_NO_GRADIENT) == 0)
        for (guint i = 0; i < infer->n_inputs && !differentiable; i++)
          differentiable = infer->tensors[i] != NULL &&
                           _reel_tensor_requires_grad (infer->tensors[i]);
      for (guint i = 0; differentiable && i < infer->n_outputs; i++)
        if (_reel_dtype_is_floating (outputs[i]->dtype))
          _reel_tensor_set_flags (outputs[i], REEL_TENSOR_DIFFERENTIABLE);
      if ((infer->op->flags & REEL_OP_VIEW) != 0)
        for (guint i = 0; i < infer->n_outputs; i++)
          _reel_tensor_set_flags (outputs[i], REEL_TENSOR_SNAPSHOT);
      if (G_LIKELY (_reel_tape_record (tape, infer->op, infer->tensors, infer->n_inputs,
                                       infer->attributes, infer->attributes_size,
                                       outputs, infer->n_outputs)))
        return TRUE;
    }
  else
    {
      while (n_owned < infer->n_outputs && _reel_tape_own (tape, outputs[n_owned]))
        n_owned++;
      if (G_LIKELY (n_owned == infer->n_outputs))
        return TRUE;
    }
  g_set_error_literal (error, REEL_ERROR, REEL_ERROR_NO_MEMORY, "no memory for a node");
  /* What is owned already goes with its frame. */
  for (guint i = n_owned; i < infer->n_outputs; i++)
    _reel_tensor_unref_local (outputs[i], tape->pool);
  memset (outputs, 0, infer->n_outputs * sizeof (ReelTensor *));
  return FALSE;
}

static gboolean
compute (ReelTape     *tape,
         ReelInfer    *infer,
         ReelTensor  **outputs,
         ReelArray    *arrays,
         GError      **error)
{
  const ReelOp *op = infer->op;
  guint n = 0;

  for (guint i = 0; i < infer->n_outputs; i++)
    infer->outputs[i].is_copy = FALSE;
  if (!op->infer (infer, error))
    goto fail;
  for (; n < infer->n_outputs; n++)
    {
      outputs[n] = output_new (tape, op, &infer->outputs[n],
                               infer->n_inputs > 0 ? infer->tensors[0] : NULL, error);
      if (outputs[n] == NULL)
        goto fail;
    }
  if (op->kernel != NULL &&
      ((op->flags & REEL_OP_VIEW) == 0 || infer->outputs[0].is_copy) &&
      !run_kernel (tape, infer, outputs, arrays, error))
    goto fail;
  return keep_outputs (tape, infer, outputs, error);

fail:
  while (n > 0)
    _reel_tensor_unref_local (outputs[--n], tape->pool);
  return FALSE;
}

gboolean
reel_apply_full (const ReelOp      *op,
                 ReelTensor *const *inputs,
                 guint              n_inputs,
                 gconstpointer      attributes,
                 gsize              attributes_size,
                 ReelTensor       **outputs,
                 guint              n_outputs)
{
  ReelTape *tape = _reel_tape_current ();
  ReelSpec few_specs[1];
  ReelArray few_arrays[FEW];
  guint64 few_attributes[FEW_ATTRIBUTES];
  REEL_RARELY_ALLOCATED ReelSpec *specs = NULL;
  REEL_RARELY_ALLOCATED ReelArray *arrays = NULL;
  REEL_RARELY_ALLOCATED gpointer copy = NULL;
  ReelArray *operands = few_arrays;
  GError *error = NULL;
  ReelInfer infer;

  g_return_val_if_fail (n_outputs == 0 || outputs != NULL, FALSE);
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = tape->error_tensor;
  g_return_val_if_fail (op != NULL && op->infer != NULL, FALSE);
  g_return_val_if_fail (attributes_size == 0 || attributes != NULL, FALSE);

  if (G_UNLIKELY (tape->error != NULL) ||
      !check_counts (tape, op, n_inputs, n_outputs) ||
      !check_inputs (tape, op, inputs, n_inputs))
    goto failed;

  if (n_inputs + n_outputs > FEW)
    operands = arrays = g_new (ReelArray, n_inputs + n_outputs);
  for (guint i = 0; i < n_inputs; i++)
    if (inputs[i] != NULL)
      _reel_tensor_to_array (inputs[i], &operands[i]);
    else
      memset (&operands[i], 0, sizeof (ReelArray));

  infer.op = op;
  infer.attributes = few_attributes;
  infer.attributes_size = attributes_size;
  infer.inputs = operands;
  infer.n_inputs = n_inputs;
  infer.outputs = few_specs;
  infer.n_outputs = n_outputs;
  infer.workspace_size = 0;
  infer.tensors = inputs;
  if (n_outputs > G_N_ELEMENTS (few_specs))
    infer.outputs = specs = g_new (ReelSpec, n_outputs);
  if (attributes_size > sizeof few_attributes)
    infer.attributes = copy = g_malloc (attributes_size);
  if (attributes_size > 0)
    memcpy (infer.attributes, attributes, attributes_size);
  if (G_LIKELY (compute (tape, &infer, outputs, operands + n_inputs, &error)))
    return TRUE;
  if (error == NULL)
    g_set_error_literal (&error, REEL_ERROR, REEL_ERROR_FAILED,
                         "failed without saying why");
  fail (tape, op, error);

failed:
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = tape->error_tensor;
  return FALSE;
}

ReelTensor *
reel_apply (const ReelOp      *op,
            ReelTensor *const *inputs,
            guint              n_inputs,
            gconstpointer      attributes,
            gsize              attributes_size)
{
  ReelTensor *output;

  (void) reel_apply_full (op, inputs, n_inputs, attributes, attributes_size, &output, 1);
  return output;
}

ReelTensor **
_reel_apply_list (const ReelOp      *op,
                  ReelTensor *const *inputs,
                  guint              n_inputs,
                  gconstpointer      attributes,
                  gsize              attributes_size,
                  guint             *n_outputs)
{
  ReelTape *tape = _reel_tape_current ();
  g_autofree gpointer copy = g_memdup2 (attributes, attributes_size);
  ReelTensor **outputs = NULL;
  GError *error = NULL;
  gint64 n = 1;

  if (tape->error == NULL && check_inputs (tape, op, inputs, n_inputs))
    {
      g_autofree ReelArray *arrays = g_new (ReelArray, n_inputs);
      ReelInfer infer = { .op = op, .attributes = copy, .attributes_size = attributes_size,
                          .inputs = arrays, .n_inputs = n_inputs, .tensors = inputs };

      for (guint i = 0; i < n_inputs; i++)
        _reel_tensor_to_array (inputs[i], &arrays[i]);
      /* a broadcast axis can be that long */
      if (op->count_outputs (&infer, &n, &error) && n > G_MAXINT32)
        g_set_error (&error, REEL_ERROR, REEL_ERROR_SHAPE,
                     "%" G_GINT64_FORMAT " tensors are too many", n);
      if (error != NULL)
        fail (tape, op, error);
      else
        outputs = g_try_new (ReelTensor *, MAX (n, 1));
      if (error == NULL && outputs == NULL)
        fail (tape, op, g_error_new (REEL_ERROR, REEL_ERROR_NO_MEMORY,
                                     "no memory for a list of %" G_GINT64_FORMAT, n));
    }
  if (outputs == NULL ||
      !reel_apply_full (op, inputs, n_inputs, attributes, attributes_size, outputs, (guint) n))
    {
      g_free (outputs);
      outputs = g_new (ReelTensor *, 1);
      outputs[0] = tape->error_tensor;
      n = 1;
    }
  if (n_outputs != NULL)
    *n_outputs = (guint) n;
  return outputs;
}
