/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The one export macro: the library is built with hidden visibility, and what
 * carries this (through REEL_AVAILABLE_IN_*) is its ABI. */
#ifndef REEL_EXTERN
#define REEL_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

/**
 * REEL_AVAILABLE_IN_1_0: (skip)
 *
 * Marks a function that is part of the API since 1.0.
 */
#define REEL_AVAILABLE_IN_1_0 REEL_EXTERN

/**
 * REEL_FLAGS_IN_CPLUSPLUS: (skip)
 * @Type: an enumeration of flags
 *
 * In C++ `|` of two enumerators is an int, which no function takes for flags: lets it be
 * flags again. Nothing in C.
 */
#ifdef __cplusplus
#define REEL_FLAGS_IN_CPLUSPLUS(Type) \
  extern "C++" { \
  constexpr Type \
  operator| (Type a, Type b) \
  { \
    return static_cast<Type> (static_cast<unsigned> (a) | static_cast<unsigned> (b)); \
  } \
  }
#else
#define REEL_FLAGS_IN_CPLUSPLUS(Type)
#endif
