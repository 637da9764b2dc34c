# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands for a tensor beside one: numbers, lists, arrays."""

import numbers
import operator
import sys

from .dtypes import DType, INT64_MAX, INT64_MIN, check_number, numpy, to_dtype
from .errors import claimed, raising
from .library import library

Base = library.Tensor
_floating = (DType.F32, DType.F64)
_new_scalar = raising(Base.new_scalar)
_new_zeros = raising(Base.new_zeros)
_new_from_data = raising(Base.new_from_data)


def need_numpy():
    if numpy is None:
        raise ImportError("lists and arrays need NumPy")
    return numpy


def is_number(value):
    """(One of NumPy's is a plain number too.)"""
    return type(value) in (float, int) or isinstance(value, numbers.Real) or \
        numpy is not None and isinstance(value, numpy.bool_)


def is_operand(value):
    return isinstance(value, (Base, numbers.Real, list, tuple)) or \
        hasattr(value, "__array_interface__")


def plain(number):
    """NumPy's numbers as Python's."""
    return number if type(number) in (float, int, bool) else \
        number.item() if hasattr(number, "item") else number


def to_tensor(value, dtype=None):
    """An operand as a tensor. @dtype is that of the tensors beside it, for what has
    none of its own."""
    if isinstance(value, Base):
        return value
    if not is_operand(value):
        raise TypeError(f"a tensor, number, list or array is wanted, not {value!r}")
    if hasattr(value, "__array_interface__") and not (dtype is not None and is_number(value)):
        dtype = None
    return make(value, dtype)


def to_indices(value, dtype):
    """Classes or truth values as they are; but probabilities have @dtype."""
    tensor = to_tensor(value)
    if isinstance(value, (list, tuple)) and dtype is not None:
        if tensor.get_n_elements() == 0:
            return make(tensor, DType.I64)
        if tensor.get_dtype() == DType.F32:
            return make(value, dtype)
    return tensor


def dtype_among(values):
    for value in values:
        if isinstance(value, Base):
            return value.get_dtype()
        if isinstance(value, (list, tuple)):
            dtype = dtype_among(value)
            if dtype is not None:
                return dtype
    return None


def to_ints(value):
    """A shape, or axes: one number, several, or None for none."""
    if value is None:
        return []
    if isinstance(value, numbers.Integral):
        return [operator.index(value)]
    return [operator.index(one) for one in value]


def to_int64(value):
    """A whole number; one beyond an int64 is as good as the farthest."""
    return min(max(operator.index(value), INT64_MIN), INT64_MAX)


def make(data, dtype=None):
    """A new leaf with a copy of a number, list, array or tensor."""
    if dtype is not None:
        dtype = to_dtype(dtype)
    if isinstance(data, numbers.Real) and not hasattr(data, "__array_interface__"):
        if dtype is None:
            dtype = DType.BOOL if isinstance(data, bool) else \
                DType.I64 if isinstance(data, numbers.Integral) else DType.F32
        return _from_number(data, dtype)
    if dtype is not None and is_number(data):
        return _from_number(plain(data), dtype)
    if isinstance(data, Base):
        return raising(data.copy)() if dtype in (None, data.get_dtype()) else \
            _from_tensor(data, dtype)
    if data is None or not is_operand(data) and not hasattr(data, "__len__"):
        raise TypeError(f"a tensor is made of a number, list, array or tensor, not {data!r}")
    return _from_array(data, dtype)


def _from_tensor(data, dtype):
    tape = library.Tape.get_current()
    tape.pause()
    try:
        return claimed(library.cast(library.detach(data), dtype))
    finally:
        tape.resume()


def _from_number(number, dtype):
    if dtype == DType.I64:  # a double would round
        if not INT64_MIN <= number <= INT64_MAX or int(number) != number:
            check_number(dtype, float(number))
        return _new_from_data(dtype, [], int(number).to_bytes(8, sys.byteorder, signed=True))
    return _new_scalar(dtype, float(number))


def _from_array(data, dtype):
    """A copy of an array, converted as NumPy does, or of a list of numbers that fit."""
    array = need_numpy().asarray(data)
    is_list = not hasattr(data, "__array_interface__") and not _holds_arrays(data)
    if array.dtype.kind == "c":
        raise TypeError("complex numbers are none of f32, f64...: take .real or .imag")
    if dtype is None:
        dtype = DType.F32 if is_list and array.dtype == float else to_dtype(array.dtype)
    elif is_list and dtype not in _floating and array.size:
        for number in (array.ravel().tolist() if array.dtype.kind == "f" else
                       (array.min().item(), array.max().item())):
            check_number(dtype, number)
    tensor = _new_zeros(dtype, array.shape)
    if array.size:
        numpy.copyto(tensor.writable(), array, casting="unsafe")
    return tensor


def _holds_arrays(data):
    """Whether a list's dtype is that of an array in it, rather than of numbers."""
    while isinstance(data, (list, tuple)) and len(data):
        data = data[0]
    return hasattr(data, "__array_interface__")


def finish(tensor, requires_grad, label):
    if requires_grad:
        tensor.requires_grad = True
    if label is not None:
        tensor.label = label
    return tensor
