/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-generator.h>

/* One draw: returns its offset, which no other draw of this generator has, and the
 * key, for the functions of philox.h. From any thread. */
guint64 _reel_generator_next (ReelGenerator *self,
                              guint64       *key);
