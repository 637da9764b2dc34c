/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-error.h>

/* g_return_val_if_fail () where there is a GError: the caller's mistake is a critical,
 * and an error all the same, so that beside FALSE or NULL `error->message` can always
 * be read. */
#define _reel_return_val_if_fail(condition, value, code, error) \
  G_STMT_START \
  { \
    if (G_UNLIKELY (!(condition))) \
      { \
        _reel_set_argument_error (error, code, G_STRFUNC, #condition); \
        return value; \
      } \
  } \
  G_STMT_END

void _reel_set_argument_error (GError     **error,
                               ReelError    code,
                               const gchar *function,
                               const gchar *condition);
