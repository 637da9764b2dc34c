# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reel as a Python programmer expects it.

Introspection gives all of Reel's functions and types; this module adds what it
cannot say: operators, indexing, NumPy arrays in and out, `with` for tapes,
defaults, and errors that are raised by the op that failed.

Every op is a function, `Reel.sum(x, axes=0)`, and a method of its first operand,
`x.sum(axes=0)`. Other operands may be numbers, lists or NumPy arrays: numbers and
lists take the dtype of the tensor beside them, arrays have their own.

    >>> w = Reel.Tensor([1, 2, 3], dtype=Reel.F32, requires_grad=True)
    >>> with Reel.Tape() as tape:
    ...     (w * w).sum().backward()
    >>> w.grad
    <Reel.Tensor f32[3]: [2. 4. 6.]>
"""

import collections
import inspect
import itertools
import math
import numbers
import operator
import sys
import threading

from gi._gi import CallableInfo
from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import GLib

try:
    import numpy
except ImportError:  # everything but lists and arrays does without
    numpy = None

_Reel = get_introspection_module("Reel")
# What programs see. (Ops are called sum, abs, slice...: they are put there rather
# than among the names of this file, where they would hide Python's own.)
_module = sys.modules["gi.repository.Reel"]

__all__ = []

_DType = _Reel.DType
_Error = _Reel.Error
_Flags = _Reel.GradFlags
_INT64_MIN, _INT64_MAX = -2 ** 63, 2 ** 63 - 1


def _public(thing, name=None):
    setattr(_module, name or thing.__name__, thing)
    return thing


def _error(code, message):
    return GLib.Error.new_literal(_Reel.error_quark(), message, code)


# Dtypes: Reel.F32, "f32", or what NumPy takes for one

_NAMES = {}
_TYPESTRS = {}
_RANGES = {
    _DType.I32: (-2 ** 31, 2 ** 31 - 1),
    _DType.I64: (_INT64_MIN, _INT64_MAX),
    _DType.U8: (0, 255),
    _DType.BOOL: (0, 1),
}

for _dtype, _code in ((_DType.F32, "f4"), (_DType.F64, "f8"), (_DType.I32, "i4"),
                      (_DType.I64, "i8"), (_DType.U8, "u1"), (_DType.BOOL, "b1")):
    _order = "|" if _code.endswith("1") else "<" if sys.byteorder == "little" else ">"
    _NAMES[_Reel.dtype_get_name(_dtype)] = _dtype
    _TYPESTRS[_dtype] = _order + _code
    _public(_dtype, _Reel.dtype_get_name(_dtype).upper())


def _to_dtype(value):
    if isinstance(value, _DType):
        return value
    if isinstance(value, str) and value in _NAMES:
        return _NAMES[value]
    if numpy is not None:
        typestr = numpy.dtype(value).newbyteorder("=").str
        for dtype in _TYPESTRS:
            if _TYPESTRS[dtype] == typestr:
                return dtype
    raise TypeError(f"{value!r} is none of the dtypes {', '.join(_NAMES)}")


def _check_number(number, dtype):
    """Refuses what would silently become another number in a tensor of @dtype."""
    if dtype not in _RANGES:
        return
    name = _Reel.dtype_get_name(dtype)
    if not math.isfinite(number) or number != int(number):
        raise _error(_Error.DTYPE, f"the number {number} is none of {name}: "
                     "cast the tensor first, with reel_cast")
    low, high = _RANGES[dtype]
    if not low <= number <= high:
        raise _error(_Error.VALUE, f"the number {number} is out of the range of "
                     f"{name}, {low} to {high}")


# Operands

def _is_number(value):
    """(NumPy's numbers are not meant: they have a dtype of their own.)"""
    return type(value) in (float, int) or \
        isinstance(value, numbers.Real) and not hasattr(value, "__array_interface__")


def _is_operand(value):
    return type(value) in (Tensor, float, int) or \
        isinstance(value, (numbers.Real, list, tuple)) or \
        hasattr(value, "__array_interface__")


def _to_tensor(value, dtype=None):
    """An operand as a tensor. @dtype is that of the tensors beside it, for what has
    none of its own."""
    if isinstance(value, _Reel.Tensor):
        return value
    if not _is_operand(value):
        raise TypeError(f"a tensor, number, list or array is wanted, not {value!r}")
    if dtype is not None and _is_number(value):
        _check_number(value, dtype)
    elif hasattr(value, "__array_interface__"):
        dtype = None
    return Tensor(value, dtype)


def _to_indices(value, dtype):
    """Classes or truth values as they are; but probabilities have @dtype."""
    tensor = _to_tensor(value)
    if isinstance(value, (list, tuple)) and dtype is not None:
        if tensor.size == 0:
            return Tensor(tensor, _DType.I64)
        if tensor.dtype == _DType.F32:
            return Tensor(value, dtype)
    return tensor


def _dtype_among(values):
    for value in values:
        if isinstance(value, _Reel.Tensor):
            return value.get_dtype()
        if isinstance(value, (list, tuple)):
            dtype = _dtype_among(value)
            if dtype is not None:
                return dtype
    return None


def _to_ints(value):
    """A shape, or axes: one number, several, or None for none."""
    if value is None:
        return []
    if isinstance(value, numbers.Integral):
        return [operator.index(value)]
    return [operator.index(one) for one in value]


# Results

_is_error = _Reel.Tensor.is_error
_is_leaf = _Reel.Tensor.is_leaf
_steal = _Reel.Tensor.steal


def _raise():
    """Raises the error of the current tape, which goes on as if it had not met it."""
    tape = _Reel.Tape.get_current()
    try:
        tape.check()
    finally:
        tape.clear_error()
    raise _error(_Error.FAILED, "an operand is an error tensor")


def _settle(result):
    """What an op returned, or its error. A tape owns what it recorded; other results
    it would hold until its reset, so Python takes those over."""
    if _is_error(result):
        _raise()
    return _steal(result) if _is_leaf(result) else result


def _settle_all(results):
    return [_settle(result) for result in results]


# Ops: every function that returns a tensor, or several, of the current tape

# By the parameter's name, or by those of op and parameter.
_DEFAULTS = {
    "alpha": 1.0,
    "axes": None,
    "beta": 1.0,
    "bias": None,
    "correction": 1.0,
    "diagonal": 0,
    "keep": False,
    "maximum": math.inf,
    "minimum": -math.inf,
    "negative_slope": 0.01,
    "reduction": _Reel.Reduction.MEAN,
    "concat.axis": 0,
    "diagonal.axis_a": 0,
    "diagonal.axis_b": 1,
    "diagonal.offset": 0,
    "flatten.first_axis": 0,
    "flatten.last_axis": -1,
    "gelu.form": _Reel.Gelu.ERF,
    "log_softmax.axis": -1,
    "one_hot.dtype": _DType.F32,
    "softmax.axis": -1,
    "split.axis": 0,
    "stack.axis": 0,
    "transpose.axis_a": -2,
    "transpose.axis_b": -1,
    "unbind.axis": 0,
}
# Operands that have not the dtype of the others.
_OTHER_DTYPE = ("condition", "index", "target", "target_indices")
_REQUIRED = inspect.Parameter.empty
_ops = {}


def _arguments(function):
    """(name, what it is) of each argument that Python gives: lengths and results are
    not among them."""
    every = function.get_arguments()
    lengths = {argument.get_type().get_array_length() for argument in every
               if argument.get_type().get_tag_as_string() == "array"}
    lengths.add(function.get_return_type().get_array_length()
                if function.get_return_type().get_tag_as_string() == "array" else -1)
    found = []
    for number, argument in enumerate(every):
        if number in lengths:
            continue
        kind = argument.get_type()
        what = kind.get_tag_as_string()
        if what == "array":
            is_number = kind.get_param_type(0).get_tag_as_string() != "interface"
            what = "integers" if is_number else "tensors"
        elif what == "interface":
            what = kind.get_interface().get_name()
            if what == "Tensor" and argument.may_be_null():
                what = "Tensor or None"
            elif what == "Tensor" and argument.get_name() in _OTHER_DTYPE:
                what = "Tensor of its own dtype"
        found.append((argument.get_name(), what))
    return found


def _convert(value, what, dtype):
    if what == "Tensor" or what == "Tensor or None" and value is not None:
        return value if type(value) is Tensor else _to_tensor(value, dtype)
    if what == "Tensor of its own dtype":
        return value if type(value) is Tensor else _to_indices(value, dtype)
    if what == "integers":
        return _to_ints(value)
    if what == "tensors":
        return [_to_tensor(one, dtype) for one in value]
    if what == "DType":
        return _to_dtype(value)
    return value


def _returns(function):
    """"one", "several", or None where @function is no op."""
    result = function.get_return_type()
    tag = result.get_tag_as_string()
    several = tag == "array"
    if several:
        result = result.get_param_type(0)
    if result.get_tag_as_string() != "interface" or \
            result.get_interface().get_name() != "Tensor":
        return None
    if function.get_caller_owns() != (1 if several else 0):  # container, nothing
        return None
    return "several" if several else "one"


def _make_op(name, function):
    """An op as a function of tensors and of what can be made one."""
    arguments = _arguments(function)
    kinds = tuple(what for _, what in arguments)
    settle = _settle_all if _returns(function) == "several" else _settle
    scalar_form = getattr(_Reel, name + "_scalar", None)
    commutes = name in ("add", "mul", "maximum", "minimum")
    parameters = []
    for argument, _ in reversed(arguments):
        default = _DEFAULTS.get(f"{name}.{argument}", _DEFAULTS.get(argument, _REQUIRED))
        if parameters and parameters[0].default is _REQUIRED:
            default = _REQUIRED  # Python wants those with defaults last
        parameters.insert(0, inspect.Parameter(
            argument, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
    signature = inspect.Signature(parameters)
    n_arguments = len(arguments)
    mixed = [number for number, what in enumerate(kinds)
             if what in ("Tensor", "Tensor or None", "tensors")]
    plain = all(what in ("Tensor", "Tensor of its own dtype") for what in kinds)

    def op(*values, **named):
        if plain and {Tensor}.issuperset(map(type, values)) and \
                len(values) == n_arguments and not named:
            return settle(function(*values))
        if named or len(values) != n_arguments:
            bound = signature.bind(*values, **named)
            bound.apply_defaults()
            values = bound.args
        if scalar_form is not None:
            if isinstance(values[0], _Reel.Tensor) and _is_number(values[1]):
                _check_number(values[1], values[0].get_dtype())
                return _settle(scalar_form(values[0], values[1]))
            if commutes and isinstance(values[1], _Reel.Tensor) and _is_number(values[0]):
                return op(values[1], values[0])
        dtype = _dtype_among([values[number] for number in mixed])
        return settle(function(*[_convert(value, what, dtype)
                                 for value, what in zip(values, kinds)]))

    op.__name__ = op.__qualname__ = name
    op.__signature__ = signature
    op.__doc__ = _Reel.op_get_formula(name) or f"See reel_{name}."
    return op


def _make_method(op):
    """An op as a method. One that takes a list of numbers and nothing else takes
    them one by one as well: x.reshape(3, 4)."""
    parameters = list(op.__signature__.parameters)
    if parameters[1:] not in (["shape"], ["axes"]):
        return op

    def method(self, *values, **named):
        if len(values) > 1 or values and isinstance(values[0], numbers.Integral):
            values = (values,)
        return op(self, *values, **named)

    method.__name__ = method.__qualname__ = op.__name__
    method.__doc__ = op.__doc__
    return method


def _find_ops():
    for name in dir(_Reel):
        if name.startswith("_") or not name[0].islower():
            continue
        function = getattr(_Reel, name)
        if isinstance(function, CallableInfo) and _returns(function):
            _ops[name] = _public(_make_op(name, function), name)


_find_ops()


@_public
def split(x, sizes, axis=0):
    """Cuts a tensor into parts of @sizes, or into parts of one size and a rest."""
    if isinstance(sizes, numbers.Integral):
        whole, size = x.get_size(axis) if -x.ndim <= axis < x.ndim else 0, int(sizes)
        sizes = [min(size, whole - start) for start in range(0, whole, size)] or [whole]
    return _ops["split"](x, sizes, axis)


# Tensors

class _Writable:
    """What NumPy makes a writable view of."""

    def __init__(self, tensor):
        address = tensor.get_writable_address()  # counts as a write
        self.__array_interface__ = tensor._interface(address, False)
        self._tensor = tensor


def _operator(name):
    op = _ops[name]

    def method(self, other):
        return op(self, other) if _is_operand(other) else NotImplemented
    return method


def _reflected(name):
    op = _ops[name]

    def method(self, other):
        return op(other, self) if _is_operand(other) else NotImplemented
    return method


def _unary(name):
    op = _ops[name]
    return lambda self: op(self)


class Tensor(_Reel.Tensor):
    """An n-dimensional array.

    `Tensor(data)` copies a number, a list (of lists), a NumPy array or a tensor into
    a new leaf. Without @dtype, arrays and tensors keep theirs; Python's floats
    become f32, its integers i64 and its truth values bool.
    """

    # ndarray + Tensor is then Tensor.__radd__, not NumPy's loop over elements.
    __array_ufunc__ = None

    def __new__(cls, data, dtype=None, requires_grad=False, label=None):
        if dtype is not None:
            dtype = _to_dtype(dtype)
        if isinstance(data, _Reel.Tensor):
            if dtype is not None and dtype != data.get_dtype():
                with paused():
                    data = _ops["cast"](_ops["detach"](data), dtype)
            self = data.copy()
        elif _is_number(data):
            if dtype is None:
                dtype = (_DType.BOOL if isinstance(data, bool) else
                         _DType.I64 if isinstance(data, numbers.Integral) else _DType.F32)
            self = _from_number(data, dtype)
        else:
            self = _from_array(data, dtype)
        return _finish(self, requires_grad, label)

    def __init__(self, *args, **kwargs):
        pass

    # What it is

    @property
    def shape(self):
        return tuple(self.get_shape())

    @property
    def strides(self):
        """In elements, not bytes."""
        return tuple(self.get_strides())

    @property
    def dtype(self):
        return self.get_dtype()

    @property
    def ndim(self):
        return self.get_rank()

    @property
    def size(self):
        """How many elements."""
        return self.get_n_elements()

    @property
    def label(self):
        return self.get_label()

    @label.setter
    def label(self, label):
        self.set_label(label)

    @property
    def requires_grad(self):
        return self.get_requires_grad()

    @requires_grad.setter
    def requires_grad(self, requires_grad):
        if not self.is_leaf():
            raise _error(_Error.READ_ONLY, "requires_grad: "
                         f"{self.describe()} is a tape's value, not a leaf")
        if requires_grad and not _Reel.dtype_is_floating(self.get_dtype()):
            raise _error(_Error.DTYPE, "requires_grad: "
                         f"{self.describe()} is not of a floating-point dtype")
        self.set_requires_grad(bool(requires_grad))

    @property
    def grad(self):
        """What backward() added up, or None. Setting it to None starts anew."""
        return self.get_grad()

    @grad.setter
    def grad(self, grad):
        if grad is not None:
            if not self.is_leaf():
                raise _error(_Error.READ_ONLY, "grad: "
                             f"{self.describe()} is a tape's value, not a leaf")
            grad = _to_tensor(grad, self.get_dtype())
            if grad.dtype != self.dtype or grad.shape != self.shape:
                raise _error(_Error.SHAPE, f"grad: {grad.describe()} is none of "
                             f"{self.describe()}")
        self.set_grad(grad)

    def is_same(self, other):
        """Whether two variables are one tensor of the library. (== compares
        elements, and Python's `is` the wrappers.)"""
        return hash(self) == hash(other)

    # Reading and writing

    def _interface(self, address, read_only):
        if address == 0 and self.size != 0:
            raise _error(_Error.RELEASED, f"{self.describe()} has no data: "
                         "a sweep has released it")
        size = _Reel.dtype_get_size(self.get_dtype())
        return {
            "version": 3,
            "shape": self.shape,
            "typestr": _TYPESTRS[self.get_dtype()],
            "strides": tuple(stride * size for stride in self.get_strides()),
            "data": (address, read_only),
        }

    @property
    def __array_interface__(self):
        return self._interface(self.get_address(), True)

    def numpy(self):
        """A read-only NumPy array over the same memory, without a copy. It keeps the
        data alive, also beyond the tape."""
        return _numpy().asarray(self)

    def writable(self):
        """A writable NumPy array over the memory of a leaf. Taking it counts as one
        write: take another for each later change, so that a sweep that needs the
        old value can tell."""
        return _numpy().asarray(_Writable(self))

    def item(self):
        """The only element, as a number of Python's."""
        if self.size != 1:
            raise ValueError(f"{self.describe()} has {self.size} elements, not one")
        dtype = self.get_dtype()
        if dtype == _DType.I64:  # a double would round
            return int.from_bytes(self.get_bytes().get_data(), sys.byteorder, signed=True)
        value = self.get_scalar()
        if math.isnan(value) and self.get_address() == 0:
            raise _error(_Error.RELEASED, f"{self.describe()} has no data: "
                         "a sweep has released it")
        if dtype == _DType.BOOL:
            return value != 0
        return value if _Reel.dtype_is_floating(dtype) else int(value)

    def tolist(self):
        return self.numpy().tolist()

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if _Reel.dtype_is_floating(self.get_dtype()):
            raise TypeError(f"{self.describe()} is no index")
        return int(self.item())

    def __bool__(self):
        if self.size != 1:
            raise ValueError(f"{self.describe()} is neither true nor false: "
                             "use all() or any()")
        return bool(self.item())

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return _finish(self.copy(), self.is_leaf() and self.requires_grad, self.label)

    def __reduce__(self):
        return Tensor, (self.numpy().copy(), None,
                        self.is_leaf() and self.requires_grad, self.label)

    # Printing

    def __str__(self):
        return self.to_string()

    def __repr__(self):
        text = self.to_string()
        parts = [self.describe()]
        if self.get_requires_grad():
            parts.append("requires_grad")
        gap = "\n" if "\n" in text else " "
        return f"<Reel.Tensor {', '.join(parts)}:{gap}{text}>"

    def __format__(self, spec):
        return format(self.item(), spec) if spec else str(self)

    # A sequence along axis 0

    def __len__(self):
        if self.ndim == 0:
            raise TypeError(f"{self.describe()} has no length")
        return self.get_size(0)

    def __iter__(self):
        return iter(_ops["unbind"](self, 0) if len(self) else ())

    def __contains__(self, value):
        return bool(_ops["any"](self == value))

    def __getitem__(self, key):
        """By whole numbers, slices, ..., None, lists or i64 tensors of whole numbers
        along one axis, and tuples of these. Views but for the lists."""
        key = key if isinstance(key, tuple) else (key,)
        n_given = sum(one is not None and one is not Ellipsis for one in key)
        if n_given > self.ndim:
            raise IndexError(f"{n_given} indices for {self.describe()}")
        n_dots = sum(one is Ellipsis for one in key)
        if n_dots > 1:
            raise IndexError("more than one ... in an index")
        if sum(_is_list(one) for one in key) > 1:
            raise IndexError("more than one list in an index: see Reel.gather")
        result, axis = self, 0
        for one in key:
            if one is None:
                result = _ops["unsqueeze"](result, axis)
                axis += 1
            elif one is Ellipsis:
                axis += self.ndim - n_given
            elif isinstance(one, slice):
                result = _slice(result, axis, one)
                axis += 1
            elif _is_list(one):
                result = _ops["index_select"](result, axis, _to_index(one))
                axis += 1
            elif hasattr(one, "__index__") and not isinstance(one, bool):
                index = min(max(operator.index(one), _INT64_MIN), _INT64_MAX)
                result = _ops["select"](result, axis, index)
            else:
                raise TypeError(f"{one!r} is no index")
        return result

    def __setitem__(self, key, value):
        """Writes to a leaf, as to a NumPy array; counts as a write."""
        if isinstance(key, tuple):
            key = tuple(_numpy_index(one) for one in key)
        else:
            key = _numpy_index(key)
        self.writable()[key] = value.numpy() if isinstance(value, Tensor) else value

    # Operators

    __neg__ = _unary("neg")
    __abs__ = _unary("abs")
    __invert__ = _unary("logical_not")

    def __pos__(self):
        return self

    __add__ = _operator("add")
    __radd__ = _reflected("add")
    __sub__ = _operator("sub")
    __rsub__ = _reflected("sub")
    __mul__ = _operator("mul")
    __rmul__ = _reflected("mul")
    __truediv__ = _operator("div")
    __rtruediv__ = _reflected("div")
    __pow__ = _operator("pow")
    __rpow__ = _reflected("pow")
    __matmul__ = _operator("matmul")
    __rmatmul__ = _reflected("matmul")
    __and__ = _operator("logical_and")
    __rand__ = _reflected("logical_and")
    __or__ = _operator("logical_or")
    __ror__ = _reflected("logical_or")
    __eq__ = _operator("equal")
    __ne__ = _operator("not_equal")
    __lt__ = _operator("less")
    __le__ = _operator("less_equal")
    __gt__ = _operator("greater")
    __ge__ = _operator("greater_equal")
    # of the pointer
    __hash__ = _Reel.Tensor.__hash__

    @property
    def T(self):
        """All axes in reverse order."""
        return _ops["permute"](self)

    # Derivatives

    def backward(self, cotangent=None, record=False, release=False):
        """Adds the gradients of this value to the .grad of every parameter."""
        cotangents = None if cotangent is None else [_to_tensor(cotangent, self.dtype)]
        _sweep(_Reel.backward_full, [self], cotangents, _flags(record, False, release))

    def add_hook(self, function):
        """Calls @function(tensor, cotangent) when a sweep has the whole cotangent of
        this tensor; it may return another for the sweep to go on with."""
        return super().add_hook(_guarded(function))


def _numpy():
    if numpy is None:
        raise ImportError("lists and arrays need NumPy")
    return numpy


def _is_list(key):
    return isinstance(key, list) or \
        not isinstance(key, numbers.Number) and getattr(key, "ndim", 0) > 0


def _to_index(key):
    if not isinstance(key, _Reel.Tensor):
        key = _to_indices(key, _DType.I64)
        if key.dtype == _DType.I32:
            key = Tensor(key, _DType.I64)
    if key.dtype == _DType.BOOL:
        raise TypeError("a mask is no index: see Reel.where")
    return key


def _numpy_index(key):
    return key.numpy() if isinstance(key, Tensor) else key


def _slice(x, axis, key):
    step = 1 if key.step is None else operator.index(key.step)
    if step == 1 and key.start is None and key.stop is None:
        return x
    # Open ends lie far outside.
    start, stop = (0, _INT64_MAX) if step > 0 else (_INT64_MAX, _INT64_MIN)
    start = start if key.start is None else operator.index(key.start)
    stop = stop if key.stop is None else operator.index(key.stop)
    return _ops["slice"](x, axis, *(min(max(number, _INT64_MIN), _INT64_MAX)
                                    for number in (start, stop, step)))


def _finish(tensor, requires_grad, label):
    if requires_grad:
        tensor.requires_grad = True
    if label is not None:
        tensor.label = label
    return tensor


def _from_number(number, dtype):
    _check_number(number, dtype)
    if dtype == _DType.I64:  # a double would round
        data = int(number).to_bytes(8, sys.byteorder, signed=True)
        return _Reel.Tensor.new_from_data(dtype, [], data)
    return _Reel.Tensor.new_scalar(dtype, float(number))


def _from_array(data, dtype):
    """A copy of an array, converted as NumPy does, or of a list of numbers that fit."""
    array = _numpy().asarray(data)
    is_list = not hasattr(data, "__array_interface__") and not _holds_arrays(data)
    if dtype is None:
        if is_list and array.dtype == float:
            dtype = _DType.F32
        else:
            dtype = _to_dtype(array.dtype)
    elif is_list and dtype in _RANGES and array.size:
        for number in (array.ravel().tolist() if array.dtype.kind == "f" else
                       (array.min().item(), array.max().item())):
            _check_number(number, dtype)
    tensor = _Reel.Tensor.new_zeros(dtype, array.shape)
    if array.size:
        _numpy().copyto(tensor.writable(), array, casting="unsafe")
    return tensor


def _holds_arrays(data):
    """Whether a list's dtype is that of an array in it, rather than of numbers."""
    while isinstance(data, (list, tuple)) and len(data):
        data = data[0]
    return hasattr(data, "__array_interface__")


Tensor = override(Tensor)
__all__.append("Tensor")

for _name, _op in itertools.chain(_ops.items(), [("split", split)]):
    _method = split if _name == "split" else _make_method(_op)
    _first = next(iter(inspect.signature(_op).parameters))
    if _first != "tensors" and not hasattr(Tensor, _name):
        setattr(Tensor, _name, _method)


# Creation

def _creator(name, doc):
    create = getattr(_Reel.Tensor, "new_" + name)

    def function(shape=(), dtype=_DType.F32, requires_grad=False, label=None):
        return _finish(create(_to_dtype(dtype), _to_ints(shape)), requires_grad, label)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return _public(function)


_creator("zeros", "A leaf of zeros.")
_creator("ones", "A leaf of ones.")


@_public
def full(shape, value, dtype=_DType.F32, requires_grad=False, label=None):
    """A leaf filled with one number."""
    dtype = _to_dtype(dtype)
    _check_number(value, dtype)
    return _finish(_Reel.Tensor.new_full(dtype, _to_ints(shape), value),
                   requires_grad, label)


@_public
def eye(n_rows, n_columns=None, dtype=_DType.F32):
    """A matrix with ones on the main diagonal."""
    return _Reel.Tensor.new_eye(_to_dtype(dtype), n_rows,
                                n_rows if n_columns is None else n_columns)


@_public
def arange(start, stop=None, step=1, dtype=None):
    """The numbers from @start up to but without @stop; i64 where all are whole."""
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        whole = all(isinstance(number, numbers.Integral) for number in (start, stop, step))
        dtype = _DType.I64 if whole else _DType.F32
    return _Reel.Tensor.new_arange(_to_dtype(dtype), start, stop, step)


@_public
def linspace(start, stop, n, dtype=_DType.F32):
    """@n evenly spaced numbers, both ends included."""
    return _Reel.Tensor.new_linspace(_to_dtype(dtype), start, stop, n)


class Generator(_Reel.Generator):
    """A source of random numbers: the same seed gives the same everywhere."""

    def __new__(cls, seed=0):
        return _Reel.Generator.new(seed)

    def __init__(self, *args):
        pass

    @property
    def seed(self):
        return self.get_seed()

    @property
    def offset(self):
        """How many draws were made."""
        return self.get_offset()

    @offset.setter
    def offset(self, offset):
        self.set_offset(offset)

    def uniform(self, shape=(), low=0.0, high=1.0, dtype=_DType.F32,
                requires_grad=False, label=None):
        return _finish(super().uniform(_to_dtype(dtype), _to_ints(shape), low, high),
                       requires_grad, label)

    def normal(self, shape=(), mean=0.0, standard_deviation=1.0, dtype=_DType.F32,
               requires_grad=False, label=None):
        return _finish(super().normal(_to_dtype(dtype), _to_ints(shape), mean,
                                      standard_deviation), requires_grad, label)

    def bernoulli(self, shape=(), probability=0.5, dtype=_DType.BOOL):
        return super().bernoulli(_to_dtype(dtype), _to_ints(shape), probability)

    def __repr__(self):
        return f"<Reel.Generator: seed {self.seed}, offset {self.offset}>"


Generator = override(Generator)
__all__.append("Generator")


# Tapes

class _Paused:
    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        self._tape.pause()
        return self._tape

    def __exit__(self, *exception):
        self._tape.resume()
        return False


class _Frame:
    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        self._tape.push_frame()
        return self._tape

    def __exit__(self, *exception):
        self._tape.pop_frame()
        return False


class Tape(_Reel.Tape):
    """Records the ops of the thread that it is pushed on: `with Reel.Tape() as tape`."""

    def __new__(cls):
        return _Reel.Tape.new()

    def __init__(self):
        pass

    def __enter__(self):
        self.push()
        return self

    def __exit__(self, *exception):
        self.pop()
        return False

    def paused(self):
        """`with tape.paused():` computes without recording."""
        return _Paused(self)

    def frame(self):
        """`with tape.frame():` drops at its end what was recorded in it; what Python
        still refers to becomes a constant."""
        return _Frame(self)

    @property
    def stats(self):
        """What the tape holds and did: n_nodes, live_bytes, n_mallocs..."""
        return self.get_stats()

    def __repr__(self):
        stats = self.get_stats()
        return f"<Reel.Tape: {stats.n_nodes} nodes, {stats.live_bytes} bytes in use>"


Tape = override(Tape)
__all__.append("Tape")


@_public
def paused():
    """`with Reel.paused():` computes without recording, whatever the tape."""
    return _Paused(_Reel.Tape.get_current())


# Derivatives

# What callbacks of this thread's sweeps returned, to be kept until the sweep's end,
# and the exception that ended one.
_local = threading.local()


def _guarded(function):
    """A callback whose result lives as long as the sweep, and whose exceptions come
    out of it."""
    spare = collections.deque(maxlen=1)  # for a sweep that C began

    def callback(*arguments):
        try:
            result = function(*arguments)
            if result is not None:
                result = _to_tensor(result)
                getattr(_local, "kept", spare).append(result)
            return result
        except GLib.Error:
            raise
        except Exception as exception:
            _local.exception = exception
            raise _error(_Error.FAILED, f"{type(exception).__name__}: {exception}")
    return callback


def _sweep(function, *arguments):
    outer = vars(_local).copy()
    _local.kept, _local.exception = [], None
    try:
        return function(*arguments)
    except GLib.Error:
        if _local.exception is not None:
            raise _local.exception from None
        raise
    finally:
        vars(_local).clear()
        vars(_local).update(outer)


def _flags(record, allow_unused, release=False):
    flags = _Flags.NONE
    if record:
        flags |= _Flags.RECORD
    if allow_unused:
        flags |= _Flags.ALLOW_UNUSED
    if release:
        flags |= _Flags.RELEASE
    return flags


def _to_list(values):
    return [values] if isinstance(values, _Reel.Tensor) else list(values)


def _like(values, tensors, what):
    """One operand for each of @tensors, of its dtype where it has none."""
    if values is None:
        return None
    if isinstance(values, _Reel.Tensor) or not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) != len(tensors):
        raise _error(_Error.SHAPE, f"{len(values)} {what} for {len(tensors)} tensors")
    return [_to_tensor(value, tensor.dtype) for value, tensor in zip(values, tensors)]


@_public
def backward(loss, cotangent=None, record=False, release=False):
    """Adds the gradients of @loss, a value or several, to the .grad of every
    parameter."""
    outputs = _to_list(loss)
    _sweep(_Reel.backward_full, outputs, _like(cotangent, outputs, "cotangents"),
           _flags(record, False, release))


@_public
def vjp(outputs, inputs, cotangents=None, record=False, allow_unused=False,
        release=False):
    """The vector-Jacobian products: what @cotangents of @outputs are for each of
    @inputs. One tensor where @inputs is one, else a list."""
    outputs = _to_list(outputs)
    results = _sweep(_Reel.vjp, outputs, _like(cotangents, outputs, "cotangents"),
                     _to_list(inputs), _flags(record, allow_unused, release))
    return results[0] if isinstance(inputs, _Reel.Tensor) else results


@_public
def grad(output, inputs, cotangent=None, record=False, allow_unused=False,
         release=False):
    """The gradients of one value by @inputs; touches no .grad. One tensor where
    @inputs is one, else a list. With @record they can be differentiated again."""
    return vjp(output, inputs, cotangent, record, allow_unused, release)


@_public
def jvp(outputs, inputs, tangents, record=False, allow_unused=False):
    """The Jacobian-vector products: what @tangents of @inputs are for each of
    @outputs. One tensor where @outputs is one, else a list."""
    sources = _to_list(inputs)
    results = _sweep(_Reel.jvp, _to_list(outputs), sources,
                     _like(tangents, sources, "tangents"), _flags(record, allow_unused))
    return results[0] if isinstance(outputs, _Reel.Tensor) else results


@_public
def gradcheck(function, inputs, step=0.0, tolerance=0.0):
    """Compares the derivatives of @function(*inputs) with central differences in
    f64; raises what deviates."""
    inputs = [_to_tensor(one) for one in _to_list(inputs)]
    return _sweep(_Reel.gradcheck, _guarded(lambda tensors, *_: function(*tensors)),
                  None, inputs, step, tolerance)
