/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tensor/tensor-private.h"

#include <math.h>

/* The elements as NumPy prints them (numpy/core/arrayprint.py), with
 * floatmode='maxprec': a first walk over the elements that will be shown finds
 * the width of a column, a second one prints. */

#define LINE_WIDTH 75

/* No double has more digits behind the point where it is not printed with an
 * exponent. */
#define MAX_PRECISION 40

/* A double with MAX_PRECISION digits, and what g_ascii_formatd adds */
#define NUMBER_SIZE 128

#define DEFAULT_THRESHOLD 1000
#define DEFAULT_EDGE_ITEMS 3
#define DEFAULT_PRECISION 4

typedef struct
{
  ReelTensor *tensor;
  GString *text;
  gsize line_begin;             /* where in `text` the last line begins */
  gint64 edge_items;
  gboolean summarise;
  gboolean scalar;

  gint width;                   /* of an integer or a bool */

  /* Floating-point numbers: the first walk */
  gdouble largest;              /* without zeros, infinities and NaN */
  gdouble smallest;
  gboolean any_special;
  gboolean any_negative_infinity;

  /* and the second */
  gboolean scientific;
  guint precision;
  gint integer_width;
  gint fraction_width;
  guint exponent_digits;
} Printer;

/* A number in pieces: [-]integer.fraction[e±exponent] */
typedef struct
{
  gchar integer[NUMBER_SIZE];
  gchar fraction[NUMBER_SIZE];
  gint exponent;
} Pieces;

typedef void (*ElementFunc) (Printer       *printer,
                             gconstpointer  element);

/* C's format with a number of digits, but with a point in any locale. */
static void
format_number (gchar   *buffer,
               gdouble  value,
               guint    digits,
               gchar    conversion)
{
  gchar format[16];

  g_snprintf (format, sizeof format, "%%.%u%c", digits, conversion);
  g_ascii_formatd (buffer, NUMBER_SIZE, format, value);
}

/* The fewest digits, in scientific notation, that are read back as `value`. */
static void
format_shortest (gchar   *buffer,
                 gdouble  value,
                 gboolean single)
{
  for (guint digits = 0; digits <= 16; digits++)
    {
      gdouble back;

      format_number (buffer, value, digits, 'e');
      back = g_ascii_strtod (buffer, NULL);
      if (single ? (gfloat) back == (gfloat) value : back == value)
        return;
    }
}

static void
trim_zeros (gchar *fraction)
{
  for (gsize n = strlen (fraction); n > 0 && fraction[n - 1] == '0'; n--)
    fraction[n - 1] = '\0';
}

/* Takes "-d.ddde+xx" or "-ddd.ddd" apart. */
static void
split_number (const gchar *number,
              Pieces      *pieces)
{
  const gchar *exponent = strchr (number, 'e');
  gsize length = exponent != NULL ? (gsize) (exponent - number) : strlen (number);
  const gchar *point = memchr (number, '.', length);
  gsize n_integer = point != NULL ? (gsize) (point - number) : length;
  gsize n_fraction = point != NULL ? length - n_integer - 1 : 0;

  memcpy (pieces->integer, number, n_integer);
  pieces->integer[n_integer] = '\0';
  if (n_fraction > 0)
    memcpy (pieces->fraction, point + 1, n_fraction);
  pieces->fraction[n_fraction] = '\0';
  trim_zeros (pieces->fraction);
  pieces->exponent = exponent != NULL ? (gint) g_ascii_strtoll (exponent + 1, NULL, 10) : 0;
}

/* From the scientific notation to the positional one: moves the point. */
static void
expand_exponent (Pieces *pieces)
{
  gboolean negative = pieces->integer[0] == '-';
  g_autofree gchar *digits = g_strconcat (pieces->integer + negative, pieces->fraction,
                                          NULL);
  gint n = (gint) strlen (digits);
  gint n_integer = MAX (pieces->exponent, 0) + 1;
  gchar *to = pieces->integer + negative;

  for (gint i = 0; i < n_integer; i++)
    *to++ = pieces->exponent >= 0 && i < n ? digits[i] : '0';
  *to = '\0';
  to = pieces->fraction;
  for (gint i = pieces->exponent + 1; i < n; i++)
    *to++ = i >= 0 ? digits[i] : '0';
  *to = '\0';
  trim_zeros (pieces->fraction);
}

/* The shortest digits, or, where those are more than the precision, the value
 * rounded to it. Before the point all digits count: 2²⁴ is 16777216, although in
 * f32 fewer would do. */
static void
split_value (Printer *printer,
             gdouble  value,
             Pieces  *pieces)
{
  gchar buffer[NUMBER_SIZE];
  gint n_fraction;

  format_shortest (buffer, value, printer->tensor->dtype == REEL_F32);
  split_number (buffer, pieces);
  n_fraction = (gint) strlen (pieces->fraction);
  if (!printer->scientific)
    n_fraction -= pieces->exponent;
  if (n_fraction > (gint) printer->precision)
    {
      format_number (buffer, value, printer->precision, printer->scientific ? 'e' : 'f');
      split_number (buffer, pieces);
    }
  else if (!printer->scientific && n_fraction <= 0)
    {
      format_number (buffer, value, 0, 'f');
      split_number (buffer, pieces);
    }
  else if (!printer->scientific)
    {
      expand_exponent (pieces);
    }
}

static void
measure_range (Printer       *printer,
               gconstpointer  element)
{
  gdouble value = _reel_element_get (printer->tensor->dtype, element);

  if (!isfinite (value))
    {
      printer->any_special = TRUE;
      printer->any_negative_infinity |= isinf (value) && value < 0;
      return;
    }
  value = fabs (value);
  if (value == 0)
    return;
  printer->largest = MAX (printer->largest, value);
  printer->smallest = MIN (printer->smallest, value);
}

static void
measure_pieces (Printer       *printer,
                gconstpointer  element)
{
  gdouble value = _reel_element_get (printer->tensor->dtype, element);
  Pieces pieces;

  if (!isfinite (value))
    return;
  split_value (printer, value, &pieces);
  printer->integer_width = MAX (printer->integer_width, (gint) strlen (pieces.integer));
  printer->fraction_width = MAX (printer->fraction_width, (gint) strlen (pieces.fraction));
  if (ABS (pieces.exponent) >= 100)
    printer->exponent_digits = 3;
}

static void
measure_integer (Printer       *printer,
                 gconstpointer  element)
{
  gchar buffer[NUMBER_SIZE];
  gint64 value = printer->tensor->dtype == REEL_I64
                 ? *(const gint64 *) element
                 : (gint64) _reel_element_get (printer->tensor->dtype, element);
  gint width = g_snprintf (buffer, sizeof buffer, "%" G_GINT64_FORMAT, value);

  printer->width = MAX (printer->width, width);
}

static void
append_spaces (GString *text,
               gint64   n)
{
  for (; n > 0; n--)
    g_string_append_c (text, ' ');
}

static void
append_aligned (GString     *text,
                const gchar *word,
                gint         width)
{
  append_spaces (text, width - (gint) strlen (word));
  g_string_append (text, word);
}

static void
print_bool (Printer       *printer,
            gconstpointer  element)
{
  append_aligned (printer->text, *(const guint8 *) element != 0 ? "True" : "False",
                  printer->width);
}

static void
print_integer (Printer       *printer,
               gconstpointer  element)
{
  gchar buffer[NUMBER_SIZE];
  gint64 value = printer->tensor->dtype == REEL_I64
                 ? *(const gint64 *) element
                 : (gint64) _reel_element_get (printer->tensor->dtype, element);

  g_snprintf (buffer, sizeof buffer, "%" G_GINT64_FORMAT, value);
  append_aligned (printer->text, buffer, printer->width);
}

static void
print_float (Printer       *printer,
             gconstpointer  element)
{
  gdouble value = _reel_element_get (printer->tensor->dtype, element);
  gint n_fraction;
  Pieces pieces;

  if (!isfinite (value))
    {
      append_aligned (printer->text, isnan (value) ? "nan" : value > 0 ? "inf" : "-inf",
                      printer->integer_width + 1 + printer->fraction_width);
      return;
    }
  if (printer->scientific)
    {
      /* The column's precision may be more than the shortest digits: these, too,
       * are then the value's own. */
      gchar buffer[NUMBER_SIZE];

      format_number (buffer, value, printer->precision, 'e');
      split_number (buffer, &pieces);
    }
  else
    {
      split_value (printer, value, &pieces);
    }
  append_aligned (printer->text, pieces.integer, printer->integer_width);
  g_string_append_c (printer->text, '.');
  g_string_append (printer->text, pieces.fraction);
  n_fraction = (gint) strlen (pieces.fraction);
  if (printer->scientific)
    {
      for (; n_fraction < (gint) printer->precision; n_fraction++)
        g_string_append_c (printer->text, '0');
      g_string_append_printf (printer->text, "e%c%0*d", pieces.exponent < 0 ? '-' : '+',
                              (int) printer->exponent_digits, ABS (pieces.exponent));
    }
  else
    {
      append_spaces (printer->text, printer->fraction_width - n_fraction);
    }
}

/* Whether an axis is shown by its ends only. */
static gboolean
is_summarised (Printer *printer,
               guint    axis)
{
  return printer->summarise &&
         _reel_tensor_shape (printer->tensor)[axis] > 2 * printer->edge_items;
}

/* Calls func for each element that will be shown. */
static void
walk (Printer     *printer,
      guint        axis,
      const gchar *element,
      ElementFunc  func)
{
  ReelTensor *tensor = printer->tensor;
  gint64 size, step;

  if (axis == tensor->rank)
    {
      func (printer, element);
      return;
    }
  size = _reel_tensor_shape (tensor)[axis];
  step = _reel_tensor_strides (tensor)[axis] * (gint64) reel_dtype_get_size (tensor->dtype);
  for (gint64 i = 0; i < size; i++)
    {
      if (i == printer->edge_items && is_summarised (printer, axis))
        i = size - printer->edge_items;
      if (i < size)
        walk (printer, axis + 1, element + i * step, func);
    }
}

/* Finds how wide the columns are; returns what prints an element. */
static ElementFunc
measure (Printer *printer)
{
  const gchar *data = printer->tensor->data;

  if (printer->tensor->dtype == REEL_BOOL)
    {
      printer->width = printer->scalar ? 0 : 5;
      return print_bool;
    }
  if (!reel_dtype_is_floating (printer->tensor->dtype))
    {
      walk (printer, 0, data, measure_integer);
      return print_integer;
    }

  walk (printer, 0, data, measure_range);
  if (printer->largest > 0)
    {
      gdouble ratio = printer->largest / printer->smallest;

      if (printer->tensor->dtype == REEL_F32)
        ratio = (gdouble) (gfloat) ratio;
      printer->scientific = printer->largest >= 1e8 || printer->smallest < 1e-4 ||
                            ratio > 1000;
    }
  walk (printer, 0, data, measure_pieces);
  if (printer->scientific)
    {
      printer->precision = (guint) printer->fraction_width;
      /* the exponent, too, stands behind the point */
      printer->fraction_width += 2 + (gint) printer->exponent_digits;
    }
  if (printer->any_special)
    printer->integer_width = MAX (printer->integer_width,
                                  3 + printer->any_negative_infinity - 1 -
                                  printer->fraction_width);
  return print_float;
}

/* Begins a new line before the last word, of the innermost axis, where it does
 * not fit. */
static void
wrap (Printer *printer,
      gsize    word_begin)
{
  GString *text = printer->text;
  guint axis = printer->tensor->rank - 1u;
  gsize indent = axis + 1;
  gsize end = word_begin;

  /* As the only word of its line it would fit no better on the next one. */
  if (word_begin <= printer->line_begin + indent ||
      text->len - printer->line_begin <= (gsize) LINE_WIDTH - 1 - axis)
    return;
  while (text->str[end - 1] == ' ')
    end--;
  g_string_erase (text, (gssize) end, (gssize) (word_begin - end));
  g_string_insert_c (text, (gssize) end, '\n');
  for (gsize i = 0; i < indent; i++)
    g_string_insert_c (text, (gssize) end + 1, ' ');
  printer->line_begin = end + 1;
}

/* The innermost axis: words between spaces, where lines are wrapped. */
static void
print_row (Printer     *printer,
           const gchar *element,
           ElementFunc  print)
{
  ReelTensor *tensor = printer->tensor;
  GString *text = printer->text;
  guint axis = tensor->rank - 1u;
  gint64 size = _reel_tensor_shape (tensor)[axis];
  gint64 step = _reel_tensor_strides (tensor)[axis] *
                (gint64) reel_dtype_get_size (tensor->dtype);

  g_string_append_c (text, '[');
  for (gint64 i = 0; i < size; i++)
    {
      gboolean left_out = i == printer->edge_items && is_summarised (printer, axis);
      gsize word_begin;

      if (i > 0)
        g_string_append_c (text, ' ');
      word_begin = text->len;
      if (left_out)
        {
          g_string_append (text, "...");
          i = size - printer->edge_items - 1;
        }
      else
        {
          print (printer, element + i * step);
        }
      wrap (printer, word_begin);
    }
  g_string_append_c (text, ']');
}

static void
print_axis (Printer     *printer,
            guint        axis,
            const gchar *element,
            ElementFunc  print)
{
  ReelTensor *tensor = printer->tensor;
  GString *text = printer->text;
  gint64 size, step;

  if (axis == tensor->rank - 1u)
    {
      print_row (printer, element, print);
      return;
    }
  size = _reel_tensor_shape (tensor)[axis];
  step = _reel_tensor_strides (tensor)[axis] * (gint64) reel_dtype_get_size (tensor->dtype);
  g_string_append_c (text, '[');
  for (gint64 i = 0; i < size; i++)
    {
      if (i > 0)
        {
          for (guint inner = axis + 1; inner < tensor->rank; inner++)
            g_string_append_c (text, '\n');
          printer->line_begin = text->len;
          append_spaces (text, axis + 1);
        }
      if (i == printer->edge_items && is_summarised (printer, axis))
        {
          g_string_append (text, "...");
          i = size - printer->edge_items - 1;
        }
      else
        {
          print_axis (printer, axis + 1, element + i * step, print);
        }
    }
  g_string_append_c (text, ']');
}

gchar *
reel_tensor_format (ReelTensor *self,
                    gint64      threshold,
                    gint64      edge_items,
                    guint       precision)
{
  Printer printer = { 0 };
  g_autoptr (GError) error = NULL;
  ElementFunc print;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (edge_items >= 0, NULL);

  if (!_reel_tensor_check_readable (self, &error))
    return (_reel_tensor_flags (self) & REEL_TENSOR_RELEASED) != 0
           ? g_strdup ("released") : g_strdup_printf ("error: %s", error->message);
  if (self->n_elements == 0)
    return g_strdup ("[]");

  printer.tensor = self;
  printer.text = g_string_new (NULL);
  printer.edge_items = MIN (edge_items, G_MAXINT64 / 2);
  printer.summarise = self->n_elements > threshold;
  printer.scalar = self->rank == 0;
  printer.smallest = G_MAXDOUBLE;
  printer.precision = MIN (precision, MAX_PRECISION);
  printer.exponent_digits = 2;
  print = measure (&printer);
  if (printer.scalar)
    print (&printer, self->data);
  else
    print_axis (&printer, 0, self->data, print);
  return g_string_free (printer.text, FALSE);
}

gchar *
reel_tensor_to_string (ReelTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return reel_tensor_format (self, DEFAULT_THRESHOLD, DEFAULT_EDGE_ITEMS,
                             DEFAULT_PRECISION);
}
