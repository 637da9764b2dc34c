# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reel from Python by the protocol of bench/: a line "NAME THREADS" in, a number out."""

import sys
import time

import gi
gi.require_version("Reel", "1.0")
from gi.repository import Reel

now = time.perf_counter


def add_step():
    x = Reel.Tensor([0.5], requires_grad=True)
    n = 2000
    with Reel.Tape() as tape:
        for i in range(n + 200):
            if i == 200:
                begin = now()
            (x + x).backward()
            x.grad = None
            tape.reset()
    return (now() - begin) / n * 1e9


measurements = {"add-step": add_step}
print("Reel from Python", flush=True)
for line in sys.stdin:
    name, threads = line.split()
    print(measurements[name]() if name in measurements else "none", flush=True)
