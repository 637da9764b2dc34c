/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ops/ops-private.h"

#include <reel/reel.h>

/* Attributes by their descriptions: of every op, on all of its samples. */

/* Whatever attributes there are, text says them all. */
static void
test_text (gconstpointer data)
{
  const ReelOp *op = data;

  for (guint k = 0; k < op->n_samples; k++)
    {
      const ReelSample *sample = &op->samples[k];
      g_autofree gchar *copy = g_memdup2 (sample->attributes, sample->attributes_size);

      for (guint i = 0; i < op->n_attributes; i++)
        {
          const ReelAttribute *attribute = &op->attributes[i];
          g_autofree gchar *text = NULL;
          g_autofree gchar *again = NULL;

          text = _reel_attribute_to_string (attribute, sample->attributes,
                                            sample->attributes_size);
          g_test_message ("%s = %s", attribute->name, text);
          g_assert_cmpstr (text, !=, "?");
          g_assert_true (_reel_attribute_find (op, attribute->name) == attribute);

          /* another value, where zeros are one */
          memset (copy + attribute->offset, 0, 4);
          g_assert_true (_reel_attribute_from_string (attribute, copy,
                                                      sample->attributes_size, text));
          again = _reel_attribute_to_string (attribute, copy, sample->attributes_size);
          g_assert_cmpstr (again, ==, text);

          g_assert_false (_reel_attribute_from_string (attribute, copy,
                                                       sample->attributes_size, "nonsense"));
          g_assert_false (_reel_attribute_from_string (attribute, copy,
                                                       sample->attributes_size, ""));
          g_assert_false (_reel_attribute_from_string (attribute, copy, 0, text));
        }
      g_assert_true (_reel_attributes_equal (op, copy, sample->attributes_size,
                                             sample->attributes, sample->attributes_size));
      g_assert_cmpuint (_reel_attributes_hash (op, copy, sample->attributes_size), ==,
                        _reel_attributes_hash (op, sample->attributes,
                                               sample->attributes_size));
    }
}

/* Attributes of different samples, where there are any, differ. */
static void
test_equality (gconstpointer data)
{
  const ReelOp *op = data;

  for (guint k = 0; k < op->n_samples; k++)
    for (guint l = 0; l < op->n_samples; l++)
      {
        const ReelSample *a = &op->samples[k], *b = &op->samples[l];
        g_autofree gchar *a_text = _reel_attributes_to_string (op, a->attributes,
                                                               a->attributes_size);
        g_autofree gchar *b_text = _reel_attributes_to_string (op, b->attributes,
                                                               b->attributes_size);

        if (op->n_attributes > 0)
          g_assert_cmpint (g_str_equal (a_text, b_text), ==,
                           _reel_attributes_equal (op, a->attributes, a->attributes_size,
                                                   b->attributes, b->attributes_size));
      }
}

static void
test_padding (void)
{
  const ReelOp *sum = reel_op_lookup ("sum");
  ReelAxes a = { 1, TRUE, { -2, 0, 0 } };
  ReelAxes b = { 1, TRUE, { -2, 7, 9 } };
  ReelAxes all = { REEL_AXES_ALL, TRUE, { 0 } };
  ReelAxes none = { 0, TRUE, { 0 } };
  ReelAxes long_list = { 99, TRUE, { 0 } };
  g_autofree gchar *text = NULL;

  /* What lies behind the end of a list does not count. */
  g_assert_true (_reel_attributes_equal (sum, &a, sizeof a, &b, sizeof b));
  g_assert_cmpuint (_reel_attributes_hash (sum, &a, sizeof a), ==,
                    _reel_attributes_hash (sum, &b, sizeof b));
  b.axes[0] = -1;
  g_assert_false (_reel_attributes_equal (sum, &a, sizeof a, &b, sizeof b));
  g_assert_cmpuint (_reel_attributes_hash (sum, &a, sizeof a), !=,
                    _reel_attributes_hash (sum, &b, sizeof b));
  g_assert_false (_reel_attributes_equal (sum, &all, sizeof all, &none, sizeof none));
  g_assert_false (_reel_attributes_equal (sum, &a, sizeof a, &long_list, sizeof long_list));
  text = _reel_attributes_to_string (sum, &all, sizeof all);
  g_assert_cmpstr (text, ==, "axes=all, keep=true");
  g_assert_true (_reel_attribute_from_string (_reel_attribute_find (sum, "axes"), &a, sizeof a,
                                              "all"));
  g_assert_true (_reel_attributes_equal (sum, &a, sizeof a, &all, sizeof all));
}

/* Numbers that text must keep to the bit */
static void
test_numbers (void)
{
  static const gdouble numbers[] = { 0.1, 1.0 / 3, -0.0, 5e-324, 1.7976931348623157e308, 1e22 };
  const ReelOp *var = reel_op_lookup ("var");
  const ReelAttribute *correction = _reel_attribute_find (var, "correction");

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gchar attributes[256] = { 0 };
      g_autofree gchar *text = NULL;
      gdouble number = 7;

      memcpy (attributes + correction->offset, &numbers[i], sizeof number);
      text = _reel_attribute_to_string (correction, attributes, sizeof attributes);
      memset (attributes, 0, sizeof attributes);
      g_assert_true (_reel_attribute_from_string (correction, attributes, sizeof attributes,
                                                  text));
      g_assert_cmpmem (attributes + correction->offset, sizeof number, &numbers[i],
                       sizeof number);
    }
}

static void
test_list (void)
{
  g_auto (GStrv) names = reel_op_list_attributes ("var");
  g_auto (GStrv) none = reel_op_list_attributes ("add");
  g_auto (GStrv) unknown = reel_op_list_attributes ("no such op");
  g_auto (GStrv) words = reel_op_list_attribute_words ("nll", "reduction");

  g_assert_cmpstrv (names, ((const gchar *const[]){ "axes", "correction", "keep", NULL }));
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpuint (g_strv_length (unknown), ==, 0);
  g_assert_cmpstrv (words, ((const gchar *const[]){ "none", "mean", "sum", NULL }));
  g_assert_cmpint (reel_op_get_attribute_kind ("var", "axes"), ==, REEL_ATTRIBUTE_AXES);
  g_assert_cmpstr (reel_op_get_attribute_default ("var", "axes"), ==, "all");
  g_assert_cmpstr (reel_op_get_attribute_default ("var", "keep"), ==, "false");
  g_assert_null (reel_op_get_attribute_default ("slice", "axis"));
  g_assert_null (reel_op_get_attribute_default ("slice", "no such attribute"));
}

/* A default is text that can be read. */
static void
test_defaults (gconstpointer data)
{
  const ReelOp *op = data;

  for (guint i = 0; i < op->n_attributes; i++)
    {
      gchar attributes[1024] = { 0 };
      const ReelAttribute *attribute = &op->attributes[i];
      g_autofree gchar *text = NULL;

      if (attribute->default_value == NULL)
        continue;
      g_assert_true (_reel_attribute_from_string (attribute, attributes, sizeof attributes,
                                                  attribute->default_value));
      text = _reel_attribute_to_string (attribute, attributes, sizeof attributes);
      g_assert_cmpstr (text, ==, attribute->default_value);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attributes/padding", test_padding);
  g_test_add_func ("/attributes/numbers", test_numbers);
  g_test_add_func ("/attributes/list", test_list);
  for (guint i = 0; i < _reel_n_builtin_ops; i++)
    {
      const ReelOp *op = _reel_builtin_ops[i];
      g_autofree gchar *text = g_strdup_printf ("/attributes/text/%s", op->name);
      g_autofree gchar *equality = g_strdup_printf ("/attributes/equality/%s", op->name);
      g_autofree gchar *defaults = g_strdup_printf ("/attributes/defaults/%s", op->name);

      g_test_add_data_func (text, op, test_text);
      g_test_add_data_func (equality, op, test_equality);
      g_test_add_data_func (defaults, op, test_defaults);
    }
  return g_test_run ();
}
