# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sweeps. Their options are given by name."""

import threading
import weakref

from gi.repository import GLib

from .errors import Code, error, translate
from .library import library, public
from .operands import Base, is_operand, to_tensor
from .tape import keep_hooked
from .tensor import Tensor

_Flags = library.GradFlags

# What callbacks of this thread's sweeps returned, to be kept until the sweep's end,
# and the exception that ended one.
_local = threading.local()


def guarded(function, spare=None):
    """A callback whose result lives as long as the sweep (or until the next call, where
    C began it), and whose exceptions come out of it."""
    spare = [] if spare is None else spare

    def callback(*arguments):
        try:
            result = function(*arguments)
            if result is not None:
                result = to_tensor(result)
                kept = getattr(_local, "kept", None)
                if kept is not None:
                    kept.append(result)
                else:
                    spare[:] = [result]
            return result
        except GLib.Error:
            raise
        except Exception as exception:
            _local.exception = exception
            raise error(Code.FAILED, f"{type(exception).__name__}: {exception}")
    return callback


def _sweep(name, function, *arguments):
    outer = vars(_local).copy()
    _local.kept, _local.exception = [], None
    try:
        return function(*arguments)
    except GLib.Error as raised:
        if _local.exception is not None:
            raise _local.exception from None
        raise translate(raised, name) from None
    finally:
        vars(_local).clear()
        vars(_local).update(outer)


def _flags(record, allow_unused=False, release=False):
    flags = _Flags.NONE
    for option, flag in ((record, _Flags.RECORD), (allow_unused, _Flags.ALLOW_UNUSED),
                         (release, _Flags.RELEASE)):
        if not isinstance(option, (bool, int)) or isinstance(option, _Flags):
            raise TypeError(f"an option is True or False, not {option!r}")
        if option:
            flags |= flag
    return flags


def _tensors(values, name):
    """One tensor or several, as a list."""
    values = [values] if isinstance(values, Base) else list(values)
    for value in values:
        if not isinstance(value, Base):
            raise TypeError(f"{name}: a tensor is wanted, or several, not {value!r}")
    return values


def _like(values, tensors, what, name):
    """One operand for each of @tensors, of its dtype where it has none."""
    if values is None:
        return None
    if isinstance(values, _Flags) or not isinstance(values, (list, tuple)) and \
            not is_operand(values):
        raise TypeError(f"{name}: {values!r} is none of the {what}; options are given by "
                        "name, such as record=True")
    if isinstance(values, Base) or not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) != len(tensors):
        raise error(Code.SHAPE, f"{name}: {len(values)} {what} for {len(tensors)} tensors")
    return [to_tensor(value, tensor.dtype) for value, tensor in zip(values, tensors)]


@public
def backward(loss, cotangent=None, *, record=False, release=False):
    """Adds the gradients of `loss`, a value or several, to the .grad of every
    parameter.

    `record=True` records the sweep, so that gradients can be differentiated again;
    `release=True` releases the data of recorded values on the way."""
    outputs = _tensors(loss, "backward")
    _sweep("backward", library.backward_full, outputs,
           _like(cotangent, outputs, "cotangents", "backward"), _flags(record, False, release))


@public
def vjp(outputs, inputs, cotangents=None, *, record=False, allow_unused=False,
        release=False):
    """The vector-Jacobian products: what `cotangents` of `outputs` are for each of
    `inputs`. One tensor where `inputs` is one, else a list."""
    return _vjp("vjp", outputs, inputs, cotangents, _flags(record, allow_unused, release))


def _vjp(name, outputs, inputs, cotangents, flags):
    outputs = _tensors(outputs, name)
    results = _sweep(name, library.vjp, outputs,
                     _like(cotangents, outputs, "cotangents", name),
                     _tensors(inputs, name), flags)
    return results[0] if isinstance(inputs, Base) else results


@public
def grad(output, inputs, cotangent=None, *, record=False, allow_unused=False,
         release=False):
    """The gradients of one value by `inputs`; touches no .grad. One tensor where
    `inputs` is one, else a list. With `record=True` they can be differentiated
    again; with `allow_unused=True` None stands for what the output does not depend
    on, rather than zeros."""
    return _vjp("grad", output, inputs, cotangent, _flags(record, allow_unused, release))


@public
def jvp(outputs, inputs, tangents, *, record=False, allow_unused=False):
    """The Jacobian-vector products: what `tangents` of `inputs` are for each of
    `outputs`. One tensor where `outputs` is one, else a list."""
    sources = _tensors(inputs, "jvp")
    results = _sweep("jvp", library.jvp, _tensors(outputs, "jvp"), sources,
                     _like(tangents, sources, "tangents", "jvp"),
                     _flags(record, allow_unused))
    return results[0] if isinstance(outputs, Base) else results


@public
def gradcheck(function, inputs, *, step=0.0, tolerance=0.0):
    """Compares the derivatives of `function(*inputs)` with central differences in
    f64; raises what deviates."""
    inputs = [to_tensor(one) for one in
              ([inputs] if isinstance(inputs, Base) else inputs)]
    return _sweep("gradcheck", library.gradcheck,
                  guarded(lambda tensors, *_: function(*tensors)), None, inputs, step,
                  tolerance)


def _backward(self, cotangent=None, *, record=False, release=False):
    """Adds the gradients of this value to the .grad of every parameter.

    `record=True` records the sweep, so that gradients can be differentiated again;
    `release=True` releases the data of recorded values on the way."""
    cotangents = None if cotangent is None else [to_tensor(cotangent, self.dtype)]
    _sweep("backward", library.backward_full, [self], cotangents,
           _flags(record, False, release))


def _add_hook(self, function):
    """Calls `function(tensor, cotangent)` when a sweep has the whole cotangent of
    this tensor; it may return another for the sweep to go on with. Gives a number
    for remove_hook(). The hook lives as long as this variable, or, where a tape was
    pushed, until that is reset."""
    if not callable(function):
        raise TypeError(f"add_hook: a function is wanted, not {function!r}")
    # The library's closure, which Python's collector does not see through, holds no
    # reference to the function: that may well refer to the tensor.
    variable, key = weakref.ref(self), object()

    def call(tensor, cotangent):
        hooked = variable()
        function = None if hooked is None else vars(hooked)["_hooks"].get(key)
        return None if function is None else function(hooked, cotangent)

    number = Base.add_hook(self, guarded(call))
    vars(self).setdefault("_hooks", {})[key] = function
    vars(self).setdefault("_hook_keys", {})[number] = key
    keep_hooked(self)
    return number


def _remove_hook(self, number):
    """Removes the hook that add_hook() gave this number."""
    Base.remove_hook(self, number)
    key = vars(self).get("_hook_keys", {}).pop(number, None)
    vars(self).get("_hooks", {}).pop(key, None)


_backward.__name__ = "backward"
_add_hook.__name__ = "add_hook"
Tensor.backward = _backward
Tensor.add_hook = _add_hook
_remove_hook.__name__ = "remove_hook"
Tensor.remove_hook = _remove_hook
