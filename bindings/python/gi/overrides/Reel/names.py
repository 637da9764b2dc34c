# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names from PyTorch and NumPy: what is the same here under another name, and what to
write instead of what is not."""

from .creation import arange, eye, full, linspace, ones, zeros  # noqa: F401
from .dtypes import DType
from .library import library, module, public
from .ops import ops
from .tensor import Base, Tensor

# Functions and methods
_ALIASES = {
    "absolute": "abs", "acos": "acos", "arccos": "acos", "arcsin": "asin",
    "arctan": "atan", "arctan2": "atan2", "bitwise_and": "logical_and",
    "bitwise_not": "logical_not", "bitwise_or": "logical_or", "bmm": "matmul",
    "cat": "concat", "clip": "clamp", "concatenate": "concat", "divide": "div",
    "dot": "matmul", "eq": "equal", "fix": "trunc", "ge": "greater_equal",
    "gt": "greater", "le": "less_equal", "lt": "less", "max": "amax", "min": "amin",
    "mm": "matmul", "multiply": "mul", "mv": "matmul", "ne": "not_equal",
    "negative": "neg", "nll_loss": "nll", "mse_loss": "mse", "ravel": "flatten",
    "subtract": "sub", "swapaxes": "transpose", "t": "transpose", "true_divide": "div",
    "view": "reshape",
}
_DTYPES = {
    "float": DType.F32, "float32": DType.F32, "double": DType.F64, "float64": DType.F64,
    "int": DType.I32, "int32": DType.I32, "long": DType.I64, "int64": DType.I64,
    "uint8": DType.U8, "byte": DType.U8,
}

_LATER = "there is none yet"
_ON_CPU = "there is none: everything is computed on the CPU"
_IN_PLACE = "write x {0}= y, under `with Reel.no_grad ():`"
_ADVICE = {
    "add_": _IN_PLACE.format("+"), "sub_": _IN_PLACE.format("-"),
    "mul_": _IN_PLACE.format("*"), "div_": _IN_PLACE.format("/"),
    "addmm": "write a + b @ c", "allclose": "write x.all_close (y, 1e-5, 1e-8, False)",
    "argsort": _LATER, "bernoulli": "write generator.bernoulli (shape, p)",
    "chunk": "write x.split (size, axis)", "conv2d": _LATER, "cuda": _ON_CPU,
    "cumprod": _LATER, "cumsum": _LATER, "device": _ON_CPU, "einsum": _LATER,
    "einops": _LATER, "from_numpy": "write Reel.Tensor (array)",
    "grad_fn": "write print (tape.dump ())", "half": "there are f32 and f64 alone",
    "index_add_": "write x + y.scatter_add (...)", "inverse": _LATER, "linalg": _LATER,
    "manual_seed": "write generator = Reel.Generator (seed)",
    "masked_fill": "write Reel.where (mask, value, x)", "masked_select": "write x[mask]",
    "meshgrid": _LATER, "multinomial": _LATER, "nn": _LATER,
    "nonzero": "write x.numpy ().nonzero ()",
    "norm": "write x.square ().sum (axes).sqrt ()", "normal": "write generator.normal (shape)",
    "optim": _LATER, "outer": "write x.unsqueeze (1) * y",
    "rand": "write Reel.Generator (seed).uniform (shape)",
    "randint": "write Reel.Generator (seed).uniform (shape, low, high).cast (Reel.I64)",
    "randn": "write Reel.Generator (seed).normal (shape)",
    "randperm": "write Reel.Generator (seed).permutation (n)",
    "repeat": "write x.expand (...), or Reel.concat ([x, x])",
    "retain_grad": "write Reel.grad (loss, x)", "save": "write pickle.dump (x.numpy (), file)",
    "scatter": "write x.scatter_add (...)", "scatter_": "write x[index] = y",
    "sort": _LATER, "std": "write x.var (axes).sqrt ()", "svd": _LATER,
    "tile": "write x.expand (...), or Reel.concat ([x, x])", "topk": _LATER,
    "uniform": "write generator.uniform (shape)",
}


def _advise(name, where):
    advice = _ADVICE.get(name)
    return f"{where} has no attribute {name!r}" + (f": {advice}" if advice else "")


def _tensor_getattr(self, name):
    raise AttributeError(_advise(name, "Reel.Tensor"), name=name, obj=self)


_find = type(module).__getattr__


def _module_getattr(self, name):
    try:
        return _find(self, name)
    except AttributeError:
        raise AttributeError(_advise(name, "Reel"), name=name, obj=self) from None


def _method(function, name=None):
    function.__name__ = function.__qualname__ = name or function.__name__.lstrip("_")
    setattr(Tensor, function.__name__, function)


for _name, _own in _ALIASES.items():
    if _own in ops and _name not in ops:
        public(ops[_own], _name)
        if hasattr(Tensor, _own):
            setattr(Tensor, _name, getattr(Tensor, _own))

for _name, _dtype in _DTYPES.items():
    if _name[-1].isdigit():
        public(_dtype, _name)
    else:
        _method(lambda self, dtype=_dtype: ops["cast"](self, dtype), _name)

public(Tensor, "tensor")
public(library.set_n_threads, "set_num_threads")
public(library.get_n_threads, "get_num_threads")


def _to(self, dtype):
    """The elements as those of another dtype; as cast()."""
    if isinstance(dtype, str) and dtype in ("cpu", "cuda"):
        if dtype == "cuda":
            raise TypeError(f"to: {_ON_CPU}")
        return self
    return ops["cast"](self, dtype.dtype if isinstance(dtype, Base) else dtype)


def _clone(self):
    """A new leaf with the same elements; as copy()."""
    return self.copy()


def _requires_grad_(self, requires_grad=True):
    """Makes this leaf a parameter, or a constant again."""
    self.requires_grad = requires_grad
    return self


def _zero_(self):
    """Fills this leaf with zeros."""
    self.fill(0)
    return self


def _fill_(self, value):
    """Fills this leaf with one number."""
    self.fill(value)
    return self


def _copy_(self, source):
    """Overwrites this leaf with the elements of another tensor."""
    self.assign(source)
    return self


for _function in (_to, _clone, _requires_grad_, _zero_, _fill_, _copy_):
    _method(_function, _function.__name__[1:])
for _name, _function in (
        ("astype", _to), ("cpu", lambda self: self), ("dim", lambda self: self.ndim),
        ("numel", lambda self: self.size), ("nelement", lambda self: self.size),
        ("expand_as", lambda self, other: ops["expand"](self, other.shape)),
        ("reshape_as", lambda self, other: ops["reshape"](self, other.shape)),
        ("view_as", lambda self, other: ops["reshape"](self, other.shape)),
        ("type_as", lambda self, other: ops["cast"](self, other.dtype)),
        ("register_hook", Tensor.add_hook)):
    setattr(Tensor, _name, _function)

Tensor.__getattr__ = _tensor_getattr
type(module).__getattr__ = _module_getattr
