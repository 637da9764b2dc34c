/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/check.h"

G_DEFINE_QUARK (reel-error-quark, reel_error)

void
_reel_set_argument_error (GError     **error,
                          ReelError    code,
                          const gchar *function,
                          const gchar *condition)
{
  g_return_if_fail_warning (G_LOG_DOMAIN, function, condition);
  /* (an error that is there already was the caller's other mistake) */
  if (error != NULL && *error == NULL)
    g_set_error (error, REEL_ERROR, code, "%s: assertion '%s' failed", function, condition);
}
