/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An op of one's own: y = log cosh (s x) / s, a smooth |x| that is the sharper the
 * larger s is. As a chain of library ops it would overflow for large x and be four
 * nodes; here it is one, in a stable form.
 *
 * What an op needs, in the order of the code below: attributes (plain data that the
 * tape keeps with the node), a shape rule, a kernel over raw memory, and the
 * derivative, once for each direction. The derivative is written in ops:
 * dy/dx = tanh (s x). Since tanh has a derivative of its own, ours can be
 * differentiated again and again without another line. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

typedef struct
{
  gdouble sharpness;
} Attributes;

/* The shape rule: one output like the input, or an error that says what was
 * expected. The op's name is put before the message. */
static gboolean
infer_log_cosh (ReelInfer *infer,
                GError   **error)
{
  const ReelArray *x = &infer->inputs[0];
  ReelSpec *y = &infer->outputs[0];

  y->dtype = x->dtype;
  y->rank = x->rank;
  if (!reel_dtype_is_floating (y->dtype))
    {
      g_autofree gchar *what = reel_infer_describe (infer, 0, 1);

      g_set_error (error, REEL_ERROR, REEL_ERROR_DTYPE,
                   "expected a floating-point tensor, not %s", what);
      return FALSE;
    }
  for (guint axis = 0; axis < y->rank; axis++)
    y->shape[axis] = x->shape[axis];
  return TRUE;
}

/* log cosh t = |t| + log (1 + exp (-2 |t|)) - log 2: no overflow. */
static gdouble
log_cosh (gdouble x,
          gdouble s)
{
  gdouble t = fabs (s * x);

  return (t + log1p (exp (-2 * t)) - G_LN2) / s;
}

/* How far from its first element the element number @i lies, counted in row-major
 * order: inputs may be views, of any strides. */
static gint64
locate (const ReelArray *array,
        gint64           i)
{
  gint64 offset = 0;

  for (guint axis = array->rank; axis-- > 0; i /= array->shape[axis])
    offset += i % array->shape[axis] * array->strides[axis];
  return offset;
}

/* The kernel: memory in, memory out. Outputs are contiguous. */
static gboolean
kernel_log_cosh (const ReelKernelCall *call,
                 GError              **error)
{
  const Attributes *attributes = call->attributes;
  const ReelArray *x = &call->inputs[0], *y = &call->outputs[0];
  gint64 n = 1;

  for (guint axis = 0; axis < y->rank; axis++)
    n *= y->shape[axis];
  for (gint64 i = 0; i < n; i++)
    {
      gint64 from = locate (x, i);

      if (y->dtype == REEL_F32)
        {
          gdouble number = (gdouble) ((const gfloat *) x->data)[from];

          ((gfloat *) y->data)[i] = (gfloat) log_cosh (number, attributes->sharpness);
        }
      else
        {
          gdouble number = ((const gdouble *) x->data)[from];

          ((gdouble *) y->data)[i] = log_cosh (number, attributes->sharpness);
        }
    }
  return TRUE;
}

/* tanh (s x) · t. The derivative of an elementwise op is a diagonal matrix: it
 * carries a tangent forward as it carries a cotangent back. */
static ReelTensor *
derive (const ReelRule *rule,
        ReelTensor     *t)
{
  const Attributes *attributes = rule->attributes;
  ReelTensor *sx = reel_mul_scalar (rule->inputs[0], attributes->sharpness);

  return reel_mul (t, reel_tanh (sx));
}

static gboolean
vjp_log_cosh (ReelRule *rule,
              GError  **error)
{
  reel_rule_contribute (rule, 0, derive (rule, rule->cotangents[0]));
  return TRUE;
}

static gboolean
jvp_log_cosh (ReelRule *rule,
              GError  **error)
{
  reel_rule_set_tangent (rule, 0, derive (rule, rule->tangents[0]));
  return TRUE;
}

static const ReelOp op_log_cosh = {
  REEL_OP_INIT,
  .name = "log_cosh",
  .formula = "y = log cosh (s x) / s;  x̄ = ȳ tanh (s x)",
  .n_inputs = 1,
  .n_outputs = 1,
  .flags = REEL_OP_ELEMENTWISE,
  .vjp_reads_inputs = 1 << 0,   /* the rule reads x, so the tape keeps it */
  .infer = infer_log_cosh,
  .kernel = kernel_log_cosh,
  .vjp = vjp_log_cosh,
  .jvp = jvp_log_cosh
};

/* What users of the op call. */
static ReelTensor *
smooth_abs (ReelTensor *x,
            gdouble     sharpness)
{
  const Attributes attributes = { .sharpness = sharpness };

  return reel_apply (&op_log_cosh, &x, 1, &attributes, sizeof attributes);
}

/* Using it */

static ReelTensor *
checked_function (ReelTensor *const *inputs,
                  guint              n_inputs,
                  gpointer           user_data,
                  GError           **error)
{
  return smooth_abs (inputs[0], 3);
}

/* log cosh (s x) / s, its derivative tanh (s x), and that one's: s / cosh² (s x) */
static gboolean
differentiate_twice (ReelTensor *x,
                     gdouble     s,
                     GError    **error)
{
  g_autoptr (ReelTape) tape = reel_tape_new ();
  g_autoptr (ReelTapePusher) pusher G_GNUC_UNUSED = reel_tape_pusher_new (tape);
  g_autoptr (ReelTensor) first = NULL;
  g_autoptr (ReelTensor) second = NULL;
  g_autofree gchar *dump = NULL;
  ReelTensor *y, *sum;

  reel_tensor_set_requires_grad (x, TRUE);
  y = smooth_abs (x, s);
  /* The derivative of a sum of f(xᵢ) by each xᵢ is f'(xᵢ). */
  sum = reel_sum (y, REEL_ALL_AXES, FALSE);
  dump = reel_tape_dump (tape);
  if (!reel_grad (sum, &x, 1, REEL_GRAD_RECORD, &first, error))
    return FALSE;
  sum = reel_sum (first, REEL_ALL_AXES, FALSE);
  if (!reel_grad (sum, &x, 1, REEL_GRAD_NONE, &second, error))
    return FALSE;

  printf ("%8s %10s %10s %10s\n", "x", "y", "y'", "y''");
  for (gint64 i = 0; i < reel_tensor_get_size (x, 0); i++)
    {
      gdouble at = reel_tensor_get_item (x, REEL_SHAPE (i));
      gdouble y0 = reel_tensor_get_item (y, REEL_SHAPE (i));
      gdouble y1 = reel_tensor_get_item (first, REEL_SHAPE (i));
      gdouble y2 = reel_tensor_get_item (second, REEL_SHAPE (i));

      printf ("%8.3f %10.6f %10.6f %10.6f\n", at, y0, y1, y2);
      if (fabs (y2 - s / pow (cosh (s * at), 2)) > 1e-9)
        {
          g_set_error (error, REEL_ERROR, REEL_ERROR_FAILED,
                       "the second derivative at %g is wrong: %g", at, y2);
          return FALSE;
        }
    }
  printf ("\nOn the tape it is an op like any other:\n%s", dump);
  return TRUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (ReelTensor) x = NULL;

  /* Not needed for reel_apply(), but so the op is found by its name. */
  if (!reel_op_register (&op_log_cosh, error))
    return FALSE;
  x = reel_tensor_new_linspace (REEL_F64, -1.5, 1.5, 7, error);
  if (x == NULL)
    return FALSE;
  reel_tensor_set_label (x, "x");

  /* Never trust a derivative written by hand before it was held against
   * differences of the function. */
  if (!reel_gradcheck (checked_function, NULL, &x, 1, 0, 0, error))
    return FALSE;
  printf ("%s\nagrees with central differences\n\n", reel_op_get_formula ("log_cosh"));

  return differentiate_twice (x, 3, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!run (&error))
    {
      fprintf (stderr, "custom-op: %s\n", error->message);
      return 1;
    }
  return 0;
}
