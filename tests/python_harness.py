# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the Python binding share. TAP."""

import os
import sys
import traceback

import gi

try:
    import numpy as np
except ImportError:
    print("1..0 # SKIP no NumPy")
    sys.exit(0)

gi.require_version("Reel", "1.0")
from gi.repository import GLib, Reel  # noqa: E402

# Not empty under sanitizers and valgrind, where memory is not what it is.
SANITIZERS = os.environ.get("REEL_SANITIZERS", "")
tests = []


class Skip(Exception):
    pass


def test(function):
    tests.append(function)
    return function


def same(tensor, array):
    """Shape, dtype and every element; NaN is as good as NaN."""
    array = np.asarray(array)
    assert isinstance(tensor, Reel.Tensor), type(tensor)
    got = tensor.numpy()
    assert got.shape == array.shape, (got.shape, array.shape)
    assert got.dtype == array.dtype, (got.dtype, array.dtype)
    np.testing.assert_array_equal(got, array)


def close(tensor, array, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(tensor), array, rtol=tolerance, atol=tolerance)


class raises:
    """An error that Reel raises, with a code and perhaps words of its message."""

    def __init__(self, code, *words):
        self.code, self.words = code, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(self.code, type) and not isinstance(self.code, Reel.Error):
            assert kind is not None and issubclass(kind, self.code), kind
            message = str(error)
        else:
            assert isinstance(error, GLib.Error), kind
            assert error.matches(Reel.error_quark(), self.code), error
            message = error.message
        for word in self.words:
            assert word in message, message
        return True


def ramp(*shape, dtype="f4"):
    """Numbers other than 0, of both signs."""
    size = int(np.prod(shape))
    return ((np.arange(size) - size // 2) * 0.75 + 0.25).astype(dtype).reshape(shape)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    print(f"1..{len(tests)}")
    failed = 0
    for number, function in enumerate(tests, 1):
        name = function.__name__.replace("_", " ")
        try:
            with np.errstate(all="ignore"):
                function()
            print(f"ok {number} - {name}")
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}")
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} - {name}")
    return 1 if failed else 0
