# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ops: every function that returns a tensor, or several, of the current tape. Names,
kinds and order of arguments come from introspection, defaults from the op's table of
attributes."""

import inspect
import math
import numbers

from gi._gi import CallableInfo
from gi.repository import GLib

from . import documentation
from .dtypes import DType, check_number, find_dtype, to_dtype
from .errors import claimed, translate
from .library import REQUIRED, library, public
from .operands import (dtype_among, is_number, make, plain, to_indices, to_int64, to_ints,
                       to_tensor)
from .tensor import Base, Tensor

ops = {}
_claim = Base.claim

# Of functions that are no ops by themselves.
_DEFAULTS = {
    "alpha": 1.0,
    "beta": 1.0,
    "bias": None,
    "maximum": math.inf,
    "minimum": -math.inf,
    "negative_slope": 0.01,
    "reduction": library.Reduction.MEAN,
    "flatten.first_axis": 0,
    "flatten.last_axis": -1,
    "gelu.form": library.Gelu.ERF,
    "split_by_size.axis": 0,
    "transpose.axis_a": -2,
    "transpose.axis_b": -1,
}
# What others call an argument: the first of these that the op has is meant.
_SYNONYMS = {
    "axis": ("axes",),
    "dim": ("axes", "axis"),
    "dims": ("axes", "shape"),
    "dim0": ("axis_a",),
    "dim1": ("axis_b",),
    "start_dim": ("first_axis",),
    "end_dim": ("last_axis",),
    "keepdim": ("keep",),
    "keepdims": ("keep",),
    "ddof": ("correction",),
    "min": ("minimum",),
    "max": ("maximum",),
    "a_min": ("minimum",),
    "a_max": ("maximum",),
    "input": ("x", "a", "logits"),
    "other": ("b", "y"),
    "size": ("shape", "size"),
    "newshape": ("shape",),
    "p": ("probability",),
    "num_classes": ("n_classes",),
}
# What NumPy passes along to the methods that np.sum (x) calls.
_IGNORED = {"out": None, "dtype": None, "order": "C"}
# Operands that have not the dtype of the others.
_OTHER_DTYPE = ("condition", "index", "target", "target_indices")
_TENSORS = ("Tensor", "Tensor or None", "tensors")


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


def _default(op, argument, what):
    for key in (f"{op}.{argument}", argument):
        if key in _DEFAULTS:
            return _DEFAULTS[key]
    text = library.op_get_attribute_default(op, argument)
    if text is None:
        return REQUIRED
    if what == "integers":
        return None if text == "all" else to_ints(map(int, text.strip("[]").split(",")))
    if what == "gboolean":
        return text == "true"
    if what == "gdouble":
        return float(text)
    if what == "DType":
        return find_dtype(text)
    if what.startswith("g"):
        return int(text.strip("[]"))
    return getattr(getattr(library, what), text.upper())


def _to_enumeration(name):
    enumeration = getattr(library, name)

    def convert(value, values):
        if isinstance(value, str):
            found = getattr(enumeration, value.upper(), None)
            if found is None:
                raise ValueError(f"{value!r} is no {name}")
            return found
        return value
    return convert


def _converter(what, mixed):
    """What makes an argument one that the library takes; None: it is taken as it is."""
    def dtype(values):
        return dtype_among([values[number] for number in mixed if number < len(values)])

    if what == "Tensor":
        return lambda value, values: to_tensor(value, dtype(values))
    if what == "Tensor or None":
        return lambda value, values: None if value is None else \
            to_tensor(value, dtype(values))
    if what == "Tensor of its own dtype":
        return lambda value, values: to_indices(value, dtype(values))
    if what == "tensors":
        return lambda value, values: [to_tensor(one, dtype(values)) for one in value]
    if what == "integers":
        return lambda value, values: to_ints(value)
    if what == "DType":
        return lambda value, values: to_dtype(value)
    if what in ("gint64", "gint32"):
        return lambda value, values: value if type(value) is int else to_int64(value)
    if what in ("Reduction", "Gelu"):
        return _to_enumeration(what)
    return None


class _Binder:
    """Puts arguments given by name into their places."""

    def __init__(self, name, parameters):
        self.signature = inspect.Signature(parameters)
        self.places = {parameter.name: place for place, parameter in enumerate(parameters)}
        self.name = name

    def bind(self, values, named):
        own = {}
        for key, value in named.items():
            if key not in self.places:
                meant = next((name for name in _SYNONYMS.get(key, ())
                              if name in self.places), None)
                if meant is None and key in _IGNORED:
                    if value is not None and value != _IGNORED[key]:
                        raise TypeError(f"{self.name}: there is no {key}")
                    continue
                key = meant or key
            own[key] = value
        try:
            bound = self.signature.bind(*values, **own)
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}; it takes {self.signature}") from None
        bound.apply_defaults()
        return bound.args


def _make_unary(function):
    def op(x):
        result = function(x if type(x) is Tensor else to_tensor(x))
        try:
            _claim(result)
        except GLib.Error as raised:
            raise translate(raised) from None
        return result
    return op


def _make_binary(name, function):
    scalar_form = getattr(library, name + "_scalar", None)
    commutes = name in ("add", "mul", "maximum", "minimum")

    def mixed(a, b):
        if scalar_form is not None:
            if isinstance(a, Base) and is_number(b):
                return scalar(a, plain(b))
            if commutes and isinstance(b, Base) and is_number(a):
                return scalar(b, plain(a))
        dtype = dtype_among((a, b))
        return function(to_tensor(a, dtype), to_tensor(b, dtype))

    def scalar(x, number):
        dtype = x.get_dtype()
        if dtype is not DType.F32 and dtype is not DType.F64:
            if type(number) is int and abs(number) > 2 ** 53:  # a double would round
                return function(x, make(number, dtype))
            check_number(dtype, number)
        return scalar_form(x, number)

    def op(a, b):
        if type(a) is Tensor and type(b) is Tensor:
            result = function(a, b)
        else:
            result = mixed(a, b)
        try:
            _claim(result)
        except GLib.Error as raised:
            raise translate(raised) from None
        return result
    return op


def _make_general(function, binder, kinds, defaults):
    mixed = [number for number, what in enumerate(kinds) if what in _TENSORS]
    converters = tuple(_converter(what, mixed) for what in kinds)
    n_required = sum(default is REQUIRED for default in defaults)
    n_arguments = len(kinds)
    ready = tuple(default if default is REQUIRED or convert is None
                  else convert(default, ()) for default, convert in zip(defaults, converters))
    several = _returns(function) == "several"

    def op(*values, **named):
        if named or not n_required <= len(values) <= n_arguments:
            values = binder.bind(values, named)
        result = function(*[value if convert is None or type(value) is Tensor
                            else convert(value, values)
                            for value, convert in zip(values, converters)],
                          *ready[len(values):])
        if several:
            return [claimed(one) for one in result]
        try:
            _claim(result)
        except GLib.Error as raised:
            raise translate(raised) from None
        return result
    return op


def _make_op(name, function):
    """An op as a function of tensors and of what can be made one."""
    arguments = _arguments(function)
    kinds = [what for _, what in arguments]
    parameters = []
    for argument, what in reversed(arguments):
        default = _default(name, argument, what)
        if parameters and parameters[0].default is REQUIRED:
            default = REQUIRED  # Python wants those with defaults last
        parameters.insert(0, inspect.Parameter(
            argument, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
    binder = _Binder(name, parameters)
    if kinds == ["Tensor"]:
        op = _make_unary(function)
    elif kinds == ["Tensor", "Tensor"]:
        op = _make_binary(name, function)
    else:
        op = _make_general(function, binder, kinds,
                           [parameter.default for parameter in parameters])
    op.__name__ = op.__qualname__ = name
    op.__module__ = "gi.repository.Reel"
    op.__signature__ = binder.signature
    op.__doc__ = documentation.describe(f"reel_{name}") or library.op_get_formula(name)
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
    method.__signature__ = op.__signature__
    method.__doc__ = op.__doc__
    return method


def add_op(op):
    """Makes @op a function, and a method where its first operand is a tensor."""
    name = op.__name__
    ops[name] = public(op, name)
    first = next(iter(op.__signature__.parameters))
    if first != "tensors" and not hasattr(Tensor, name):
        setattr(Tensor, name, _make_method(op))


for _name in dir(library):
    if not _name.startswith("_") and _name[0].islower():
        _function = getattr(library, _name)
        if isinstance(_function, CallableInfo) and _returns(_function):
            add_op(_make_op(_name, _function))


def split(*values, **named):
    x, sizes, axis = _split_binder.bind(values, named)
    op = "split_by_size" if isinstance(sizes, numbers.Integral) else "split"
    return _list_ops[op](x, sizes, axis)


_split = ops["split"]
_list_ops = {name: ops[name] for name in ("split", "split_by_size")}
_split_binder = _Binder("split", _split.__signature__.parameters.values())
split.__signature__ = _split.__signature__
split.__module__ = _split.__module__
split.__doc__ = f"""{_split.__doc__}

One number instead of a list: the size of each part; the last may be smaller."""
del Tensor.split
add_op(split)


def _whole(name):
    """argmax and argmin: without an axis, of all elements in their order."""
    along = ops[name]
    parameters = [parameter.replace(default=None) if parameter.name == "axis" else parameter
                  for parameter in along.__signature__.parameters.values()]
    binder = _Binder(name, parameters)

    def op(*values, **named):
        x, axis, keep = binder.bind(values, named)
        if axis is None:
            x, axis = ops["flatten"](x), 0
        return along(x, axis, keep)

    op.__name__ = op.__qualname__ = name
    op.__module__, op.__signature__ = along.__module__, binder.signature
    op.__doc__ = f"{along.__doc__}\n\nWithout an axis: the place in the flattened tensor."
    delattr(Tensor, name)
    add_op(op)


_whole("argmax")
_whole("argmin")
