# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GErrors as exceptions: each kind is also the one that Python has for it, and
messages name what a Python program would write."""

import builtins
import functools
import re

from gi.repository import GLib

from .library import library, public

Code = library.Error
_claim = library.Tensor.claim
DOMAIN = GLib.quark_to_string(library.error_quark())


class Failure(GLib.Error):
    """What the library refuses or cannot do. `error.code` is one of Reel.Error."""

    __module__ = "gi.repository.Reel"

    def __str__(self):
        return self.message

    def __reduce__(self):
        return type(self), (self.message, self.domain, self.code)


def _kind(name, base, doc):
    bases = (Failure,) if base is None else (Failure, base)
    return public(type(name, bases, {"__doc__": doc, "__module__": "gi.repository.Reel"}))


public(Failure)


_kinds = {
    Code.SHAPE: _kind("ShapeError", builtins.ValueError, "Shapes, ranks or axes do not fit."),
    Code.DTYPE: _kind("DTypeError", builtins.TypeError, "Dtypes do not fit."),
    Code.INDEX: _kind("IndexError", builtins.IndexError, "An index is out of range."),
    Code.VALUE: _kind("ValueError", builtins.ValueError,
                      "A number is outside what is allowed."),
    Code.NO_MEMORY: _kind("MemoryError", builtins.MemoryError,
                          "Memory for a tensor or a tape was not to be had."),
    Code.NO_GRADIENT: _kind("GradientError", builtins.ValueError,
                            "A gradient was asked of something that has none."),
    Code.OTHER_TAPE: _kind("OtherTapeError", builtins.ValueError,
                           "A value of another live tape was used."),
    Code.RELEASED: _kind("ReleasedError", None, "Data was read that a sweep has released."),
    Code.OVERWRITTEN: _kind("OverwrittenError", None,
                            "A sweep needs a value that was written to since."),
    Code.BUSY: _kind("BusyError", None, "The tape is being swept."),
    Code.READ_ONLY: _kind("ReadOnlyError", builtins.TypeError,
                          "A recorded value was to be written."),
    Code.NULL: _kind("NullError", builtins.TypeError, "An argument was missing."),
}

# What Python calls by another name.
_WORDS = {
    "REEL_GRAD_RECORD": "record=True",
    "REEL_GRAD_ALLOW_UNUSED": "allow_unused=True",
    "REEL_GRAD_RELEASE": "release=True",
    "reel_tensor_get_writable_data": ".writable ()",
    "reel_tensor_get_writable_address": ".writable ()",
    "reel_tensor_set_requires_grad": "requires_grad=True",
    "reel_tape_push": "`with Reel.Tape ():`",
    "reel_tape_new": "Reel.Tape ()",
}


def _in_python(match):
    word = match.group(1)
    if word in _WORDS:
        return _WORDS[word]
    name = re.sub("^reel_(tensor_|tape_|generator_)?(get_|set_)?", "", word)
    return f".{name} ()"


def translate(error, prefix=None):
    """A GLib.Error of the library as one of the exceptions above."""
    if type(error) is not GLib.Error or error.domain != DOMAIN:
        return error
    message = re.sub(r"\b(reel_\w+|REEL_[A-Z_]+)(?: \(\))?", _in_python, error.message)
    if prefix is not None and not re.match(r"\w+: ", message):
        message = f"{prefix}: {message}"
    return _kinds.get(error.code, Failure)(message, error.domain, error.code)


def error(code, message):
    """An error of our own, as the library would raise it."""
    return _kinds.get(code, Failure)(message, DOMAIN, int(code))


def raising(function, prefix=None):
    """@function, which may raise GLib.Error, so that it raises our exceptions."""
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*arguments, **named):
        try:
            return function(*arguments, **named)
        except GLib.Error as raised:
            raise translate(raised, prefix) from None
    return call


def claimed(result):
    """What an op returned, or its error. A tape owns what it recorded; other results
    it would hold until its reset, so Python takes those over."""
    try:
        _claim(result)
    except GLib.Error as raised:
        raise translate(raised) from None
    return result


def override_raising(cls):
    """Lets the methods that @cls inherits from introspection raise our exceptions."""
    base = cls.__mro__[1]
    for info in base.__info__.get_methods():
        name = info.__name__
        if not info.can_throw_gerror() or name in vars(cls):
            continue
        function = raising(getattr(base, name), name)
        setattr(cls, name, function if info.is_method() else staticmethod(function))
