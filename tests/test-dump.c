/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tape-fixture.h"

#include <glib/gstdio.h>

/* The tape as text and as a graph. */

static ReelTensor *
matrix (ReelDType    dtype,
        gint64       rows,
        gint64       columns,
        const gchar *label,
        gboolean     is_parameter)
{
  g_autoptr (GError) error = NULL;
  ReelTensor *tensor = reel_tensor_new_ones (dtype, REEL_SHAPE (rows, columns), &error);

  g_assert_no_error (error);
  reel_tensor_set_label (tensor, label);
  reel_tensor_set_requires_grad (tensor, is_parameter);
  return tensor;
}

/* Leaves with and without label, parameters, numbers, several outputs, something
 * left out. */
static ReelTensor *
record (ReelTensor *x,
        ReelTensor *w,
        ReelTensor *c)
{
  ReelTensor *parts[2];
  ReelTensor *h, *y, *loss;

  h = reel_linear (x, w, NULL);
  reel_tensor_set_label (h, "logits");
  y = reel_mul (h, c);
  g_assert_true (reel_split (y, REEL_SHAPE (1, 2), 1, parts));
  reel_tensor_set_label (parts[1], "tail");
  reel_neg (parts[0]);
  loss = total (reel_square (parts[1]));
  return loss;
}

static void
test_dump (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = matrix (REEL_F32, 2, 4, "x", FALSE);
  g_autoptr (ReelTensor) w = matrix (REEL_F32, 3, 4, "w \"1\"\n", TRUE);
  g_autoptr (ReelTensor) c = matrix (REEL_F32, 1, 3, NULL, FALSE);
  g_autofree gchar *empty = reel_tape_dump (tape);
  g_autofree gchar *text = NULL;
  g_autofree gchar *again = NULL;
  g_autofree gchar *formulas = NULL;
  g_autofree gchar *by_label = NULL;
  g_auto (GStrv) lines = NULL;
  static const gchar *const expected[] = {
    "%0     = linear (\"x\", param \"w \\\"1\\\"\\n\", none)  f32[2,3]            \"logits\"",
    "%1     = mul (%0, f32[1,3])                     f32[2,3]",
    "%2..%3 = split (%1, sizes=[1,2], axis=-1)       f32[2,1], f32[2,2]  \"tail\"",
    "%4     = neg (%2)                               f32[2,1]",
    "%5     = square (%3)                            f32[2,2]",
    "%6     = sum (%5, axes=[-2,-1], keep=false)     f32[]",
  };
  static const gchar *const ops[] = { "linear", "mul", "split", "neg", "square", "sum" };

  g_assert_cmpstr (empty, ==, "");
  record (x, w, c);
  text = reel_tape_dump (tape);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (expected) + 1);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (lines[i], ==, expected[i]);
  g_assert_cmpstr (lines[G_N_ELEMENTS (expected)], ==, "");
  again = reel_tape_dump (tape);
  g_assert_cmpstr (text, ==, again);
  formulas = reel_tape_dump_full (tape, REEL_DUMP_FORMULAS);
  g_strfreev (lines);
  lines = g_strsplit (formulas, "\n", -1);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (g_str_has_prefix (lines[i], expected[i]));
      g_assert_true (g_str_has_suffix (lines[i], reel_op_get_formula (ops[i])));
    }
  by_label = reel_tape_dump_full (tape, REEL_DUMP_BY_LABEL);
  g_assert_cmpstr (by_label, ==,
                   "%0     = linear            f32[2,3]            \"logits\"\n"
                   "%1..%3 = mul, split        f32[2,1], f32[2,2]  \"tail\"\n"
                   "%4..%6 = neg, square, sum  f32[]\n");
  /* it only looks */
  g_assert_cmpuint (stats_of (tape).n_nodes, ==, G_N_ELEMENTS (expected));
}

/* Long lists are shortened, one long line does not spread the others, and what is
 * no text stays out. */
static void
test_dump_long (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  ReelTensor *many[1000];
  g_autofree gchar *text = NULL;

  reel_tensor_set_label (x, "\xff\x01");
  for (guint i = 0; i < 1000; i++)
    many[i] = x;
  many[999] = reel_neg (x);
  reel_stack (many, 1000, 0);
  g_assert_true (reel_unbind (reel_neg (x), 0, many, 3));
  text = reel_tape_dump (tape);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "stack (\"\xef\xbf\xbd\\x01\", \"\xef\xbf\xbd\\x01\","
                                  " \"\xef\xbf\xbd\\x01\", \"\xef\xbf\xbd\\x01\","
                                  " ... 995 more ..., %0, axis=-2)  f64[1000,3]"));
  g_assert_nonnull (strstr (text, "%0     = neg (\"\xef\xbf\xbd\\x01\")         f64[3]"));
  g_assert_nonnull (strstr (text, "%3..%5 = unbind (%2, axis=-1)  f64[], f64[], f64[]"));
}

/* However long labels and lists are, a line is not. */
static void
test_dump_width (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = vector (NUMBERS (1, 2, 3));
  g_autofree gchar *label = g_strnfill (300, 'l');
  ReelTensor *many[8];
  ReelTensor *y;

  reel_tensor_set_label (x, label);
  for (guint i = 0; i < 8; i++)
    many[i] = x;
  y = reel_stack (many, 8, 0);
  reel_tensor_set_label (y, label);
  for (guint i = 0; i < 40; i++)
    y = i % 2 == 0 ? reel_neg (y) : reel_square (y);
  for (guint flags = 0; flags <= REEL_DUMP_BY_LABEL; flags += REEL_DUMP_BY_LABEL)
    {
      g_autofree gchar *text = reel_tape_dump_full (tape, (ReelDumpFlags) flags);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpint (g_utf8_strlen (lines[i], -1), <, 100);
      g_assert_nonnull (strstr (text, " ...)"));
      g_assert_nonnull (strstr (text, "lll...\""));
    }
}

static void
assert_has (const gchar *text,
            const gchar *line)
{
  g_autofree gchar *whole = g_strconcat ("\n  ", line, ";\n", NULL);

  if (strstr (text, whole) == NULL)
    g_error ("no line '%s' in\n%s", line, text);
}

static guint
count (const gchar *text,
       const gchar *part)
{
  guint n = 0;

  for (const gchar *p = text; (p = strstr (p, part)) != NULL; p++)
    n++;
  return n;
}

#define BACK " [style=dashed, constraint=false, color=\"#c0392b\"]"

/* Graphviz itself takes it. */
static void
assert_graphviz (const gchar *text)
{
  g_autofree gchar *dot = g_find_program_in_path ("dot");
  g_autofree gchar *path = NULL;
  g_autofree gchar *out = NULL;
  g_autofree gchar *err = NULL;
  g_autoptr (GError) error = NULL;
  gint status = -1;
  gint fd;

  if (dot == NULL)
    {
      g_test_message ("Graphviz is not installed");
      return;
    }
  fd = g_file_open_tmp ("reel-XXXXXX.dot", &path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL, (gchar *[]){ dot, (gchar *) "-Tsvg", path, NULL }, NULL,
                G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
  g_remove (path);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  g_assert_no_error (error);
  g_assert_null (strstr (err, "rror"));
  g_assert_nonnull (strstr (out, "<svg"));
}

static void
test_dot (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = matrix (REEL_F32, 2, 4, "x", FALSE);
  g_autoptr (ReelTensor) w = matrix (REEL_F32, 3, 4, "w \"1\" & \\N\n<2>", TRUE);
  g_autoptr (ReelTensor) c = matrix (REEL_F32, 1, 3, NULL, FALSE);
  g_autofree gchar *text = NULL;
  g_autofree gchar *again = NULL;
  ReelTensor *loss = record (x, w, c);

  text = reel_tape_to_dot (tape, loss);
  g_assert_true (g_str_has_prefix (text, "digraph tape {\n  rankdir=TB;\n"));
  g_assert_true (g_str_has_suffix (text, "}\n"));
  /* leaves by kind */
  assert_has (text, "leaf0 [shape=ellipse, style=filled, fillcolor=\"#d5f5e3\","
                    " label=\"x\\nf32[2,4]\"]");
  assert_has (text, "leaf1 [shape=box, style=filled, fillcolor=\"#aed6f1\", penwidth=2,"
                    " label=\"w \\\"1\\\" &amp; \\\\N\\n<2>\\nf32[3,4]\"]");
  assert_has (text, "leaf2 [shape=ellipse, style=filled, fillcolor=\"#d5f5e3\","
                    " label=\"f32[1,3]\"]");
  /* the loss, and what nobody uses */
  assert_has (text, "end6 [shape=doubleoctagon, style=filled, fillcolor=\"#f9d8d3\","
                    " label=\"loss\"]");
  assert_has (text, "end4 [shape=plaintext, label=\"%4\"]");
  assert_has (text, "op3 -> end4");
  g_assert_nonnull (strstr (text, "op0 [shape=box, style=\"rounded,filled\","
                                  " fillcolor=\"#f4f6f7\", label=\"linear\\nlogits\\nf32[2,3]\""));
  g_assert_nonnull (strstr (text, "label=\"split\\ntail\\nf32[2,1], f32[2,2]\""));
  g_assert_nonnull (strstr (text, "  legend ["));
  /* down */
  assert_has (text, "leaf0 -> op0");
  assert_has (text, "leaf1 -> op0");
  assert_has (text, "op0 -> op1");
  assert_has (text, "leaf2 -> op1");
  assert_has (text, "op1 -> op2");
  assert_has (text, "op2 -> op3");
  assert_has (text, "op2 -> op4");
  assert_has (text, "op4 -> op5");
  assert_has (text, "op5 -> end6");
  /* and back up, from the loss to the parameter and nowhere else */
  assert_has (text, "end6 -> op5" BACK);
  assert_has (text, "op5 -> op4" BACK);
  assert_has (text, "op4 -> op2" BACK);
  assert_has (text, "op2 -> op1" BACK);
  assert_has (text, "op1 -> op0" BACK);
  assert_has (text, "op0 -> leaf1" BACK);
  g_assert_cmpuint (count (text, "dashed"), ==, 6);
  assert_graphviz (text);
  again = reel_tape_to_dot (tape, loss);
  g_assert_cmpstr (text, ==, again);
}

static void
test_dot_gradients (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTape) other = reel_tape_new ();
  g_autoptr (ReelTensor) x = number_parameter (2.5);
  g_autoptr (ReelTensor) c = number (0.25);
  ReelTensor *y, *z, *apart;

  y = reel_mul (x, x);                          /* used twice: one leaf, two edges */
  z = reel_mul (y, reel_neg (reel_neg (c)));    /* nothing flows to what has no parameter */
  apart = reel_square (y);                      /* nor from what the loss does not need */
  {
    g_autofree gchar *text = reel_tape_to_dot (tape, z);

    g_assert_cmpuint (count (text, "  leaf0 ["), ==, 1);
    assert_has (text, "leaf1 [shape=plaintext, fontcolor=\"#7f8c8d\", label=\"0.25\"]");
    g_assert_cmpuint (count (text, "\n  leaf0 -> op0;"), ==, 2);
    g_assert_cmpuint (count (text, "\n  op0 -> leaf0" BACK), ==, 2);
    assert_has (text, "op3 -> op0" BACK);
    assert_has (text, "end3 -> op3" BACK);
    g_assert_cmpuint (count (text, "dashed"), ==, 4);
    assert_graphviz (text);
  }
  /* without a loss, with one that is not of this tape or that needs no gradient */
  {
    g_autofree gchar *without = reel_tape_to_dot (tape, NULL);
    g_autofree gchar *leaf = reel_tape_to_dot (tape, x);
    g_autofree gchar *foreign = NULL;

    g_assert_cmpuint (count (without, "dashed"), ==, 0);
    g_assert_cmpuint (count (without, "doubleoctagon"), ==, 0);
    g_assert_null (strstr (without, "legend"));
    g_assert_cmpstr (without, ==, leaf);
    assert_graphviz (without);
    reel_tape_push (other);
    foreign = reel_tape_to_dot (tape, reel_square (x));
    reel_tape_pop (other);
    g_assert_cmpstr (without, ==, foreign);
  }
  {
    g_autofree gchar *text = NULL;

    reel_tensor_set_label (apart, "cost");
    text = reel_tape_to_dot (tape, apart);
    assert_has (text, "end4 [shape=doubleoctagon, style=filled, fillcolor=\"#f9d8d3\","
                      " label=\"cost\"]");
    assert_has (text, "end3 [shape=plaintext, label=\"%3\"]");
  }
  reset (tape);
  z = reel_square (c);
  {
    g_autofree gchar *text = reel_tape_to_dot (tape, z);

    g_assert_cmpuint (count (text, "dashed"), ==, 0);
    g_assert_cmpuint (count (text, "doubleoctagon"), ==, 1);
  }
  reset (tape);
  {
    g_autofree gchar *empty = reel_tape_to_dot (tape, NULL);

    assert_graphviz (empty);
  }
}

/* A state that is carried n times through a step, with a new input each time. */
static ReelTensor *
record_loop (ReelTensor *w,
             ReelTensor *x,
             ReelTensor *state,
             gint64      n)
{
  for (gint64 t = 0; t < n; t++)
    state = reel_tanh (reel_add (reel_matmul (state, w), reel_select (x, 0, t % 2)));
  return total (state);
}

static void
test_dot_folds (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = matrix (REEL_F64, 2, 3, "x", FALSE);
  g_autoptr (ReelTensor) w = matrix (REEL_F64, 3, 3, "w", TRUE);
  g_autoptr (ReelTensor) state = reel_tensor_new_zeros (REEL_F64, REEL_SHAPE (3), NULL);
  g_autofree gchar *short_loop = NULL;
  g_autofree gchar *long_loop = NULL;
  g_autofree gchar *gradient = NULL;
  ReelTensor *loss = record_loop (w, x, state, 20);
  ReelTensor *w_bar = NULL;

  short_loop = reel_tape_to_dot (tape, loss);
  g_assert_cmpuint (count (short_loop, "label=\"matmul"), ==, 20);
  g_assert_null (strstr (short_loop, "subgraph"));
  reset (tape);

  /* the first turn reads a leaf where the others read the turn before */
  loss = record_loop (w, x, state, 50);
  long_loop = reel_tape_to_dot (tape, loss);
  g_assert_cmpuint (count (long_loop, "label=\"matmul"), ==, 2);
  g_assert_cmpuint (count (long_loop, "label=\"select"), ==, 2);
  g_assert_nonnull (strstr (long_loop, "label=\"\303\227 49\""));
  g_assert_nonnull (strstr (long_loop, "label=\"201 nodes, drawn as "));
  g_assert_nonnull (strstr (long_loop, " [constraint=false];"));
  assert_graphviz (long_loop);

  /* what the reverse sweep recorded is a loop too, and reads the one before backwards */
  {
    g_autoptr (GError) error = NULL;

    g_assert_true (reel_grad (loss, &w, 1, REEL_GRAD_RECORD, &w_bar, &error));
    g_assert_no_error (error);
  }
  gradient = reel_tape_to_dot (tape, total (w_bar));
  g_assert_cmpuint (count (gradient, "subgraph"), ==, 2);
  g_assert_cmpuint (count (gradient, "label=\"tanh_backward"), <=, 3);
  g_assert_cmpuint (count (gradient, "\n"), <, 150);
  assert_graphviz (gradient);
  reel_tensor_unref (w_bar);
}

/* What does not repeat itself is drawn with less care, and still. */
static void
test_dot_large (void)
{
  SCOPE_TAPE (tape);
  g_autoptr (ReelTensor) x = number_parameter (0.5);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree gchar *text = NULL;
  ReelTensor *values[400] = { x };

  for (gint32 i = 1; i < 400; i++)
    values[i] = reel_mul (values[i - 1], values[g_rand_int_range (rand, 0, i)]);
  text = reel_tape_to_dot (tape, values[399]);
  g_assert_nonnull (strstr (text, "splines=line"));
  g_assert_null (strstr (text, "style=dashed"));
  g_assert_nonnull (strstr (text, "-> op1 [color=\"#c0392b\"];"));
  assert_graphviz (text);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dump/text", test_dump);
  g_test_add_func ("/dump/long", test_dump_long);
  g_test_add_func ("/dump/width", test_dump_width);
  g_test_add_func ("/dot/graph", test_dot);
  g_test_add_func ("/dot/gradients", test_dot_gradients);
  g_test_add_func ("/dot/folds", test_dot_folds);
  g_test_add_func ("/dot/large", test_dot_large);
  return g_test_run ();
}
