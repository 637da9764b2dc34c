# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's operators. `x += 1` writes to a leaf in place, while nothing records."""

from gi.repository import GLib

from .dtypes import DType
from .errors import Code, error, translate
from .library import library
from .operands import is_operand
from .ops import ops
from .tensor import Base, Tensor

_claim = Base.claim
_get_dtype = Base.get_dtype
_floating = frozenset((DType.F32, DType.F64))
_get_current = library.Tape.get_current


def _binary(name):
    op = ops[name]
    function = getattr(library, name)
    scalar_form = getattr(library, name + "_scalar", None)

    def method(self, other):
        kind = type(other)  # the common cases, straight through
        if kind is Tensor:
            result = function(self, other)
        elif (kind is float or kind is int) and scalar_form is not None and \
                _get_dtype(self) in _floating:
            result = scalar_form(self, other)
        else:
            return op(self, other) if is_operand(other) else NotImplemented
        try:
            _claim(result)
        except GLib.Error as raised:
            raise translate(raised) from None
        return result
    return method


def _reflected(name):
    op = ops[name]

    def method(self, other):
        return op(other, self) if is_operand(other) else NotImplemented
    return method


def _in_place(name, symbol):
    op = ops[name]

    def method(self, other):
        if not is_operand(other):
            return NotImplemented
        if not self.is_leaf():
            return op(self, other)  # what is recorded never changes: a new value
        if _get_current().is_recording():
            raise error(Code.READ_ONLY, f"{symbol}=: {self.describe()} is a leaf, and a "
                        "tape records: write to it under `with Reel.no_grad ():`, or "
                        f"compute another by `x = x {symbol} y`")
        self.assign(op(self, other))
        return self
    return method


def _unary(name):
    op = ops[name]
    return lambda self: op(self)


for _symbol, _special, _name in (
        ("+", "add", "add"), ("-", "sub", "sub"), ("*", "mul", "mul"),
        ("/", "truediv", "div"), ("**", "pow", "pow"), ("@", "matmul", "matmul"),
        ("%", "mod", "remainder"), ("&", "and", "logical_and"), ("|", "or", "logical_or")):
    if _name in ops:
        setattr(Tensor, f"__{_special}__", _binary(_name))
        setattr(Tensor, f"__r{_special}__", _reflected(_name))
        setattr(Tensor, f"__i{_special}__", _in_place(_name, _symbol))

for _special, _name in (("eq", "equal"), ("ne", "not_equal"), ("lt", "less"),
                        ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal")):
    setattr(Tensor, f"__{_special}__", _binary(_name))

for _special, _name in (("neg", "neg"), ("abs", "abs"), ("invert", "logical_not")):
    setattr(Tensor, f"__{_special}__", _unary(_name))


def _floor_divide(a, b):
    quotient = ops["div"](a, b)
    if not library.dtype_is_floating(quotient.dtype):
        raise TypeError("//: integers are divided by /, which drops the fraction")
    return ops["floor"](quotient)


def _floordiv(self, other):
    return _floor_divide(self, other) if is_operand(other) else NotImplemented


def _rfloordiv(self, other):
    return _floor_divide(other, self) if is_operand(other) else NotImplemented


def _round(self, n_digits=None):
    if n_digits:
        raise TypeError("round: to whole numbers only; scale before and after")
    return ops["round"](self)


def _round_method(self, *, decimals=0, out=None):
    """Each element rounded, halves to even."""
    if out is not None:
        raise TypeError("round: there is no out")
    return _round(self, decimals)


def _contains(self, value):
    return bool(ops["any"](self == value))


def _iter(self):
    return iter(ops["unbind"](self, 0) if len(self) else ())


Tensor.__pos__ = lambda self: self
Tensor.__floordiv__ = _floordiv
Tensor.__rfloordiv__ = _rfloordiv
Tensor.__round__ = _round
_round_method.__name__ = "round"
Tensor.round = _round_method
Tensor.__contains__ = _contains
Tensor.__iter__ = _iter
Tensor.T = property(lambda self: ops["permute"](self), doc="All axes in reverse order.")
Tensor.mT = property(lambda self: ops["transpose"](self), doc="The last two axes exchanged.")
