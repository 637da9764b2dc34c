# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dtypes: Reel.F32, "f32", or what NumPy takes for one."""

import sys

from .errors import raising
from .library import library, public

try:
    import numpy
except ImportError:  # everything but lists and arrays does without
    numpy = None

DType = library.DType
INT64_MIN, INT64_MAX = -2 ** 63, 2 ** 63 - 1

_names = {}
typestrs = {}  # as in NumPy's array interface

for _dtype, _code in ((DType.F32, "f4"), (DType.F64, "f8"), (DType.I32, "i4"),
                      (DType.I64, "i8"), (DType.U8, "u1"), (DType.BOOL, "b1")):
    _order = "|" if _code.endswith("1") else "<" if sys.byteorder == "little" else ">"
    _names[library.dtype_get_name(_dtype)] = _dtype
    typestrs[_dtype] = _order + _code
    public(_dtype, library.dtype_get_name(_dtype).upper())


def find_dtype(value):
    """The dtype that @value stands for, or None."""
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in _names:
        return _names[value]
    if numpy is None or value is None:
        return None
    try:
        typestr = numpy.dtype(value).newbyteorder("=").str
    except TypeError:
        return None
    return next((dtype for dtype, code in typestrs.items() if code == typestr), None)


def to_dtype(value):
    dtype = find_dtype(value)
    if dtype is None:
        raise TypeError(f"{value!r} is none of the dtypes {', '.join(_names)}")
    return dtype


def _equal(self, other):
    """Also to names, and to what NumPy takes for a dtype: x.dtype == "f32"."""
    if type(other) is not DType:
        other = find_dtype(other) if not isinstance(other, int) else None
    return other is not None and int(self) == int(other)


DType.__eq__ = _equal
DType.__ne__ = lambda self, other: not _equal(self, other)
DType.__hash__ = int.__hash__
DType.__str__ = lambda self: library.dtype_get_name(self)
DType.__repr__ = lambda self: f"Reel.{library.dtype_get_name(self).upper()}"
DType.__format__ = lambda self, spec: format(str(self), spec)
DType.__reduce__ = lambda self: (to_dtype, (str(self),))

check_number = raising(library.dtype_check_number)
