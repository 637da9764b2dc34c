/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An op and one of its samples, and ways to run it, for the generic test. */

#include "op-references.h"

/* Deviations allowed, relative to what is compared, or to 1 where that is less */
#define TOLERANCE_VALUE 1e-12     /* f64, the same sum in another order */
#define TOLERANCE_GRADIENT 1e-11  /* the same of a few ops in a chain */
#define TOLERANCE_F32 2e-5        /* f32 against f64 */
#define TOLERANCE_F32_GRADIENT 2e-4

typedef struct
{
  const ReelOp *op;
  guint number;                 /* of the sample */
  const ReelSample *sample;
  guint n_inputs;
  guint n_outputs;
  ReelTensor **inputs;          /* leaves; NULL: left out */
  gboolean differentiable;      /* gradients flow from some output to some input */
  gboolean failed;
} Case;

/* What it ran to. */
typedef struct
{
  const Case *self;
  ReelTape *tape;
  ReelTensor *const *inputs;
  ReelTensor **outputs;
  gboolean ok;
} Run;

typedef void (*Check) (Case *self);

/* The checks, in the files named after what they look at. */
void check_described (Case *self);
void check_value (Case *self);
void check_layouts (Case *self);
void check_empty (Case *self);
void check_scalars (Case *self);
void check_f32 (Case *self);
void check_paused (Case *self);
void check_threads (Case *self);
void check_derivatives (Case *self);
void check_saved (Case *self);
void check_released (Case *self);
void check_batched (Case *self);
void check_dtypes (Case *self);
void check_shapes (Case *self);
void check_arguments (Case *self);

void case_init (Case         *self,
                const ReelOp *op,
                guint         number);
void case_clear (Case *self);

/* A failure of the test; the first of a case is enough. */
void case_fail (Case        *self,
                const gchar *format,
                ...) G_GNUC_PRINTF (2, 3);

/* A leaf like input i with another dtype or shape; its elements are the sample's. */
ReelTensor *case_new_input (const Case   *self,
                            guint         i,
                            ReelDType     dtype,
                            guint         rank,
                            const gint64 *shape);

/* Leaves like the inputs with every axis of a size made another size. */
ReelTensor **case_resize_inputs (const Case *self,
                                 gint64      from,
                                 gint64      to);

/* The inputs, with new references. */
ReelTensor **case_ref_inputs (const Case *self);
void unref_tensors (guint        n,
                    ReelTensor **tensors);

/* A leaf of numbers, converted to the dtype. */
ReelTensor *tensor_from_numbers (ReelDType      dtype,
                                 guint          rank,
                                 const gint64  *shape,
                                 const gdouble *numbers);

/* All elements in row-major order, to be freed. */
gdouble *numbers_of (ReelTensor *tensor);

/* Applies the op on a new tape, which records until run_end (). `ok` says whether it
 * succeeded. */
void run_begin (Run               *run,
                const Case        *self,
                ReelTensor *const *inputs);
void run_end (Run *run);

/* Random cotangents of the floating-point outputs, or tangents of the inputs; NULL
 * for others. The same for any dtype and layout. */
ReelTensor **run_cotangents (const Run *run);
ReelTensor **run_tangents (const Run *run);

/* The gradients of all floating-point inputs, NULL for others, from such cotangents;
 * NULL with an error. */
ReelTensor **run_vjp (Run          *run,
                      ReelGradFlags flags,
                      GError      **error);
/* Likewise the tangents of the outputs. */
ReelTensor **run_jvp (Run    *run,
                      GError **error);

/* Fails the case where numbers deviate; `what` names them. NaN is like NaN. */
gboolean case_compare (Case          *self,
                       const gchar   *what,
                       gint64         n,
                       const gdouble *found,
                       const gdouble *expected,
                       gdouble        tolerance);

/* Fails it where tensors, of which some may be NULL, differ in shape or deviate. A
 * tolerance of 0 asks for the same bits. */
gboolean case_compare_tensors (Case              *self,
                               const gchar       *what,
                               guint              n,
                               ReelTensor *const *found,
                               ReelTensor *const *expected,
                               gdouble            tolerance);

/* Runs the reference; FALSE where it refuses the inputs. */
gboolean case_reference (Case              *self,
                         ReelTensor *const *inputs,
                         RefArray          *outputs);

/* Compares the outputs with the reference's. */
gboolean case_compare_reference (Case              *self,
                                 const gchar       *what,
                                 const Run         *run);

/* Fails it unless the run failed as it should: an error tensor, and a message that
 * begins with the op's name. `code` is a ReelError, or -1 for any. */
gboolean case_expect_error (Case        *self,
                            const gchar *what,
                            const Run   *run,
                            gint         code);

gboolean is_floating (ReelTensor *tensor);

/* Whether the test runs under a sanitizer or valgrind, where less must do. */
gboolean is_slow (void);
