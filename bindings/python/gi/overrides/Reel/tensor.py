# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tensors: what they are, reading, writing, printing."""

from gi.overrides import override

from .dtypes import DType, typestrs
from .errors import Code, error, override_raising, raising
from .library import Documented, library
from .operands import finish, make, need_numpy, to_tensor

Base = library.Tensor
_read_scalar = raising(Base.read_scalar, "item")
_check_requires_grad = raising(Base.check_requires_grad)
_check_grad = raising(Base.check_grad)


class _Writable:
    """What NumPy makes a writable view of."""

    def __init__(self, tensor):
        address = tensor.get_writable_address()  # counts as a write
        self.__array_interface__ = tensor._interface(address, False)
        self._tensor = tensor


class Tensor(Base, metaclass=Documented):
    """An n-dimensional array, with Python's operators, indices and slices.

    `Tensor(data)` copies a number, a list (of lists), a NumPy array or a tensor into
    a new leaf. Without `dtype`, arrays and tensors keep theirs; Python's floats
    become f32, its integers i64 and its truth values bool. With
    `requires_grad=True` it is a parameter: `backward()` adds to its `.grad`.

    Ops are methods: `x.sum(axes=0)`, `x.tanh()`, `x @ w + b`. What they return while
    a tape records (`with Reel.Tape():`) never changes; leaves may be written, by
    `x[0] = 1`, `x.writable()`, or while nothing records by `x += 1`.
    """

    __module__ = "gi.overrides.Reel"

    # ndarray + Tensor is then Tensor.__radd__, not NumPy's loop over elements.
    __array_ufunc__ = None

    def __new__(cls, data, dtype=None, requires_grad=False, label=None):
        return finish(make(data, dtype), requires_grad, label)

    def __init__(self, *arguments, **named):
        pass

    # What it is

    @property
    def shape(self):
        """The size along each axis, as a tuple."""
        return tuple(self.get_shape())

    @property
    def strides(self):
        """In elements, not bytes."""
        return tuple(self.get_strides())

    @property
    def dtype(self):
        """The elements' type: Reel.F32..., equal to its name, "f32"."""
        return self.get_dtype()

    @property
    def ndim(self):
        """How many axes."""
        return self.get_rank()

    @property
    def size(self):
        """How many elements."""
        return self.get_n_elements()

    @property
    def label(self):
        """A name for dumps and error messages, or None."""
        return self.get_label()

    @label.setter
    def label(self, label):
        self.set_label(label)

    @property
    def requires_grad(self):
        """Whether this is a parameter, or a tape's value computed from one."""
        return self.get_requires_grad()

    @requires_grad.setter
    def requires_grad(self, requires_grad):
        if requires_grad:
            _check_requires_grad(self)
        elif not self.is_leaf():
            raise error(Code.READ_ONLY, f"requires_grad: {self.describe()} is a tape's "
                        "value; use detach ()")
        self.set_requires_grad(bool(requires_grad))

    @property
    def grad(self):
        """What backward() added up, or None. Setting it to None starts anew."""
        return self.get_grad()

    @grad.setter
    def grad(self, grad):
        if grad is not None:
            grad = to_tensor(grad, self.get_dtype())
            _check_grad(self, grad)
        self.set_grad(grad)

    def is_same(self, other):
        """Whether two variables are one tensor of the library. (== compares
        elements, and Python's `is` the wrappers.)"""
        return hash(self) == hash(other)

    # Reading and writing

    def _interface(self, address, read_only):
        if address == 0 and self.size != 0:
            raise error(Code.RELEASED, f"{self.describe()} has no data: "
                        "a sweep has released it")
        size = library.dtype_get_size(self.get_dtype())
        return {
            "version": 3,
            "shape": self.shape,
            "typestr": typestrs[self.get_dtype()],
            "strides": tuple(stride * size for stride in self.get_strides()),
            "data": (address, read_only),
        }

    @property
    def __array_interface__(self):
        return self._interface(self.get_address(), True)

    def numpy(self):
        """A read-only NumPy array over the same memory, without a copy. It keeps the
        data alive, also beyond the tape."""
        return need_numpy().asarray(self)

    def writable(self):
        """A writable NumPy array over the memory of a leaf. Taking it counts as one
        write: take another for each later change, so that a sweep that needs the
        old value can tell."""
        return need_numpy().asarray(_Writable(self))

    def item(self):
        """The only element, as a number of Python's."""
        _, number, integer = _read_scalar(self)
        dtype = self.get_dtype()
        if dtype is DType.F32 or dtype is DType.F64:
            return number
        return bool(integer) if dtype is DType.BOOL else integer

    def tolist(self):
        """The elements as a list of lists."""
        return self.numpy().tolist()

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if library.dtype_is_floating(self.get_dtype()):
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
        return finish(self.copy(), self.is_leaf() and self.requires_grad, self.label)

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

    # of the pointer
    __hash__ = Base.__hash__

    def __len__(self):
        if self.ndim == 0:
            raise TypeError(f"{self.describe()} has no length")
        return self.get_size(0)


override_raising(Tensor)
Tensor = override(Tensor)
