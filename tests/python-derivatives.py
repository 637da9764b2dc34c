# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Derivatives, tapes and threads from Python, and memory that does not grow. TAP."""

import copy
import gc
import os
import sys
import threading
import traceback

from python_harness import GLib, Reel, SANITIZERS, Skip, close, main, np, raises, ramp, same, test


# Derivatives

def parameter(*shape, dtype="f8"):
    return Reel.Tensor(ramp(*shape, dtype=dtype), requires_grad=True)


@test
def backward():
    x = parameter(3)
    with Reel.Tape() as tape:
        ((x * x) / 2 + x.sin()).sum().backward()
        close(x.grad, ramp(3) + np.cos(ramp(3)))
        (x * 3).sum().backward()
        close(x.grad, ramp(3) + np.cos(ramp(3)) + 3)
        tape.reset()
        close(x.grad, ramp(3) + np.cos(ramp(3)) + 3)
        x.grad = None
        assert x.grad is None
        (x * x).backward([1, 0, 2])
        close(x.grad, 2 * ramp(3) * [1, 0, 2])
        x.grad = None
        Reel.backward([x * x, x * 3], [[1, 1, 1], np.ones(3)])
        close(x.grad, 2 * ramp(3) + 3)
        with raises(Reel.Error.SHAPE):
            (x * x).backward()
        with raises(Reel.Error.SHAPE, "cotangents"):
            Reel.backward([x * x], [1, 2])
        with raises(Reel.Error.NO_GRADIENT):
            x.cast(Reel.I64).sum().backward()
    x.grad = [1, 2, 3]
    same(x.grad, np.array([1., 2, 3]))
    with raises(Reel.Error.SHAPE, "grad"):
        x.grad = [1, 2]
    with raises(Reel.Error.NO_GRADIENT):
        (x * x).sum().backward()


@test
def grad_and_vjp():
    x, y, other = parameter(3), parameter(2, 3), parameter(2)
    a, b = ramp(3, dtype="f8"), ramp(2, 3, dtype="f8")
    with Reel.Tape():
        z = (x * y).sum()
        gradients = Reel.grad(z, [x, y])
        assert isinstance(gradients, list)
        close(gradients[0], b.sum(0))
        close(gradients[1], np.broadcast_to(a, (2, 3)))
        close(Reel.grad(z, x), b.sum(0))
        close(Reel.grad(z, x, cotangent=3), 3 * b.sum(0))
        close(Reel.grad(z, [x, other])[1], np.zeros(2))
        assert Reel.grad(z, [other, x], allow_unused=True)[0] is None
        assert Reel.grad(z, other, allow_unused=True) is None
        product = x * y
        close(Reel.vjp(product, x, b), (b * b).sum(0))
        close(Reel.vjp([product, x * 2], [x], [b, a])[0], (b * b).sum(0) + 2 * a)
        assert x.grad is None and y.grad is None
        with raises(Reel.Error.NO_GRADIENT):
            Reel.grad(Reel.Tensor(1.0), x)
    inner = parameter(3)
    with Reel.Tape():
        middle = inner * 2
        close(Reel.grad((middle * middle).sum(), middle), 4 * a)


@test
def gradient_of_gradient():
    x = parameter(4)
    a = ramp(4, dtype="f8")
    with Reel.Tape():
        first = Reel.grad((x ** 4).sum(), x, record=True)
        close(first, 4 * a ** 3)
        second = Reel.grad(first.sum(), x, record=True)
        close(second, 12 * a ** 2)
        close(Reel.grad(second.sum(), x), 24 * a)
        (x ** 3).sum().backward(record=True)
        close(Reel.grad((x.grad * x.grad).sum(), x), 36 * a ** 3)


@test
def forward_mode():
    x, y = parameter(3), parameter(3)
    a = ramp(3, dtype="f8")
    with Reel.Tape():
        z, w = x * y, x.exp()
        close(Reel.jvp(z, [x, y], [[1, 0, 0], [0, 1, 0]]), a * [1, 1, 0])
        tangents = Reel.jvp([z, w], x, np.array([1., 2, 3]))
        close(tangents[0], a * [1, 2, 3])
        close(tangents[1], np.exp(a) * [1, 2, 3])
        close(Reel.jvp(z, x, [[1, 0, 0]]), a * [1, 0, 0])
        with raises(Reel.Error.SHAPE, "tangents"):
            Reel.jvp(z, [x, y], [[1, 0, 0]])


@test
def checking_gradients():
    inputs = [Reel.Tensor(abs(ramp(3, dtype="f8"))), Reel.Tensor(ramp(2, 3, dtype="f8"))]
    assert Reel.gradcheck(lambda a, b: (a.log() * b).tanh(), inputs)
    with raises(GLib.Error):
        Reel.gradcheck(lambda a: a.detach() * a, inputs[0])
    with raises(ZeroDivisionError):
        Reel.gradcheck(lambda a: a * (1 // 0), inputs[0])
    with raises(Reel.Error.SHAPE, "reshape"):
        Reel.gradcheck(lambda a: a.reshape(7), inputs[0])


@test
def hooks():
    x = parameter(3)
    a = ramp(3, dtype="f8")
    seen = []

    def fail(tensor, cotangent):
        raise KeyError("from the hook")

    with Reel.Tape() as tape:
        y = x * 2
        first = y.add_hook(lambda tensor, cotangent: seen.append((tensor, cotangent)))
        y.add_hook(lambda tensor, cotangent: cotangent * 10)
        z = (y * y).sum()
        close(Reel.grad(z, x), 80 * a)
        assert len(seen) == 1 and seen[0][0].is_same(y)
        close(seen[0][1], 4 * a)
        y.remove_hook(first)
        last = y.add_hook(fail)
        with raises(KeyError, "from the hook"):
            Reel.grad(z, x)
        y.remove_hook(last)
        last = y.add_hook(lambda tensor, cotangent: cotangent @ Reel.ones((2, 2)))
        with raises(Reel.Error.DTYPE):
            z.backward()
        y.remove_hook(last)
        last = y.add_hook(lambda tensor, cotangent: tape.reset())
        with raises(Reel.Error.BUSY):
            z.backward()
        y.remove_hook(last)
        close(Reel.grad(z, x), 80 * a)
    x.add_hook(lambda tensor, cotangent: cotangent + 1)
    with Reel.Tape():
        (x * x).sum().backward()
        close(x.grad, 2 * a + 1)
        x.grad = None
        Reel.backward_full([(x * x).sum()], None, Reel.GradFlags.NONE)
    close(x.grad, 2 * a + 1)


@test
def released_data():
    x = parameter(3)
    with Reel.Tape() as tape:
        y = ((x.exp() * 2).tanh()).sum()
        y.backward(release=True)
        assert y.item() == y.item() and x.grad is not None
        with raises(Reel.Error.RELEASED):
            y.backward()
        tape.reset()


# Tapes

@test
def tapes():
    x = parameter(2)
    implicit = Reel.Tape.get_current()
    assert not implicit.is_recording()
    with Reel.Tape() as outer:
        assert outer.is_recording() and hash(Reel.Tape.get_current()) == hash(outer)
        y = x * 2
        with Reel.Tape() as inner:
            with raises(Reel.Error.OTHER_TAPE, "detach"):
                y * 2
            same(y.detach() * 2, ramp(2, dtype="f8") * 4)
            assert inner.stats.n_nodes == 1
        assert outer.stats.n_nodes == 1
        with raises(ZeroDivisionError):
            with Reel.Tape():
                1 // 0
        assert hash(Reel.Tape.get_current()) == hash(outer)
        with outer.paused():
            assert not outer.is_recording()
            z = x * 3
            with Reel.paused():
                x * 4
            assert not outer.is_recording()
        assert outer.is_recording() and outer.stats.n_nodes == 1
        assert z.is_leaf() and not z.requires_grad
        with outer.frame():
            inside = x * 5
            assert outer.stats.n_nodes == 2 and not inside.is_leaf()
        assert outer.stats.n_nodes == 1
        assert inside.is_leaf()
        same(inside, ramp(2, dtype="f8") * 5)
        assert not y.is_leaf() and y.requires_grad
        outer.reset()
        assert outer.stats.n_nodes == 0 and y.is_leaf()
    assert hash(Reel.Tape.get_current()) == hash(implicit)
    outer.set_memory_limit(1 << 20)
    with outer:
        with raises(Reel.Error.NO_MEMORY):
            Reel.ones((1 << 10, 1 << 10)) + 1
        same(x + 1, ramp(2, dtype="f8") + 1)


@test
def threads():
    x = Reel.Tensor(ramp(50, dtype="f8"), requires_grad=True)
    a = ramp(50, dtype="f8")
    failures = []
    barrier = threading.Barrier(2)

    def work(factor):
        try:
            barrier.wait()
            with Reel.Tape() as tape:
                for step in range(300):
                    y = (x * x * factor).sum()
                    close(Reel.grad(y, x), 2 * a * factor)
                    assert tape.stats.n_nodes == 3
                    with raises(Reel.Error.SHAPE):
                        x.reshape(7)
                    tape.reset()
            assert not Reel.Tape.get_current().is_recording()
            close(x + factor, a + factor)
        except BaseException:
            failures.append(traceback.format_exc())
            barrier.abort()

    workers = [threading.Thread(target=work, args=(factor,)) for factor in (1, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures, failures[0]
    assert x.grad is None

    # What another thread made outlives it.
    made = []
    worker = threading.Thread(target=lambda: made.append((x * 2, x.numpy())))
    worker.start()
    worker.join()
    same(made[0][0], a * 2)
    same(made[0][0] + 1, a * 2 + 1)


def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        raise Skip("no /proc/self/statm")


def flat(body, stats):
    """@body, done again and again, needs no more memory than at first. (The heap may
    grow now and then by itself; what leaks grows in every round.)"""
    for _ in range(100):
        body()
    gc.collect()
    live = stats().live_bytes
    rounds = []
    for _ in range(1 if SANITIZERS else 4):
        before = 0 if SANITIZERS else resident()
        for _ in range(200 if SANITIZERS else 3000):
            body()
        gc.collect()
        assert stats().live_bytes <= live, (live, stats().live_bytes)
        rounds.append(0 if SANITIZERS else resident() - before)
    assert min(rounds) < 100000, rounds


@test
def memory_at_the_prompt():
    x = Reel.ones((30, 30), requires_grad=True)
    y = Reel.ones((2, 2))

    def body():
        z = (x + 1.0).tanh() @ x
        z = 2 / z - z[1:, ::-1].sum((0,), True)
        z = z.split(10, 1)[0] > 0
        for row in x[:3]:
            row.numpy()
        try:
            x @ y
        except GLib.Error:
            pass
    flat(body, lambda: Reel.Tape.get_current().stats)


@test
def memory_of_a_paused_tape():
    x = Reel.ones((30, 30), requires_grad=True)
    with Reel.Tape() as tape, tape.paused():
        def body():
            (x.reshape(-1).exp() * 2).sum().item()
        flat(body, lambda: tape.stats)


@test
def memory_of_steps():
    x = Reel.ones((30, 30), requires_grad=True)
    v = Reel.zeros((30, 30))
    x.add_hook(lambda tensor, cotangent: cotangent * 1)
    with Reel.Tape() as tape:
        def body():
            tape.reset()
            loss = ((x @ x).tanh() * 0.5).mean()
            loss.backward()
            second = Reel.grad(loss, [x], record=True)[0].sum()
            Reel.grad(second, x)
            with tape.frame():
                Reel.jvp(loss, x, Reel.ones((30, 30)))
            v.add_scaled(x.grad, 1)
            x.grad = None
            float(loss)
        flat(body, lambda: tape.stats)


@test
def memory_of_conversions():
    array = ramp(50, 50)

    def body():
        x = Reel.Tensor(array, label="x")
        x.writable()[0] = 1
        x[0] = x[1]
        view = x.numpy()
        str(x), x.shape, x.tolist(), view.sum(), copy.copy(x), Reel.Tensor([1, 2, 3])
        with Reel.Tape():
            x * 2
    flat(body, lambda: Reel.Tape.get_current().stats)


if __name__ == "__main__":
    sys.exit(main())
