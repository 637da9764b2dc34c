/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <reel/reel-error.h>

G_DEFINE_QUARK (reel-error-quark, reel_error)
