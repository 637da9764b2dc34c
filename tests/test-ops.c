/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "op-harness.h"

/* The generic test: walks the registry, and checks every op on every sample of its
 * own. An op that a program registers is walked too; here one is, to show it. */

static const struct
{
  const gchar *name;
  Check check;
} checks[] = {
  { "described", check_described },
  { "value", check_value },
  { "layouts", check_layouts },
  { "empty", check_empty },
  { "scalars", check_scalars },
  { "f32", check_f32 },
  { "paused", check_paused },
  { "threads", check_threads },
  { "derivatives", check_derivatives },
  { "saved", check_saved },
  { "released", check_released },
  { "batched", check_batched },
  { "dtypes", check_dtypes },
  { "shapes", check_shapes },
  { "arguments", check_arguments },
};

typedef struct
{
  const ReelOp *op;
  Check check;
} Test;

static void
run_test (gconstpointer data)
{
  const Test *test = data;

  if (test->op->n_samples == 0)
    {
      g_test_fail_printf ("%s has no samples", test->op->name);
      return;
    }
  for (guint i = 0; i < test->op->n_samples; i++)
    {
      Case self;

      case_init (&self, test->op, i);
      test->check (&self);
      case_clear (&self);
    }
}

/* A user's op: y = x³ */

static gboolean
infer_cube (ReelInfer *infer,
            GError   **error)
{
  const ReelArray *x = &infer->inputs[0];

  if (x->dtype != REEL_F64)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_DTYPE, "needs f64");
      return FALSE;
    }
  infer->outputs[0].dtype = REEL_F64;
  infer->outputs[0].rank = x->rank;
  for (guint i = 0; i < x->rank; i++)
    infer->outputs[0].shape[i] = x->shape[i];
  return TRUE;
}

static gboolean
kernel_cube (const ReelKernelCall *call,
             GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  gdouble *y = call->outputs[0].data;
  gint64 at[REEL_MAX_AXES] = { 0 };
  gint64 n = ref_count (x->rank, x->shape);

  for (gint64 i = 0; i < n; i++)
    {
      gint64 offset = 0;
      gdouble number;

      for (guint k = 0; k < x->rank; k++)
        offset += at[k] * x->strides[k];
      number = ((const gdouble *) x->data)[offset];
      y[i] = number * number * number;
      (void) ref_next (x->rank, x->shape, at);
    }
  return TRUE;
}

static ReelTensor *
slope_cube (const ReelRule *rule,
            ReelTensor     *t)
{
  return reel_mul (t, reel_mul_scalar (reel_square (rule->inputs[0]), 3));
}

static gboolean
vjp_cube (ReelRule *rule,
          GError  **error)
{
  reel_rule_contribute (rule, 0, slope_cube (rule, rule->cotangents[0]));
  return TRUE;
}

static gboolean
jvp_cube (ReelRule *rule,
          GError  **error)
{
  reel_rule_set_tangent (rule, 0, slope_cube (rule, rule->tangents[0]));
  return TRUE;
}

static const ReelSample cube_samples[] = {
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 2, { 3, 4 }, -2, 2 } }, .n_inputs = 1 },
  { .inputs = (const ReelSampleInput[]){ { REEL_F64, 0, { 0 }, -2, 2 } }, .n_inputs = 1 },
};

/* (internal, for it knows f64 alone) */
static const ReelOp cube = {
  REEL_OP_INIT, .name = "test_cube", .formula = "y = x³;  x̄ = 3 x² ȳ", .n_inputs = 1,
  .n_outputs = 1, .flags = REEL_OP_ELEMENTWISE | REEL_OP_INTERNAL, .vjp_reads_inputs = 1,
  .infer = infer_cube, .kernel = kernel_cube, .vjp = vjp_cube, .jvp = jvp_cube,
  .samples = cube_samples, .n_samples = G_N_ELEMENTS (cube_samples)
};

static void
reference_cube (RefCall *call)
{
  const RefArray *x = &call->inputs[0];
  gdouble *y = ref_output (call, 0, x->dtype, x->rank, x->shape);

  for (gint64 i = 0; i < x->n; i++)
    y[i] = x->values[i] * x->values[i] * x->values[i];
}

static const Reference cube_reference = { "test_cube", reference_cube };

static void
test_registry (void)
{
  g_auto (GStrv) names = reel_op_list_names ();
  g_autoptr (GError) error = NULL;

  g_assert_true (g_strv_contains ((const gchar *const *) names, "matmul"));
  g_assert_true (g_strv_contains ((const gchar *const *) names, "test_cube"));
  g_assert_true (reel_op_lookup ("test_cube") == &cube);
  g_assert_cmpstr (reel_op_get_formula ("test_cube"), ==, cube.formula);
  g_assert_null (reel_op_lookup ("no such op"));
  g_assert_false (reel_op_register (&cube, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_VALUE);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_cmpstr (reel_op_lookup (names[i])->name, ==, names[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);

  ref_register (&cube_reference);
  if (!reel_op_register (&cube, &error))
    g_error ("%s", error->message);
  names = reel_op_list_names ();
  g_test_add_func ("/registry", test_registry);
  for (guint i = 0; names[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (checks); k++)
      {
        g_autofree gchar *path = g_strdup_printf ("/ops/%s/%s", names[i], checks[k].name);
        Test *test = g_new (Test, 1);

        test->op = reel_op_lookup (names[i]);
        test->check = checks[k].check;
        g_test_add_data_func_full (path, test, run_test, g_free);
      }
  return g_test_run ();
}
