# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python binding: what bindings/python/gi/overrides/Reel.py adds, and what
introspection makes of the rest. TAP."""

import copy
import gc
import itertools
import operator
import os
import pickle
import subprocess
import sys
import threading
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


# Making them

@test
def numpy_in():
    for dtype in ("f4", "f8", "i4", "i8", "u1", "?"):
        for array in (ramp(2, 3).astype(dtype), np.zeros((0, 3), dtype),
                      np.ones((), dtype), ramp(4, 6).astype(dtype)[::-2, 1::2],
                      ramp(2, 3, 4).astype(dtype).T):
            x = Reel.Tensor(array)
            same(x, array)
            assert x.is_contiguous() and x.is_leaf() and not x.requires_grad
            assert not np.shares_memory(x.numpy(), array)
    same(Reel.Tensor(ramp(3).astype(">f4")), ramp(3))
    same(Reel.Tensor(ramp(3), dtype=Reel.F64), ramp(3).astype("f8"))
    same(Reel.Tensor(ramp(3), dtype="i32"), ramp(3).astype("i4"))
    same(Reel.Tensor(ramp(3), dtype=np.float64), ramp(3).astype("f8"))
    same(Reel.Tensor(np.float64(3)), np.float64(3))
    for array in (ramp(3).astype("f2"), ramp(3).astype("c8"), np.array(["a"]),
                  np.array([2 ** 70])):
        with raises(TypeError, "f32"):
            Reel.Tensor(array)


@test
def lists_and_numbers_in():
    same(Reel.Tensor(2.5), np.float32(2.5))
    same(Reel.Tensor(3), np.int64(3))
    same(Reel.Tensor(True), np.bool_(True))
    same(Reel.Tensor(2 ** 62 + 1), np.int64(2 ** 62 + 1))
    same(Reel.Tensor(3, dtype=Reel.U8), np.uint8(3))
    same(Reel.Tensor([1.5, 2]), np.array([1.5, 2], "f4"))
    same(Reel.Tensor([[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]]))
    same(Reel.Tensor([[1, 2]], dtype="f64"), np.array([[1., 2]]))
    same(Reel.Tensor([True, False]), np.array([True, False]))
    same(Reel.Tensor([]), np.zeros(0, "f4"))
    same(Reel.Tensor([ramp(2, dtype="f8"), ramp(2, dtype="f8")]),
         np.stack([ramp(2, dtype="f8")] * 2))
    with raises(Reel.Error.DTYPE, "2.5"):
        Reel.Tensor(2.5, dtype=Reel.I32)
    with raises(Reel.Error.DTYPE, "2.5"):
        Reel.Tensor([2, 2.5], dtype=Reel.I32)
    with raises(Reel.Error.VALUE, "256", "u8"):
        Reel.Tensor(256, dtype=Reel.U8)
    with raises(Reel.Error.VALUE, "-1", "u8"):
        Reel.Tensor([[3], [-1]], dtype=Reel.U8)
    for wrong in (None, "text", object(), 1j):
        with raises(TypeError):
            Reel.Tensor(wrong)
    x = Reel.Tensor([1., 2.], requires_grad=True, label="weights")
    assert x.requires_grad and x.label == "weights"
    y = Reel.Tensor(x, label="copy")
    assert not y.is_same(x) and not y.requires_grad and y.label == "copy"
    same(Reel.Tensor(x, dtype=Reel.I64), np.array([1, 2]))
    with raises(Reel.Error.DTYPE, "requires_grad"):
        Reel.Tensor([1, 2], requires_grad=True)


@test
def creation():
    same(Reel.zeros((2, 3)), np.zeros((2, 3), "f4"))
    same(Reel.zeros(3, Reel.I64), np.zeros(3, "i8"))
    same(Reel.zeros(), np.zeros((), "f4"))
    same(Reel.ones((2, 3), dtype="f64"), np.ones((2, 3)))
    same(Reel.full([2], 7, Reel.U8), np.full(2, 7, "u1"))
    same(Reel.eye(2, 3), np.eye(2, 3, dtype="f4"))
    same(Reel.eye(2, dtype="f64"), np.eye(2))
    same(Reel.arange(5), np.arange(5))
    same(Reel.arange(5, 1, -2), np.arange(5, 1, -2))
    same(Reel.arange(0, 1, 0.25), np.arange(0, 1, 0.25, "f4"))
    same(Reel.linspace(0, 1, 5), np.linspace(0, 1, 5, dtype="f4"))
    x = Reel.ones(2, requires_grad=True, label="p")
    assert x.requires_grad and x.label == "p"
    with raises(Reel.Error.SHAPE):
        Reel.zeros((2, -1))
    with raises(TypeError):
        Reel.zeros((2, 1.5))


@test
def generators():
    generator = Reel.Generator(7)
    x = generator.uniform((50, 2), -1, 1)
    assert x.shape == (50, 2) and x.dtype == Reel.F32
    assert -1 <= x.numpy().min() and x.numpy().max() < 1
    assert generator.seed == 7 and generator.offset == 1
    y = generator.normal(dtype=Reel.F64, shape=4, requires_grad=True, label="n")
    assert y.shape == (4,) and y.dtype == Reel.F64 and y.requires_grad and y.label == "n"
    assert generator.bernoulli((3,)).dtype == Reel.BOOL
    assert sorted(generator.permutation(9).tolist()) == list(range(9))
    generator.offset = 0
    same(generator.uniform((50, 2), -1, 1), x.numpy())
    same(Reel.Generator(7).uniform((50, 2), -1, 1), x.numpy())
    assert repr(Reel.Generator(3)) == "<Reel.Generator: seed 3, offset 0>"
    z = Reel.ones(100).dropout(0.5, generator)
    assert set(z.tolist()) == {0, 2}


# What they are

@test
def properties():
    x = Reel.Tensor(ramp(2, 3), label="x")
    assert x.shape == (2, 3) and x.strides == (3, 1) and x.T.strides == (1, 3)
    assert x.ndim == 2 and x.size == 6 and len(x) == 2
    assert x.dtype == Reel.F32 == Reel.DType.F32
    assert Reel.zeros().shape == () and Reel.zeros().size == 1
    assert x.label == "x" and x.T.label is None
    x.label = "other"
    assert x.get_label() == "other"
    x.label = None
    assert x.label is None
    x.requires_grad = True
    assert x.requires_grad
    x.requires_grad = False
    assert not x.requires_grad
    with Reel.Tape():
        with raises(Reel.Error.READ_ONLY, "leaf"):
            (x + x).requires_grad = True
    with raises(TypeError, "no length"):
        len(Reel.zeros())


@test
def printing():
    x = Reel.Tensor([1, 2, 3], dtype=Reel.F32, requires_grad=True, label="w")
    assert str(x) == "[1. 2. 3.]"
    assert repr(x) == '<Reel.Tensor f32[3] "w", requires_grad: [1. 2. 3.]>'
    assert repr(Reel.Tensor([[1], [2]])) == "<Reel.Tensor i64[2,1]:\n[[1]\n [2]]>"
    assert repr(Reel.zeros(dtype=Reel.F64)) == "<Reel.Tensor f64[]: 0.>"
    assert f"{x.sum():.2f} {x}" == "6.00 [1. 2. 3.]"
    with Reel.Tape() as tape:
        x * x
        assert repr(tape).startswith("<Reel.Tape: 1 nodes, "), repr(tape)
        assert "mul" in tape.dump() and "digraph" in tape.to_dot(None)


@test
def to_python():
    assert Reel.Tensor(2.5).item() == 2.5 and type(Reel.Tensor(2).item()) is int
    assert Reel.Tensor(True).item() is True
    assert Reel.Tensor([[2 ** 62 + 1]]).item() == 2 ** 62 + 1
    assert Reel.Tensor([-3], dtype="i32").item() == -3
    assert float(Reel.Tensor(2)) == 2.0 and int(Reel.Tensor(2.7)) == 2
    assert [10, 20, 30][Reel.Tensor(1)] == 20
    with raises(TypeError, "no index"):
        [10, 20][Reel.Tensor(1.0)]
    assert Reel.Tensor(3.0) and not Reel.Tensor([[0]]) and Reel.Tensor(float("nan"))
    for more in (Reel.zeros(2), Reel.zeros((0,))):
        with raises(ValueError, "elements"):
            more.item()
        with raises(ValueError, "neither"):
            bool(more)
    assert Reel.Tensor([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]


@test
def copies():
    x = Reel.Tensor(ramp(2, 3), requires_grad=True, label="x")
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        same(twin, ramp(2, 3))
        assert twin.requires_grad and twin.label == "x"
        assert not np.shares_memory(twin.numpy(), x.numpy())
    same(copy.copy(x), ramp(2, 3))


# Memory shared with NumPy

@test
def numpy_out_without_copy():
    x = Reel.Tensor(ramp(3, 4))
    view = x.numpy()
    assert view.__array_interface__["data"] == (x.get_address(), True)
    assert not view.flags.writeable and view.base is x
    with raises(ValueError, "read-only"):
        view[0, 0] = 1
    with raises(ValueError):
        view.flags.writeable = True
    assert np.shares_memory(view, x[1:, ::-1].numpy())
    assert np.asarray(x[::-1, ::2].T).strides == (8, -16)
    same(x.expand(2, 3, 4), np.broadcast_to(ramp(3, 4), (2, 3, 4)))
    same(Reel.zeros((0, 3)), np.zeros((0, 3), "f4"))
    with Reel.Tape():
        y = x * 2
        assert not y.numpy().flags.writeable
        assert y.numpy().__array_interface__["data"][0] == y.get_address()
    np.testing.assert_array_equal(np.array(x), ramp(3, 4))
    np.testing.assert_array_equal(np.concatenate([x, x]), np.concatenate([ramp(3, 4)] * 2))


@test
def writable_views_and_assignment():
    x = Reel.Tensor(ramp(3, 4))
    view = x.writable()
    view[1] = 9
    expected = ramp(3, 4)
    expected[1] = 9
    same(x, expected)
    assert view.flags.writeable and np.shares_memory(view, x.numpy())
    x[0, ::2] = -1
    expected[0, ::2] = -1
    x[..., 3] = Reel.Tensor([5., 6, 7])
    expected[..., 3] = [5, 6, 7]
    x[Reel.Tensor([2, 0]), 1] = [3, 4]
    expected[[2, 0], 1] = [3, 4]
    same(x, expected)
    x.fill(0)
    same(x, np.zeros((3, 4), "f4"))
    with Reel.Tape():
        y = x + 1
        with raises(Reel.Error.READ_ONLY):
            y.writable()
        with raises(Reel.Error.READ_ONLY):
            y[0] = 1


@test
def a_write_to_what_a_sweep_needs():
    x = Reel.Tensor([1., 2.], requires_grad=True, label="x")
    with Reel.Tape():
        y = (x * x).sum()
        x.writable()[0] = 5
        with raises(Reel.Error.OVERWRITTEN, "mul"):
            y.backward()
        assert x.grad is None


@test
def lifetime():
    view = Reel.Tensor(ramp(1000)).numpy()
    gc.collect()
    others = [Reel.full(1000, -7) for _ in range(50)]
    np.testing.assert_array_equal(view, ramp(1000))
    view = Reel.Tensor(ramp(1000)).writable()
    others += [Reel.full(1000, -7) for _ in range(50)]
    np.testing.assert_array_equal(view, ramp(1000))

    x = Reel.Tensor(ramp(1000), requires_grad=True)
    with Reel.Tape() as tape:
        large, small = (x * 2).numpy(), (x.sum() * 2).numpy()
        kept = x * 3
        expected = small.copy()
        for _ in range(3):
            tape.reset()
            for _ in range(20):
                x * -1
                x.sum() * -1
        np.testing.assert_array_equal(large, ramp(1000) * 2)
        np.testing.assert_array_equal(small, expected)
        assert kept.is_leaf() and not kept.requires_grad
        same(kept, ramp(1000) * 3)
        last = x * 4
    del tape
    gc.collect()
    others += [Reel.full(1000, -7) for _ in range(50)]
    np.testing.assert_array_equal(large, ramp(1000) * 2)
    same(last, ramp(1000) * 4)
    assert last.is_leaf()


# Operators

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@test
def arithmetic():
    for dtype in ("f4", "f8"):
        a, b = abs(ramp(2, 3, dtype=dtype)), ramp(3, dtype=dtype)
        x, y = Reel.Tensor(a), Reel.Tensor(b)
        for op in ARITHMETIC:
            for got, expected in ((op(x, y), op(a, b)), (op(x, b), op(a, b)),
                                  (op(a, y), op(a, b)), (op(x, 2), op(a, 2)),
                                  (op(2, x), op(2, a)), (op(x, 0.5), op(a, 0.5)),
                                  (op(0.5, x), op(0.5, a)),
                                  (op(x, [1, 2, 3]), op(a, np.array([1, 2, 3], dtype))),
                                  (op([1, 2, 3], x), op(np.array([1, 2, 3], dtype), a)),
                                  (op(x, a.dtype.type(3)), op(a, a.dtype.type(3))),
                                  (op(a.dtype.type(3), x), op(a.dtype.type(3), a))):
                assert isinstance(got, Reel.Tensor)
                assert got.numpy().dtype == expected.dtype == dtype, op
                close(got, expected)
        same(-y, -b)
        same(+y, b)
        same(abs(y), abs(b))


@test
def integers():
    a, b = np.array([5, -7, 9]), np.array([2, 3, -4])
    x, y = Reel.Tensor(a), Reel.Tensor(b)
    for op in (operator.add, operator.sub, operator.mul):
        same(op(x, y), op(a, b))
        same(op(x, 3), op(a, 3))
        same(op(3, x), op(3, a))
    same(x / y, np.trunc(a / b).astype("i8"))
    same(x ** 2, a ** 2)
    with raises(Reel.Error.DTYPE, "0.5", "cast"):
        x * 0.5
    with raises(Reel.Error.DTYPE, "0.5"):
        x < 0.5
    with raises(Reel.Error.DTYPE, "0.5"):
        x + [1, 0.5, 2]
    with raises(Reel.Error.VALUE, "300"):
        Reel.zeros(2, Reel.U8) + 300
    with raises(Reel.Error.DTYPE, "cast"):
        x + Reel.ones(3)


@test
def products():
    for shapes in (((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)),
                   ((5, 2, 3), (3, 4)), ((4, 1, 2, 3), (5, 3, 2))):
        a, b = ramp(*shapes[0]), ramp(*shapes[1])
        x, y = Reel.Tensor(a), Reel.Tensor(b)
        for product in (x @ y, x @ b, a @ y, x.matmul(y), Reel.matmul(x, y)):
            assert isinstance(product, Reel.Tensor)
            close(product, a @ b, 1e-5)
    close(Reel.Tensor(ramp(2, 3)).T @ ramp(2, 4), ramp(2, 3).T @ ramp(2, 4), 1e-5)
    with raises(Reel.Error.SHAPE):
        Reel.ones((2, 2)) @ 2


@test
def comparisons():
    a, b = np.array([1, 2, 3], "f4"), np.array([3, 2, np.nan], "f4")
    x, y = Reel.Tensor(a), Reel.Tensor(b)
    for op in COMPARISONS:
        for got, expected in ((op(x, y), op(a, b)), (op(x, b), op(a, b)),
                              (op(a, y), op(a, b)), (op(x, 2), op(a, 2)),
                              (op(2, x), op(2, a))):
            same(got, expected)
    same((x > 1) & (x < 3), (a > 1) & (a < 3))
    same((x < 2) | (x > 2), (a < 2) | (a > 2))
    same(~(x > 1), ~(a > 1))
    same(Reel.where(x > 2, x, 0), np.where(a > 2, a, np.float32(0)))
    assert (x == None) is False and (x != None) is True and (x == "x") is False  # noqa: E711
    with raises(TypeError):
        x < "x"
    with raises(TypeError):
        x + "x"
    assert x.equal(Reel.Tensor(a)) and not x.equal(y) and x.all_close(x, 0, 0, False)
    assert 2 in x and 5 not in x


@test
def hashing():
    x, y = Reel.ones(2), Reel.ones(2)
    holder = Reel.ones(2)
    holder.grad = x
    again = holder.grad
    assert again is not x and hash(again) == hash(x) and again.is_same(x)
    assert hash(x) != hash(y) and not x.is_same(y)
    assert len({x: 1, y: 2}) == 2


# Ops as functions and methods

@test
def functions_and_methods():
    a = ramp(2, 3, 4)
    x = Reel.Tensor(a)
    for got, expected in (
            (x.sum(), a.sum()), (Reel.sum(x, 1), a.sum(1)), (x.sum((0, -1)), a.sum((0, -1))),
            (x.sum(axes=[1], keep=True), a.sum(1, keepdims=True)),
            (Reel.mean(x, axes=2), a.mean(2)), (x.amax(0), a.max(0)), (x.amin(), a.min()),
            (x.argmax(1), a.argmax(1)), (x.var(1), a.var(1, ddof=1)),
            (x.var(correction=0), a.var()), (x.tanh(), np.tanh(a)), (Reel.exp(x), np.exp(a)),
            (x.clamp(-1, 1), a.clip(-1, 1)), (x.clamp(maximum=2), a.clip(None, 2)),
            (x.maximum(0.5), np.maximum(a, 0.5)), (Reel.minimum(1, x), np.minimum(1, a)),
            (x.leaky_relu(), np.where(a > 0, a, a * 0.01)),
            (x.softmax().sum(-1), np.ones((2, 3))),
            (x.reshape(4, -1), a.reshape(4, -1)), (x.reshape((6, 4)), a.reshape(6, 4)),
            (Reel.reshape(x, [24]), a.reshape(24)), (Reel.reshape(x[:1, :1, :1], ()), a[0, 0, 0]),
            (x.permute(2, 0, 1), a.transpose(2, 0, 1)), (x.permute(), a.T), (x.T, a.T),
            (x.transpose(), a.swapaxes(1, 2)), (x.transpose(0, 1), a.swapaxes(0, 1)),
            (x.flatten(), a.ravel()), (x.flip(0, 2), np.flip(a, (0, 2))),
            (x.flip(), np.flip(a)), (x[:1].squeeze(), a[0]), (x.unsqueeze(1), a[:, None]),
            (Reel.broadcast_to(x, (2, 2, 3, 4)), np.broadcast_to(a, (2, 2, 3, 4))),
            (x[0].tril(), np.tril(a[0])), (x[0].diagonal(), np.diagonal(a[0])),
            (Reel.concat([x, x], 1), np.concatenate([a, a], 1)),
            (Reel.concat([x, np.zeros((1, 3, 4), "f4")]),
             np.concatenate([a, np.zeros((1, 3, 4))])),
            (Reel.stack([x, x]), np.stack([a, a])),
            (x.add_scalar(1), a + 1), (x.cast(Reel.F64), a)):
        assert isinstance(got, Reel.Tensor)
        close(got, expected, 1e-5)
    for got, expected in ((x.unbind(), a), (Reel.unbind(x, 1), a.swapaxes(0, 1)),
                          (x.split(2, 2), np.split(a, 2, 2)),
                          (x.split([1, 3], -1), np.split(a, [1], 2)),
                          (Reel.split(x, 3, axis=2), np.split(a, [3], 2))):
        assert isinstance(got, list) and len(got) == len(expected)
        for part, wanted in zip(got, expected):
            same(part, wanted)
    same(x.cast("i64"), a.astype("i8"))
    same(Reel.one_hot([1, 0], 3), np.eye(3, dtype="f4")[[1, 0]])
    same(Reel.embedding(x[0], [2, 0, 2]), a[0][[2, 0, 2]])
    weight, bias = ramp(5, 4), ramp(5)
    close(x.linear(weight), a @ weight.T, 1e-5)
    close(Reel.linear(x, weight, bias=bias), a @ weight.T + bias, 1e-5)
    logits = ramp(3, 4)
    expected = -np.log(np.exp(logits) / np.exp(logits).sum(1, keepdims=True))[range(3), [1, 0, 3]]
    close(Reel.Tensor(logits).cross_entropy([1, 0, 3]), expected.mean(), 1e-5)
    close(Reel.cross_entropy(logits, [1, 0, 3], Reel.Reduction.NONE), expected, 1e-5)
    with raises(TypeError):
        x.sum(wrong=1)
    with raises(TypeError):
        Reel.add(x)
    with raises(TypeError):
        Reel.add(x, None)


@test
def every_op_is_there():
    missing = [name for name in """
        neg abs sign square sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan tanh
        sigmoid relu leaky_relu elu gelu silu softplus erf floor ceil round add sub mul
        div pow maximum minimum add_scalar sub_scalar mul_scalar div_scalar pow_scalar
        maximum_scalar minimum_scalar less less_equal greater greater_equal
        not_equal logical_and logical_or logical_not where clamp sum mean prod amax amin
        var logsumexp argmax argmin any all softmax log_softmax matmul linear reshape
        permute transpose expand broadcast_to squeeze unsqueeze flatten slice select
        narrow flip concat stack split unbind contiguous tril triu diagonal gather
        scatter_add index_select embedding one_hot dropout cross_entropy nll mse cast
        detach""".split()
               if not callable(getattr(Reel, name, None)) or
               not hasattr(Reel.Tensor, name) and name not in ("concat", "stack")]
    assert not missing, missing
    assert "matmul" in Reel.op_list_names() and "matmul" in Reel.matmul.__name__
    assert "tanh" in Reel.tanh.__doc__


# Indexing

def same_selection(a, x, key):
    expected = a[key]
    same(x[key], expected)
    if not isinstance(key, tuple):
        same(x[key,], expected)


@test
def slices():
    ends = [None] + list(range(-6, 7)) + [2 ** 62, -2 ** 62, 2 ** 70, -2 ** 70]
    for size in (0, 1, 4):
        a = np.arange(size)
        x = Reel.Tensor(a)
        for start, stop, step in itertools.product(ends, ends, (None, 1, 2, 3, 7, -1, -2, -3)):
            same_selection(a, x, slice(start, stop, step))
    with raises(Reel.Error.VALUE):
        x[::0]
    with raises(TypeError):
        x[1.0:]


@test
def indices():
    a = np.arange(24).reshape(2, 3, 4)
    x = Reel.Tensor(a)
    one = [0, -1, 1, slice(None), slice(None, None, -1), slice(1, None), None, Ellipsis]
    count = 0
    for length in range(5):
        for key in itertools.product(one, repeat=length):
            if sum(part is Ellipsis for part in key) > 1 or \
                    sum(part is not None and part is not Ellipsis for part in key) > 3:
                continue
            same_selection(a, x, key)
            count += 1
    assert count > 2000, count
    for key in (1, np.int64(-1), slice(1), None, Ellipsis):
        same_selection(a, x, key)
    for key in ([1, 0], np.array([1, 1, 0]), (slice(None), [2, 0]), (Ellipsis, [3, -1, 0]),
                (slice(None, None, -1), slice(None), [1]), ([0, 1], None)):
        same_selection(a, x, key)
    same(x[Reel.Tensor([1, 0])], a[[1, 0]])
    same(x[[]], a[:0])
    assert np.shares_memory(x[1, ::-1, None, 1:].numpy(), x.numpy())
    for key in (2, -3, (0, 3), (0, 0, 4), 2 ** 70):
        with raises(Reel.Error.INDEX):
            x[key]
    with raises(Reel.Error.INDEX):
        x[[0, 5]]
    for key in ((0, 0, 0, 0), (Ellipsis, Ellipsis), ([0], [0])):
        with raises(IndexError):
            x[key]
    for key in (1.0, "a", True, Reel.Tensor([True, False]), x > 3):
        with raises(TypeError):
            x[key]


@test
def iteration():
    a = ramp(3, 2)
    rows = list(Reel.Tensor(a))
    assert len(rows) == 3
    for row, expected in zip(rows, a):
        same(row, expected)
    assert list(Reel.zeros((0, 2))) == []
    assert [float(number) for number in Reel.Tensor([1., 2.])] == [1, 2]
    first, second = Reel.Tensor([5, 6])
    assert first.item() == 5 and second.item() == 6
    with raises(TypeError):
        iter(Reel.zeros())


# Errors

@test
def errors_are_raised_by_the_op():
    x, y = Reel.zeros((2, 3), label="x"), Reel.zeros((4, 5))
    implicit = Reel.Tape.get_current()
    for tape in (implicit, Reel.Tape()):
        if tape is not implicit:
            tape.push()
        with raises(Reel.Error.SHAPE, "matmul: ", 'f32[2,3] "x"', "f32[4,5]"):
            x @ y
        assert tape.check()
        same(x + 1, np.ones((2, 3), "f4"))
        with raises(Reel.Error.SHAPE, "reshape"):
            x.reshape(7)
        with raises(Reel.Error.INDEX, "sum"):
            x.sum(2)
        with raises(Reel.Error.DTYPE, "cast"):
            x + Reel.zeros((2, 3), Reel.F64)
        with raises(Reel.Error.SHAPE):
            Reel.concat([x, y])
        with raises(Reel.Error.SHAPE):
            x.split([1, 2])
        with raises(Reel.Error.INDEX):
            x.unbind(5)
        with raises(Reel.Error.INDEX):
            x.split(1, 5)
        assert tape.check()
        if tape is not implicit:
            tape.pop()


@test
def introspection():
    x = Reel.Tensor.new_from_data(Reel.I32, [2, 2], np.arange(4, dtype="i4").tobytes())
    same(x, np.arange(4, dtype="i4").reshape(2, 2))
    assert x.get_shape() == [2, 2] and x.get_strides() == [2, 1] and x.get_size(-1) == 2
    assert x.get_item([1, -1]) == 3 and x.set_item([0, 0], 9) and x.get_item([0, 0]) == 9
    assert x.write(np.full(4, 7, "i4").tobytes()) and x.assign(x) and x.fill(5)
    assert x.get_bytes().get_data() == np.full(4, 5, "i4").tobytes()
    assert x.format(3, 1, 2) == "[[5 5]\n [5 5]]" and x.describe() == "i32[2,2]"
    with raises(Reel.Error.SHAPE):
        x.write(b"short")
    assert Reel.Tensor.new_zeros(Reel.F32, []).get_scalar() == 0
    tape = Reel.Tape()
    tape.push()
    tape.push_frame()
    kept = Reel.ones(2) * 2
    assert tape.pop_frame_keep([kept]) and kept.is_leaf()
    tape.pop()
    same(kept, np.full(2, 2, "f4"))
    assert Reel.op_get_formula("no such op") is None
    assert Reel.get_n_threads() >= 1 and Reel.MAX_RANK == 8
    for hidden in ("apply", "tangents", "gradients", "split_list", "Op", "Spec"):
        assert not hasattr(Reel, hidden), hidden


@test
def without_numpy():
    program = """
import sys
sys.modules["numpy"] = None
import gi
gi.require_version("Reel", "1.0")
from gi.repository import Reel
x = Reel.full((2, 2), 3, requires_grad=True)
with Reel.Tape():
    (x * x + 1).sum().backward()
print(x.grad[0, 1].item(), repr(x[0]), Reel.Tensor(2))
try:
    Reel.Tensor([1])
except ImportError as error:
    print(error)
"""
    got = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE,
                         check=True, universal_newlines=True).stdout
    assert got == "6.0 <Reel.Tensor f32[2]: [3. 3.]> 2\nlists and arrays need NumPy\n", got


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


if __name__ == "__main__":
    sys.exit(main())
