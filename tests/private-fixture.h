/* SPDX-FileCopyrightText: The Reel authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests that look inside tensors share. */

#include "tensor-fixture.h"

#include "tensor/tensor-private.h"

FIXTURE ReelTensor *
view_of (ReelTensor   *base,
         guint         rank,
         const gint64 *shape,
         const gint64 *strides,
         gint64        offset)
{
  return _reel_tensor_new_view (_reel_pool_get_shared (), base, rank, shape, strides,
                                offset);
}

#define STRIDES(...) ((const gint64[]){ __VA_ARGS__ })

FIXTURE guint
version_of (ReelTensor *tensor)
{
  return _reel_tensor_memory_version (tensor);
}
