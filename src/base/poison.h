/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tells AddressSanitizer and valgrind which pool memory may be touched, so that
 * a stale read is reported as if it were the system allocator's. */

#include "config.h"

#include <glib.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/memcheck.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define REEL_HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REEL_HAVE_ASAN 1
#endif
#endif

#ifdef REEL_HAVE_ASAN
#include <sanitizer/asan_interface.h>
#endif

static inline void
_reel_poison (gconstpointer memory,
              gsize         size)
{
#ifdef REEL_HAVE_ASAN
  ASAN_POISON_MEMORY_REGION (memory, size);
#endif
#ifdef HAVE_VALGRIND_MEMCHECK_H
  VALGRIND_MAKE_MEM_NOACCESS (memory, size);
#endif
}

static inline void
_reel_unpoison (gconstpointer memory,
                gsize         size)
{
#ifdef REEL_HAVE_ASAN
  ASAN_UNPOISON_MEMORY_REGION (memory, size);
#endif
#ifdef HAVE_VALGRIND_MEMCHECK_H
  VALGRIND_MAKE_MEM_UNDEFINED (memory, size);
#endif
}
