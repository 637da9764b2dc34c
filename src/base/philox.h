/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Philox4x32-10, a generator that is a pure function of a key and a counter:
 * Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC11.
 *
 * A fill is a pure function too: element i depends on `key`, `offset` and i
 * alone, so that any part of it may be computed by any thread, or again later.
 * `key` is the seed; every use of a generator takes an `offset` of its own. The
 * counter is { i', offset }, low word first, where i' counts blocks of four words.
 *
 * Each fill writes elements first .. first + n - 1 to out[0] .. out[n - 1];
 * first >= 0, and n <= 0 writes nothing. The integers and uniforms are the same
 * on every machine; the normals as far as its log, sin and cos are. */

#include <glib.h>

void _reel_philox4x32_10 (const guint32 counter[4],
                          const guint32 key[2],
                          guint32       out[4]);

/* element i is word i */
void _reel_philox_bits_u32 (guint64  key,
                            guint64  offset,
                            gint64   first,
                            gint64   n,
                            guint32 *out);

/* in [0, 1): the multiples of 2^-24, and of 2^-53, with equal chances */
void _reel_philox_uniform_f32 (guint64  key,
                               guint64  offset,
                               gint64   first,
                               gint64   n,
                               gfloat  *out);
void _reel_philox_uniform_f64 (guint64  key,
                               guint64  offset,
                               gint64   first,
                               gint64   n,
                               gdouble *out);

/* mean 0, variance 1, always finite; Box and Muller: sqrt (-2 log u) cos (2 pi v)
 * and the sine of it. The largest are about 6.8 and 8.7. */
void _reel_philox_normal_f32 (guint64  key,
                              guint64  offset,
                              gint64   first,
                              gint64   n,
                              gfloat  *out);
void _reel_philox_normal_f64 (guint64  key,
                              guint64  offset,
                              gint64   first,
                              gint64   n,
                              gdouble *out);

/* 1 with probability p, rounded to a multiple of 2^-32, else 0; p <= 0 and NaN:
 * never, p >= 1: always */
void _reel_philox_bernoulli_u8 (guint64  key,
                                guint64  offset,
                                gint64   first,
                                gint64   n,
                                gdouble  p,
                                guint8  *out);

/* 0 .. n - 1 in an order that is any of the n! with equal chances (Fisher and
 * Yates, numbers below a bound by Lemire's rejection) */
void _reel_philox_permutation (guint64  key,
                               guint64  offset,
                               gint64   n,
                               gint64  *out);
