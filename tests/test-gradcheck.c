/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape-fixture.h"

#include <string.h>

/* reel_gradcheck itself: it finds what is wrong, says where, and leaves the thread's
 * tapes as they were. That it passes what is right the generic op test shows. */

/* y = x², with derivatives that are wrong on demand */
typedef enum
{
  WRONG_NOTHING,
  WRONG_VJP,
  WRONG_JVP,
  WRONG_SECOND,
  N_WRONG
} Wrong;

static Wrong wrong;

static gboolean
infer_flawed (ReelInfer *infer,
              GError   **error)
{
  const ReelArray *x = &infer->inputs[0];

  infer->outputs[0].dtype = REEL_F64;
  infer->outputs[0].rank = x->rank;
  for (guint i = 0; i < x->rank; i++)
    infer->outputs[0].shape[i] = x->shape[i];
  return TRUE;
}

/* (for contiguous vectors) */
static gboolean
kernel_flawed (const ReelKernelCall *call,
               GError              **error)
{
  const gdouble *x = call->inputs[0].data;
  gdouble *y = call->outputs[0].data;

  for (gint64 i = 0; i < call->inputs[0].shape[0]; i++)
    y[i] = x[i] * x[i];
  return TRUE;
}

static ReelTensor *
times_slope (const ReelRule *rule,
             ReelTensor     *t,
             gdouble         factor)
{
  return reel_mul (t, reel_mul_scalar (rule->inputs[0], factor));
}

static gboolean
vjp_flawed (ReelRule *rule,
            GError  **error)
{
  ReelTensor *gradient = times_slope (rule, rule->cotangents[0], wrong == WRONG_VJP ? 2.01 : 2);

  /* The right number, but what it depends on is lost. */
  if (wrong == WRONG_SECOND)
    gradient = reel_detach (gradient);
  reel_rule_contribute (rule, 0, gradient);
  return TRUE;
}

static gboolean
jvp_flawed (ReelRule *rule,
            GError  **error)
{
  reel_rule_set_tangent (rule, 0, times_slope (rule, rule->tangents[0],
                                               wrong == WRONG_JVP ? -2 : 2));
  return TRUE;
}

static const ReelOp flawed = {
  REEL_OP_INIT, .name = "flawed", .formula = "y = x²", .n_inputs = 1, .n_outputs = 1,
  .vjp_reads_inputs = 1, .infer = infer_flawed, .kernel = kernel_flawed, .vjp = vjp_flawed,
  .jvp = jvp_flawed
};

static ReelTensor *
apply_flawed (ReelTensor *const *inputs,
              guint              n_inputs,
              gpointer           user_data,
              GError           **error)
{
  return reel_apply (&flawed, inputs, n_inputs, NULL, 0);
}

static void
test_finds (void)
{
  static const gchar *const blames[N_WRONG] = { NULL, "the vjp ", "the jvp ", "vjp of the vjp" };
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));

  for (guint i = 0; i < N_WRONG; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok;

      wrong = (Wrong) i;
      ok = reel_gradcheck (apply_flawed, NULL, &x, 1, 0, 0, &error);
      g_assert_cmpint (ok, ==, i == WRONG_NOTHING);
      if (i == WRONG_NOTHING)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, REEL_ERROR, REEL_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, blames[i]));
      g_assert_nonnull (strstr (error->message, "element [0]"));
    }
  /* and not where the tolerance covers it */
  wrong = WRONG_VJP;
  g_assert_true (reel_gradcheck (apply_flawed, NULL, &x, 1, 0, 0.1, NULL));
}

typedef enum
{
  FAIL_OP,
  FAIL_ERROR,
  FAIL_NULL,
  FAIL_F32,
  FAIL_RANDOM,
  N_FAILS
} Fail;

static ReelTensor *
failing (ReelTensor *const *inputs,
         guint              n_inputs,
         gpointer           user_data,
         GError           **error)
{
  static gdouble calls;

  switch (*(const Fail *) user_data)
    {
    case FAIL_OP:
      return reel_select (inputs[0], 7, 0);
    case FAIL_ERROR:
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_VALUE, "no value today");
      return NULL;
    case FAIL_F32:
      return reel_cast (inputs[0], REEL_F32);
    case FAIL_RANDOM:
      return reel_add_scalar (inputs[0], ++calls);
    case FAIL_NULL:
    case N_FAILS:
    default:
      return NULL;
    }
}

static void
test_reports (void)
{
  static const gint codes[N_FAILS] = {
    REEL_ERROR_INDEX, REEL_ERROR_VALUE, REEL_ERROR_FAILED, REEL_ERROR_DTYPE, REEL_ERROR_FAILED
  };
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) single = reel_tensor_new_zeros (REEL_F32, REEL_SHAPE (2), NULL);
  g_autoptr (GError) error = NULL;

  for (Fail i = 0; i < N_FAILS; i++)
    {
      g_assert_false (reel_gradcheck (failing, &i, &x, 1, 0, 0, &error));
      g_assert_error (error, REEL_ERROR, codes[i]);
      g_clear_error (&error);
      g_assert_true (reel_tape_get_current () == tape);
      assert_tape_ok (tape);
      g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);
    }
  g_assert_false (reel_gradcheck (failing, NULL, &single, 1, 0, 0, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_DTYPE);
  g_clear_error (&error);
  {
    ReelTensor *value = reel_neg (x);

    g_assert_false (reel_gradcheck (apply_flawed, NULL, &value, 1, 0, 0, &error));
    g_assert_error (error, REEL_ERROR, REEL_ERROR_VALUE);
  }
}

/* What returns an input, a constant, or one tensor twice is differentiated too. */
static ReelTensor *
first_input (ReelTensor *const *inputs,
             guint              n_inputs,
             gpointer           user_data,
             GError           **error)
{
  return inputs[0];
}

static ReelTensor *
no_input (ReelTensor *const *inputs,
          guint              n_inputs,
          gpointer           user_data,
          GError           **error)
{
  return user_data;
}

static ReelTensor *
product (ReelTensor *const *inputs,
         guint              n_inputs,
         gpointer           user_data,
         GError           **error)
{
  return reel_mul (inputs[0], reel_sin (inputs[1]));
}

static void
test_passes (void)
{
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2, 3));
  g_autoptr (ReelTensor) constant = vector (NUMBERS (5, 6));
  g_autoptr (ReelTensor) none = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (0, 3), NULL);
  ReelTensor *same[] = { x, x };
  g_autoptr (GError) error = NULL;

  g_assert_true (reel_gradcheck (first_input, NULL, &x, 1, 0, 0, &error));
  g_assert_true (reel_gradcheck (no_input, constant, &x, 1, 0, 0, &error));
  g_assert_true (reel_gradcheck (product, NULL, same, 2, 0, 0, &error));
  g_assert_true (reel_gradcheck (first_input, NULL, &none, 1, 0, 0, &error));
  g_assert_true (reel_gradcheck (no_input, constant, NULL, 0, 0, 0, &error));
  g_assert_no_error (error);
  g_assert_null (reel_tensor_get_grad (x));
  /* what was varied are copies */
  assert_numbers (x, NUMBERS (1, 2, 3));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gradcheck/finds", test_finds);
  g_test_add_func ("/gradcheck/reports", test_reports);
  g_test_add_func ("/gradcheck/passes", test_passes);
  return g_test_run ();
}
