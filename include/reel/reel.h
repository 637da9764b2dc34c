/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <reel/reel-attribute.h>
#include <reel/reel-dtype.h>
#include <reel/reel-enums.h>
#include <reel/reel-error.h>
#include <reel/reel-generator.h>
#include <reel/reel-grad.h>
#include <reel/reel-macros.h>
#include <reel/reel-op.h>
#include <reel/reel-ops.h>
#include <reel/reel-parameters.h>
#include <reel/reel-tape.h>
#include <reel/reel-tensor.h>
#include <reel/reel-threads.h>
#include <reel/reel-types.h>
#include <reel/reel-version.h>
