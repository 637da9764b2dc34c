# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measurements of bench/ in PyTorch, by the same protocol: a line "NAME THREADS"
in, a number out."""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

now = time.perf_counter


def add_step():
    x = torch.rand(1, requires_grad=True)
    n = 2000
    for i in range(n + 200):
        if i == 200:
            begin = now()
        (x + x).backward()
        x.grad = None
    return (now() - begin) / n * 1e9


def median(func, size, warm=0.02, repeat=31):
    end = now() + warm
    while now() < end:
        func()
    times = []
    for _ in range(repeat):
        begin = now()
        func()
        times.append(now() - begin)
    return statistics.median(times) / size * 1e9


def unary(func, size, low, high):
    x = torch.rand(size) * (high - low) + low
    with torch.no_grad():
        return median(lambda: func(x), size)


def chain6(size):
    x, w, b = (torch.rand(size).mul_(2).sub_(1).requires_grad_() for _ in range(3))

    def step():
        h = torch.tanh(x * w + b)
        (torch.sigmoid(h) * torch.square(h)).sum().backward()
        x.grad = w.grad = b.grad = None
    return median(step, size)


def mlp_step():
    x = torch.rand(64, 784)
    target = torch.arange(64) % 10
    w1 = (torch.rand(256, 784) - 0.5).mul_(0.1).requires_grad_()
    b1 = (torch.rand(256) - 0.5).mul_(0.1).requires_grad_()
    w2 = (torch.rand(10, 256) - 0.5).mul_(0.2).requires_grad_()
    b2 = (torch.rand(10) - 0.5).mul_(0.2).requires_grad_()
    parameters = [w1, b1, w2, b2]
    optimizer = torch.optim.SGD(parameters, lr=0.01)
    n = 200
    for i in range(-20, n):
        if i == 0:
            begin = now()
        loss = F.cross_entropy(F.linear(torch.relu(F.linear(x, w1, b1)), w2, b2), target)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return n * 64 / (now() - begin)


measurements = {"add-step": add_step, "mlp-step": mlp_step,
                "chain6-1e5": lambda: chain6(100000), "chain6-1e6": lambda: chain6(1000000)}
functions = {"exp": (torch.exp, -10, 10), "log": (torch.log, 0.001, 100),
             "tanh": (torch.tanh, -5, 5), "sigmoid": (torch.sigmoid, -10, 10),
             "softmax": (lambda x: torch.softmax(x, -1), -5, 5),
             "logsumexp": (lambda x: torch.logsumexp(x, -1), -5, 5)}
for name, (func, low, high) in functions.items():
    for text, size in (("1e4", 10000), ("1e5", 100000), ("1e6", 1000000)):
        measurements[f"{name}-{text}"] = (
            lambda func=func, size=size, low=low, high=high: unary(func, size, low, high))

print(f"PyTorch {torch.__version__.split('+')[0]}", flush=True)
for line in sys.stdin:
    name, threads = line.split()
    torch.set_num_threads(int(threads))
    print(measurements[name]() if name in measurements else "none", flush=True)
