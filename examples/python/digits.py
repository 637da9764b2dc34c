#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Learns to read handwritten digits: examples/digits.c in Python.

64 pixels go through two hidden layers to ten numbers, one for each digit, the
largest of which is the answer. There are no layers and no optimizer here, just
tensors and ops: the library computes gradients, and the program uses them.
"""

import argparse
import pathlib
import sys

import gi
import numpy

gi.require_version("Reel", "1.0")
from gi.repository import GLib, Reel  # noqa: E402

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "digits.csv.gz"
N_CLASSES = 10
SPLIT_SEED = 1797


def load(file):
    """The digits to learn from and those of the test, as (pixels, labels)."""
    rows = numpy.loadtxt(file, delimiter=",", dtype="f4")
    pixels, labels = rows[:, :-1], rows[:, -1].astype("i8")

    # A fifth is for the test, and always the same fifth.
    order = Reel.Generator(SPLIT_SEED).permutation(len(rows)).numpy()
    test, train = numpy.split(order, [len(rows) // 5])

    # Mean 0 and deviation 1, learnt from the training part alone.
    pixels = (pixels - pixels[train].mean()) / pixels[train].std()
    return [(Reel.Tensor(pixels[part], label="pixels"),
             Reel.Tensor(labels[part], label="digits")) for part in (train, test)]


def make_parameters(n_pixels, n_hidden, generator):
    """Weights [out, in], random (He, Zhang, Ren and Sun 2015, eq. 10), and biases."""
    sizes = [n_pixels, n_hidden, n_hidden, N_CLASSES]
    parameters = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        number = len(parameters) // 2 + 1
        parameters.append(generator.normal(
            (n_out, n_in), 0, (2 / n_in) ** 0.5, requires_grad=True,
            label=f"weight {number}"))
        parameters.append(Reel.zeros(n_out, requires_grad=True, label=f"bias {number}"))
    return parameters


def apply(parameters, x):
    """The whole model: ten numbers for each picture."""
    weight_1, bias_1, weight_2, bias_2, weight_3, bias_3 = parameters
    x = x.linear(weight_1, bias_1).relu()
    x = x.linear(weight_2, bias_2).relu()
    return x.linear(weight_3, bias_3)


def descend(parameters, velocities, rate, momentum):
    """v = momentum v + gradient;  p = p - rate v: gradient descent with momentum."""
    for p, v in zip(parameters, velocities):
        v.scale(momentum)
        v.add_scaled(p.grad, 1)
        p.add_scaled(v, -rate)
        p.grad = None  # or the next gradient would be added to this one


def measure(parameters, x, digits):
    """The share of the digits that are read right."""
    with Reel.paused():
        right = apply(parameters, x).argmax(-1) == digits
        return right.cast(Reel.F64).mean().item()


def batches(x, digits, size, generator):
    """The whole set at once, or in random parts of @size."""
    if not 0 < size < len(x):
        yield x, digits
        return
    order = generator.permutation(len(x))
    for start in range(0, len(x), size):
        with Reel.paused():
            chosen = order[start:start + size]
            batch = x[chosen], digits[chosen]
        yield batch


def train(options):
    """Trains a network; returns its accuracy in the test."""
    generator = Reel.Generator(options.seed)
    (x, digits), test = load(options.data)
    parameters = make_parameters(x.shape[1], options.hidden, generator)
    velocities = [Reel.zeros(p.shape) for p in parameters]

    with Reel.Tape() as tape:
        for epoch in range(1, options.epochs + 1):
            for batch, answers in batches(x, digits, options.batch, generator):
                tape.reset()  # forgets the step before, and keeps its memory
                loss = apply(parameters, batch).cross_entropy(answers)
                loss.backward()
                descend(parameters, velocities, options.lr, options.momentum)
            if not options.quiet and epoch % 10 == 0:
                print(f"epoch {epoch}: loss {loss:.4f}, "
                      f"test accuracy {measure(parameters, *test):.4f}", flush=True)
        return measure(parameters, *test)


def main():
    parser = argparse.ArgumentParser(
        description="Trains a network to read handwritten digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--hidden", type=int, default=128, help="units of each hidden layer")
    parser.add_argument("--epochs", type=int, default=150,
                        help="times to go through the digits")
    parser.add_argument("--batch", type=int, default=0, help="digits a step; 0: all of them")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate")
    parser.add_argument("--momentum", type=float, default=0.9,
                        help="share of a step kept for the next")
    parser.add_argument("--seed", type=int, default=1, help="of weights and batches")
    parser.add_argument("--threads", type=int, default=0, help="0: one a processor")
    parser.add_argument("--data", default=DATA, help="the digits")
    parser.add_argument("--quiet", action="store_true", help="print the test accuracy alone")
    options = parser.parse_args()
    if min(options.hidden, options.epochs) < 1 or min(options.seed, options.threads) < 0:
        parser.error("a number is too small")

    Reel.set_n_threads(options.threads)
    try:
        accuracy = train(options)
    except (GLib.Error, OSError, ValueError) as error:
        sys.exit(f"digits.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"test accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
