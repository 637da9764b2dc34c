# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reel as a Python programmer expects it.

Introspection gives all of Reel's functions and types; this package adds what it
cannot say: operators, indexing, NumPy arrays in and out, `with` for tapes,
keywords and defaults, and errors that are raised by the op that failed.

Every op is a function, `Reel.sum(x, axes=0)`, and a method of its first operand,
`x.sum(axes=0)`. Other operands may be numbers, lists or NumPy arrays: numbers and
lists take the dtype of the tensor beside them, arrays have their own.

    >>> w = Reel.Tensor([1, 2, 3], dtype=Reel.F32, requires_grad=True)
    >>> with Reel.Tape() as tape:
    ...     (w * w).sum().backward()
    >>> w.grad
    <Reel.Tensor f32[3]: [2. 4. 6.]>
"""

# In this order: each may use those before it.
from . import errors, dtypes, operands  # noqa: F401
from .tensor import Tensor
from . import ops, operators, indexing, creation  # noqa: F401
from .generator import Generator
from .tape import Tape
from . import derivatives, names  # noqa: F401

__all__ = ["Generator", "Tape", "Tensor"]
