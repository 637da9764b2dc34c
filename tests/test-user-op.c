/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

/* Ops of a program's own, also such as do everything wrong in their rules. */

typedef enum
{
  FINE,
  SAYS_ERROR,                   /* fails with a GError */
  FAILS_SILENTLY,               /* FALSE, and says nothing */
  OP_FAILS,                     /* makes an op that fails, and contributes it */
  OP_FAILS_UNSEEN,              /* and does not even look at it */
  BOTH_FAIL,                    /* an op fails, and the rule says something else */
  WRONG_SHAPE,                  /* contributes the wrong shape */
  WRONG_DTYPE,
  WRONG_REGION,                 /* contributes to what lies outside */
  FOREIGN_ERROR,                /* contributes another tape's error tensor */
  KERNEL_FAILS,
  KERNEL_FAILS_SILENTLY,
  INFER_FAILS
} Fault;

static Fault fault;

/* y = 3 x */
static gboolean
infer_triple (ReelInfer *infer,
              GError   **error)
{
  ReelSpec *spec = &infer->outputs[0];
  const ReelArray *x = &infer->inputs[0];

  if (fault == INFER_FAILS)
    {
      g_set_error_literal (error, REEL_ERROR, REEL_ERROR_VALUE, "not today");
      return FALSE;
    }
  spec->dtype = x->dtype;
  spec->rank = x->rank;
  memcpy (spec->shape, x->shape, x->rank * sizeof (gint64));
  infer->workspace_size = 1000;
  return TRUE;
}

static gboolean
kernel_triple (const ReelKernelCall *call,
               GError              **error)
{
  const ReelArray *x = &call->inputs[0];
  gdouble *y = call->outputs[0].data;

  g_assert_cmpuint (call->attributes_size, ==, sizeof (gdouble));
  g_assert_cmpuint ((gsize) call->workspace % 64, ==, 0);
  memset (call->workspace, 0xff, 1000);
  if (fault == KERNEL_FAILS_SILENTLY)
    return FALSE;
  if (fault == KERNEL_FAILS)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "no such file");
      return FALSE;
    }
  g_assert_cmpuint (x->rank, <=, 1);
  for (gint64 i = 0; i < (x->rank == 0 ? 1 : x->shape[0]); i++)
    y[i] = *(const gdouble *) call->attributes *
           ((const gdouble *) x->data)[x->rank == 0 ? 0 : i * x->strides[0]];
  return TRUE;
}

static ReelTensor *
failing_op (void)
{
  g_autoptr (ReelTensor) a = vector (NUMBERS (1, 2));
  g_autoptr (ReelTensor) b = vector (NUMBERS (1, 2, 3));
  ReelTensor *y = reel_add (a, b);

  g_assert_true (reel_tensor_is_error (y));
  return y;
}

static gboolean
vjp_triple (ReelRule *rule,
            GError  **error)
{
  gdouble factor = *(const gdouble *) rule->attributes;
  g_autoptr (ReelTensor) wrong = NULL;

  switch (fault)
    {
    case SAYS_ERROR:
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "the disk is on fire");
      return FALSE;
    case FAILS_SILENTLY:
      return FALSE;
    case OP_FAILS:
      reel_rule_contribute (rule, 0, failing_op ());
      return TRUE;
    case OP_FAILS_UNSEEN:
      failing_op ();
      break;
    case BOTH_FAIL:
      failing_op ();
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "the disk is on fire");
      return FALSE;
    case WRONG_SHAPE:
      wrong = vector (NUMBERS (1, 2, 3, 4, 5));
      reel_rule_contribute (rule, 0, wrong);
      return TRUE;
    case WRONG_DTYPE:
      reel_rule_contribute (rule, 0, reel_cast (rule->cotangents[0], REEL_F32));
      return TRUE;
    case WRONG_REGION:
      reel_rule_contribute_region (rule, 0, rule->cotangents[0], (const gint64[]){ -1 }, 0);
      return TRUE;
    case FOREIGN_ERROR:
      {
        SCOPE_TAPE (other);

        reel_rule_contribute (rule, 0, failing_op ());
      }
      return TRUE;
    case FINE:
    case KERNEL_FAILS:
    case KERNEL_FAILS_SILENTLY:
    case INFER_FAILS:
    default:
      break;
    }
  reel_rule_contribute (rule, 0, reel_mul_scalar (rule->cotangents[0], factor));
  return TRUE;
}

static gboolean
jvp_triple (ReelRule *rule,
            GError  **error)
{
  gdouble factor = *(const gdouble *) rule->attributes;

  if (fault == SAYS_ERROR)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "the disk is on fire");
      return FALSE;
    }
  reel_rule_set_tangent (rule, 0, reel_mul_scalar (rule->tangents[0], factor));
  return TRUE;
}

static const ReelOp triple_op = {
  REEL_OP_INIT, .name = "test_triple", .formula = "y = 3 x;  x̄ = 3 ȳ",
  .n_inputs = 1, .n_outputs = 1,
  .infer = infer_triple, .kernel = kernel_triple, .vjp = vjp_triple, .jvp = jvp_triple
};

static ReelTensor *
triple (ReelTensor *x)
{
  const gdouble factor = 3;

  return reel_apply (&triple_op, &x, 1, &factor, sizeof factor);
}

static void
test_applied (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) first = NULL;
  g_autoptr (ReelTensor) tangent = NULL;
  g_autoptr (GError) error = NULL;
  ReelTensor *y;

  fault = FINE;
  y = triple (reel_square (x));
  assert_numbers (y, NUMBERS (3, 12));
  first = gradient (total (reel_square (y)), x, REEL_GRAD_RECORD);  /* 36 x³ */
  assert_numbers (first, NUMBERS (36, 288));
  assert_backward (total (first));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (108, 432));
  g_assert_true (reel_jvp (&y, 1, &x, &x, 1, REEL_GRAD_NONE, &tangent, &error));
  assert_numbers (tangent, NUMBERS (6, 24));
}

/* An error inside a rule is that call's, changes nothing and leaves the tape as
 * good as it was. */
static void
test_fault_in_rule (gconstpointer data)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (ReelTensor) w = parameter (NUMBERS (5, 6));
  g_autoptr (GError) error = NULL;
  ReelTensor *partials[2] = { x, w };
  ReelTensor *loss;
  guint64 n_nodes;

  fault = FINE;
  /* w has its gradient before the rule of triple runs */
  loss = total (reel_mul (triple (reel_square (x)), w));
  reel_tensor_set_grad (x, w);
  n_nodes = stats_of (tape).n_nodes;
  fault = (Fault) GPOINTER_TO_INT (data);

  g_assert_false (reel_backward (loss, &error));
  switch (fault)
    {
    case SAYS_ERROR:
    case BOTH_FAIL:
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
      g_assert_nonnull (strstr (error->message, "the disk is on fire"));
      break;
    case FAILS_SILENTLY:
      g_assert_error (error, REEL_ERROR, REEL_ERROR_FAILED);
      break;
    case WRONG_SHAPE:
      g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
      g_assert_nonnull (strstr (error->message, "f64[5]"));
      break;
    case WRONG_DTYPE:
      g_assert_error (error, REEL_ERROR, REEL_ERROR_DTYPE);
      g_assert_nonnull (strstr (error->message, "f32[2]"));
      break;
    case WRONG_REGION:
      g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
      break;
    case FOREIGN_ERROR:
    case OP_FAILS:
    case OP_FAILS_UNSEEN:
      g_assert_error (error, REEL_ERROR, REEL_ERROR_SHAPE);
      g_assert_nonnull (strstr (error->message,
                                "add: shapes do not broadcast: f64[2] x f64[3]"));
      break;
    case FINE:
    case KERNEL_FAILS:
    case KERNEL_FAILS_SILENTLY:
    case INFER_FAILS:
    default:
      g_assert_not_reached ();
    }
  g_assert_nonnull (strstr (error->message, "test_triple"));
  g_clear_error (&error);
  assert_tape_ok (tape);
  g_assert_null (reel_tensor_get_grad (w));
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (5, 6));
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, n_nodes);

  /* likewise where gradients are results, */
  g_assert_false (reel_grad (loss, (ReelTensor *[]){ w, x }, 2, REEL_GRAD_NONE, partials,
                             &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (partials[0]);
  g_assert_null (partials[1]);
  g_assert_false (reel_backward_full (&loss, 1, NULL, REEL_GRAD_RECORD, &error));
  g_clear_error (&error);
  assert_tape_ok (tape);
  /* and for a caller who does not listen */
  g_assert_false (reel_backward (loss, NULL));
  assert_tape_ok (tape);

  fault = FINE;
  reel_tensor_set_grad (x, NULL);
  assert_backward (loss);
  assert_numbers (reel_tensor_get_grad (x), NUMBERS (30, 72));
  assert_numbers (reel_tensor_get_grad (w), NUMBERS (3, 12));
}

static void
test_fault_in_jvp (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (GError) error = NULL;
  ReelTensor *result = x;
  ReelTensor *y;

  fault = FINE;
  y = triple (x);
  fault = SAYS_ERROR;
  g_assert_false (reel_jvp (&y, 1, &x, &x, 1, REEL_GRAD_NONE, &result, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
  g_assert_null (result);
  assert_tape_ok (tape);
}

static void
test_fault_in_kernel (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = parameter (NUMBERS (1, 2));
  g_autoptr (GError) error = NULL;
  guint64 live = stats_of (tape).live_bytes;

  fault = KERNEL_FAILS;
  g_assert_true (reel_tensor_is_error (triple (x)));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
  g_assert_cmpstr (error->message, ==, "test_triple: no such file");
  g_clear_error (&error);
  reel_tape_clear_error (tape);
  fault = KERNEL_FAILS_SILENTLY;
  g_assert_true (reel_tensor_is_error (triple (x)));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_FAILED);
  g_clear_error (&error);
  reel_tape_clear_error (tape);
  fault = INFER_FAILS;
  g_assert_true (reel_tensor_is_error (triple (x)));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_cmpstr (error->message, ==, "test_triple: not today");
  g_clear_error (&error);
  reel_tape_clear_error (tape);
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, 0);
  g_assert_cmpuint (stats_of (tape).live_bytes, ==, live);
  fault = FINE;
}

static gboolean
infer_nothing (ReelInfer *infer,
               GError   **error)
{
  memset (&infer->outputs[0], 0, sizeof infer->outputs[0]);
  return TRUE;
}

/* A view of nothing, and parts of nothing, are errors. */
static void
test_no_inputs (void)
{
  SCOPE_TAPE (tape);
  static const ReelOp view_op = {
    REEL_OP_INIT, .name = "test_view", .n_inputs = 0, .n_outputs = 1,
    .flags = REEL_OP_VIEW, .infer = infer_nothing
  };
  const gchar zeros[256] = { 0 };

  g_assert_true (reel_tensor_is_error (reel_apply (&view_op, NULL, 0, NULL, 0)));
  reel_tape_clear_error (tape);
  /* as long as the result's description may be */
  for (gsize size = 0; size <= sizeof zeros; size += 8)
    {
      g_assert_true (reel_tensor_is_error (reel_apply (reel_op_lookup ("assemble"), NULL, 0,
                                                       zeros, size)));
      reel_tape_clear_error (tape);
    }
}

/* An op without rules has no derivative, and says so. */
static const ReelOp ruleless_op = {
  REEL_OP_INIT, .name = "test_ruleless", .n_inputs = 1, .n_outputs = 1,
  .infer = infer_triple, .kernel = kernel_triple
};

static void
test_ruleless (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (2);
  g_autoptr (GError) error = NULL;
  const gdouble factor = 2;
  ReelTensor *result = NULL;
  ReelTensor *y;

  fault = FINE;
  y = reel_apply (&ruleless_op, &x, 1, &factor, sizeof factor);
  g_assert_cmpfloat (reel_tensor_get_scalar (y), ==, 4);
  g_assert_false (reel_backward (y, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_assert_nonnull (strstr (error->message, "test_ruleless"));
  g_clear_error (&error);
  g_assert_false (reel_jvp (&y, 1, &x, &x, 1, REEL_GRAD_NONE, &result, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_NO_GRADIENT);
  g_clear_error (&error);
  /* wrong numbers of operands and results */
  g_assert_true (reel_tensor_is_error (reel_apply (&triple_op, (ReelTensor *[]){ x, x }, 2,
                                                   &factor, sizeof factor)));
  g_assert_false (reel_tape_check (tape, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_FAILED);
}

static const ReelOp taken_op = {
  REEL_OP_INIT, .name = "matmul", .n_inputs = 1, .n_outputs = 1,
  .infer = infer_triple, .kernel = kernel_triple
};

static void
test_registered (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  g_assert_null (reel_op_lookup ("test_triple"));
  g_assert_null (reel_op_get_formula ("test_triple"));
  g_assert_true (reel_op_register (&triple_op, &error));
  g_assert_no_error (error);
  g_assert_true (reel_op_lookup ("test_triple") == &triple_op);
  g_assert_cmpstr (reel_op_get_formula ("test_triple"), ==, triple_op.formula);
  names = reel_op_list_names ();
  g_assert_cmpstr (names[g_strv_length (names) - 1], ==, "test_triple");

  /* a name belongs to one op */
  g_assert_false (reel_op_register (&triple_op, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (reel_op_register (&taken_op, &error));
  g_assert_error (error, REEL_ERROR, REEL_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, "matmul"));
  g_assert_true (reel_op_lookup ("matmul") != &taken_op);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const gchar *path;
    Fault fault;
  } faults[] = {
    { "/user-op/fault-in-rule/says-error", SAYS_ERROR },
    { "/user-op/fault-in-rule/fails-silently", FAILS_SILENTLY },
    { "/user-op/fault-in-rule/op-fails", OP_FAILS },
    { "/user-op/fault-in-rule/op-fails-unseen", OP_FAILS_UNSEEN },
    { "/user-op/fault-in-rule/both-fail", BOTH_FAIL },
    { "/user-op/fault-in-rule/wrong-shape", WRONG_SHAPE },
    { "/user-op/fault-in-rule/wrong-dtype", WRONG_DTYPE },
    { "/user-op/fault-in-rule/wrong-region", WRONG_REGION },
    { "/user-op/fault-in-rule/foreign-error", FOREIGN_ERROR },
  };

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/user-op/applied", test_applied);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    g_test_add_data_func (faults[i].path, GINT_TO_POINTER (faults[i].fault),
                          test_fault_in_rule);
  g_test_add_func ("/user-op/fault-in-jvp", test_fault_in_jvp);
  g_test_add_func ("/user-op/fault-in-kernel", test_fault_in_kernel);
  g_test_add_func ("/user-op/ruleless", test_ruleless);
  g_test_add_func ("/user-op/registered", test_registered);
  g_test_add_func ("/user-op/no-inputs", test_no_inputs);
  return g_test_run ();
}
