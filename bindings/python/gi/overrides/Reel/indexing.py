# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""x[...], as NumPy has it."""

import numbers
import operator

from gi.repository import GLib

from .dtypes import DType, INT64_MAX, INT64_MIN, numpy
from .errors import Code, error, translate
from .library import library
from .operands import make, need_numpy, to_indices, to_int64
from .ops import ops
from .tensor import Base, Tensor

_claim = Base.claim
_select = library.select
_slice_raw = library.slice


def _getitem(self, key):
    """By whole numbers, slices, ..., None, lists or i64 tensors of whole numbers
    along one axis, masks, and tuples of these. Views but for lists and masks."""
    kind = type(key)
    if kind is int and INT64_MIN <= key <= INT64_MAX:
        return _claimed(_select(self, 0, key), self)
    if kind is slice and self.get_rank() > 0:
        return _slice(self, 0, key)
    return _select_all(self, key if kind is tuple else (key,))


def _claimed(result, x):
    try:
        _claim(result)
    except GLib.Error as raised:
        if x.get_rank() == 0:
            raise error(Code.INDEX, f"select: {x.describe()} has no axes") from None
        raise translate(raised) from None
    return result


def _select_all(x, key):
    key = [_as_mask(one) for one in key]
    n_given = sum(_n_axes(one) for one in key)
    if n_given > x.ndim:
        raise error(Code.INDEX, f"select: {n_given} indices for {x.describe()}")
    if sum(one is Ellipsis for one in key) > 1:
        raise error(Code.INDEX, "select: more than one ... in an index")
    if sum(_is_list(one) or isinstance(one, _Mask) for one in key) > 1:
        raise error(Code.INDEX, "select: more than one list in an index: see Reel.gather")
    result, axis = x, 0
    for one in key:
        if one is None:
            result = ops["unsqueeze"](result, axis)
            axis += 1
        elif one is Ellipsis:
            axis += x.ndim - n_given
        elif isinstance(one, slice):
            result = _slice(result, axis, one)
            axis += 1
        elif isinstance(one, _Mask):
            result = one.select(result, axis)
            axis += 1
        elif _is_list(one):
            result = ops["index_select"](result, axis, _to_index(one))
            axis += 1
        elif hasattr(one, "__index__") and not isinstance(one, bool):
            result = ops["select"](result, axis, to_int64(one))
        else:
            raise TypeError(f"{one!r} is no index")
    return result


class _Mask:
    """Truth values for one or several axes."""

    def __init__(self, array):
        self.array = array

    def select(self, x, axis):
        shape, n = x.shape, self.array.ndim
        if shape[axis:axis + n] != self.array.shape:
            raise error(Code.INDEX, f"select: a mask of shape {self.array.shape} does not "
                        f"fit {x.describe()} at axis {axis}")
        if n != 1:
            x = ops["reshape"](x, shape[:axis] + (self.array.size,) + shape[axis + n:])
        return ops["index_select"](x, axis, make(numpy.flatnonzero(self.array), DType.I64))


def _as_mask(one):
    if isinstance(one, Base):
        if one.get_dtype() == DType.BOOL:
            return _Mask(one.numpy())
    elif isinstance(one, list) and one and isinstance(one[0], (bool, list)):
        array = need_numpy().asarray(one)
        return _Mask(array) if array.dtype.kind == "b" else one
    elif numpy is not None and isinstance(one, numpy.ndarray) and one.dtype.kind == "b":
        return _Mask(one)
    return one


def _n_axes(one):
    return 0 if one is None or one is Ellipsis else \
        one.array.ndim if isinstance(one, _Mask) else 1


def _is_list(key):
    return isinstance(key, list) or \
        not isinstance(key, numbers.Number) and getattr(key, "ndim", 0) > 0


def _to_index(key):
    if not isinstance(key, Base):
        key = to_indices(key, DType.I64)
        if key.get_dtype() == DType.I32:
            key = make(key, DType.I64)
    return key


def _slice(x, axis, key):
    step = 1 if key.step is None else operator.index(key.step)
    if step == 1 and key.start is None and key.stop is None:
        return x
    # Open ends lie far outside.
    start, stop = (0, INT64_MAX) if step > 0 else (INT64_MAX, INT64_MIN)
    if key.start is not None:
        start = to_int64(key.start)
    if key.stop is not None:
        stop = to_int64(key.stop)
    return _claimed(_slice_raw(x, axis, start, stop, to_int64(step)), x)


def _to_numpy(key):
    return key.numpy() if isinstance(key, Base) else key


def _setitem(self, key, value):
    """Writes to a leaf, as to a NumPy array; counts as a write."""
    key = tuple(map(_to_numpy, key)) if isinstance(key, tuple) else _to_numpy(key)
    self.writable()[key] = _to_numpy(value)


Tensor.__getitem__ = _getitem
Tensor.__setitem__ = _setitem
