/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <reel/reel-macros.h>

G_BEGIN_DECLS

/**
 * REEL_ERROR:
 *
 * The domain of the errors that data can cause.
 */
#define REEL_ERROR (reel_error_quark ())

/**
 * ReelError:
 * @REEL_ERROR_FAILED: what none of the others names
 * @REEL_ERROR_SHAPE: shapes, ranks or axes do not fit
 * @REEL_ERROR_DTYPE: dtypes do not fit
 * @REEL_ERROR_INDEX: an index is out of range
 * @REEL_ERROR_VALUE: a number is outside what is allowed
 * @REEL_ERROR_NO_MEMORY: memory for a tensor or for the tape was not to be had
 * @REEL_ERROR_NO_GRADIENT: a gradient was asked of something that is not
 *   recorded, or of an op that has none
 * @REEL_ERROR_OTHER_TAPE: a value of another live tape was used
 * @REEL_ERROR_RELEASED: data was read that a sweep has released
 * @REEL_ERROR_OVERWRITTEN: a sweep needs a value that was written to since
 * @REEL_ERROR_BUSY: the tape is being swept
 * @REEL_ERROR_READ_ONLY: a recorded value was to be written
 * @REEL_ERROR_NULL: an argument was missing: a programmer's error, which is a
 *   critical besides
 *
 * What data can cause. Programmer's errors are criticals; where there is a #GError, or a
 * tape that an error sticks to, they are set there besides.
 */
typedef enum
{
  REEL_ERROR_FAILED = 0,
  REEL_ERROR_SHAPE = 1,
  REEL_ERROR_DTYPE = 2,
  REEL_ERROR_INDEX = 3,
  REEL_ERROR_VALUE = 4,
  REEL_ERROR_NO_MEMORY = 5,
  REEL_ERROR_NO_GRADIENT = 6,
  REEL_ERROR_OTHER_TAPE = 7,
  REEL_ERROR_RELEASED = 8,
  REEL_ERROR_OVERWRITTEN = 9,
  REEL_ERROR_BUSY = 10,
  REEL_ERROR_READ_ONLY = 11,
  REEL_ERROR_NULL = 12
} ReelError;

/**
 * reel_error_quark:
 *
 * The quark behind %REEL_ERROR.
 *
 * Returns: a quark
 */
REEL_AVAILABLE_IN_1_0
GQuark reel_error_quark (void);

G_END_DECLS
