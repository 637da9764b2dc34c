# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Leaves of numbers: Reel.zeros((2, 3)) and so on."""

import numbers

from .dtypes import DType, to_dtype
from .errors import raising
from .library import public
from .operands import finish, plain, to_ints
from .tensor import Base

_new_full = raising(Base.new_full, "full")
_new_eye = raising(Base.new_eye, "eye")
_new_arange = raising(Base.new_arange, "arange")
_new_linspace = raising(Base.new_linspace, "linspace")


def _creator(name, doc):
    create = raising(getattr(Base, "new_" + name), name)

    def function(shape=(), dtype=DType.F32, requires_grad=False, label=None):
        return finish(create(to_dtype(dtype), to_ints(shape)), requires_grad, label)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return public(function)


zeros = _creator("zeros", "A leaf of zeros.")
ones = _creator("ones", "A leaf of ones.")


@public
def full(shape, value, dtype=DType.F32, requires_grad=False, label=None):
    """A leaf filled with one number."""
    return finish(_new_full(to_dtype(dtype), to_ints(shape), plain(value)),
                  requires_grad, label)


def _like(name, create):
    def function(x, dtype=None, requires_grad=False, label=None):
        return create(x.shape, dtype=x.dtype if dtype is None else dtype,
                      requires_grad=requires_grad, label=label)
    function.__name__ = function.__qualname__ = f"{name}_like"
    function.__doc__ = f"A leaf of {name}, with the shape and dtype of @x."
    return public(function)


_like("zeros", zeros)
_like("ones", ones)


@public
def eye(n_rows, n_columns=None, dtype=DType.F32):
    """A matrix with ones on the main diagonal."""
    return _new_eye(to_dtype(dtype), n_rows, n_rows if n_columns is None else n_columns)


@public
def arange(start, stop=None, step=1, dtype=None):
    """The numbers from @start up to but without @stop; i64 where all are whole."""
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        whole = all(isinstance(number, numbers.Integral) for number in (start, stop, step))
        dtype = DType.I64 if whole else DType.F32
    return _new_arange(to_dtype(dtype), start, stop, step)


@public
def linspace(start, stop, n, dtype=DType.F32):
    """@n evenly spaced numbers, both ends included."""
    return _new_linspace(to_dtype(dtype), start, stop, n)
