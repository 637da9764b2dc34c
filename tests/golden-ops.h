/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The golden vectors' ops in our own: one row of a table each. */

#include "golden-npz.h"

#define GOLDEN_MAX_OUTPUTS 32
#define GOLDEN_MAX_LIST 16
#define GOLDEN_MAX_PARAMETERS 8

/* What a parameter of an op was given. */
typedef struct
{
  gboolean given;               /* neither left out nor None */
  ReelTensor *tensor;
  gdouble number;               /* of a boolean 0 or 1 */
  const gchar *text;
  const Json *json;
  guint n;                      /* of a list, or of a list of tensors */
  gint64 list[GOLDEN_MAX_LIST];
  ReelTensor *tensors[GOLDEN_MAX_LIST];
} Value;

typedef struct
{
  guint n_tensors, n_taken;
  ReelTensor **tensors;         /* every "<T>" in its order */
  guint n_outputs;
  ReelTensor *outputs[GOLDEN_MAX_OUTPUTS];
} Sample;

typedef enum
{
  FORM_X,
  FORM_XX,
  FORM_XI,
  FORM_XL,
  FORM_XLB,
  FORM_VALUES,
  FORM_MANY
} GoldenForm;

typedef struct
{
  const gchar *name;            /* of the file */
  /* The parameters in their order, "kind:name" or "kind:name=default" each. Kinds are
   * T tensor, N number, B boolean, A tensor or number, S string, L list of integers or
   * one, P list of tensors, J anything. A last L or P takes what follows as well. */
  const gchar *signature;
  GoldenForm form;
  union
  {
    ReelTensor *(*x) (ReelTensor *x);
    ReelTensor *(*xx) (ReelTensor *a,
                       ReelTensor *b);
    ReelTensor *(*xi) (ReelTensor *x,
                       gint64      number);
    ReelTensor *(*xl) (ReelTensor   *x,
                       guint         n,
                       const gint64 *list);
    ReelTensor *(*xlb) (ReelTensor   *x,
                        guint         n,
                        const gint64 *list,
                        gboolean      truth);
    ReelTensor *(*values) (const Value *v);
    /* NULL, or why the sample is not for us */
    const gchar *(*many) (const Value *v,
                          Sample      *sample);
  };
} GoldenOp;

/* Lists that end in a NULL name */
extern const GoldenOp golden_elementwise[];
extern const GoldenOp golden_shapes[];

#define GOLDEN_X(name, f) { name, "T:input", FORM_X, { .x = f } }
#define GOLDEN_XX(name, f) { name, "T:input T:other", FORM_XX, { .xx = f } }
#define GOLDEN_XI(name, signature, f) { name, signature, FORM_XI, { .xi = f } }
#define GOLDEN_XL(name, signature, f) { name, signature, FORM_XL, { .xl = f } }
#define GOLDEN_XLB(name, signature, f) { name, signature, FORM_XLB, { .xlb = f } }
#define GOLDEN_V(name, signature, f) { name, signature, FORM_VALUES, { .values = f } }
#define GOLDEN_MANY(name, signature, f) { name, signature, FORM_MANY, { .many = f } }

/* Binds what a sample was given, as the meta of the file says it, to the parameters,
 * and applies the op. NULL where that went well, else why it is not compared. What the
 * row does not know, and nobody excuses, is a failure of the test. */
const gchar *golden_apply (const GoldenOp *op,
                           const Json     *meta,
                           Sample         *sample);

/* A failure of the test, printed; all are, not the last alone. */
void golden_fail (const gchar *format,
                  ...) G_GNUC_PRINTF (1, 2);
