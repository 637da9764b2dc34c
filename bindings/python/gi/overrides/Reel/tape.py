# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tapes: `with Reel.Tape() as tape`, and recording stopped and resumed."""

import contextlib
import threading

from gi.overrides import override

from .errors import override_raising, raising
from .library import Documented, library, public

Base = library.Tape
_local = threading.local()


def keep_hooked(tensor):
    """Keeps a variable with hooks until the reset of the tape that may sweep it, also
    where the program forgets it."""
    pushed = getattr(_local, "pushed", None)
    if pushed:
        vars(pushed[-1]).setdefault("_hooked", []).append(tensor)


_reset = raising(Base.reset)


class _Paused(contextlib.ContextDecorator):
    def __init__(self, tape=None):
        self._tape = tape
        self._paused = []

    def __enter__(self):
        tape = self._tape or Base.get_current()
        tape.pause()
        self._paused.append(tape)
        return tape

    def __exit__(self, *exception):
        self._paused.pop().resume()
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


class Tape(Base, metaclass=Documented):
    """Records the ops of the thread that it is pushed on: `with Reel.Tape() as tape`.

    `tape.reset()` at the start or the end of each step drops what was recorded and
    keeps the memory. What a variable still refers to survives, as a constant."""

    __module__ = "gi.overrides.Reel"

    def __new__(cls):
        self = Base.new()
        self._hooked = []
        return self

    def __init__(self):
        pass

    def push(self):
        """Makes this the tape that the thread records on."""
        super().push()
        vars(_local).setdefault("pushed", []).append(self)

    def pop(self):
        """Makes the one before the thread's tape again."""
        super().pop()
        pushed = getattr(_local, "pushed", [])
        if pushed and hash(pushed[-1]) == hash(self):
            pushed.pop()

    def reset(self):
        """Drops what was recorded and keeps the memory."""
        _reset(self)
        vars(self).setdefault("_hooked", []).clear()

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


override_raising(Tape)
Tape = override(Tape)


@public
def paused():
    """`with Reel.paused():` computes without recording, whatever the tape. Also a
    decorator."""
    return _Paused()


public(paused, "no_grad")
