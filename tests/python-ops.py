# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's operators, ops, indexing and errors. TAP."""

import itertools
import operator
import subprocess
import sys

from python_harness import GLib, Reel, close, main, np, raises, ramp, same, test


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
    for key in (1.0, "a", True):
        with raises(TypeError):
            x[key]


@test
def masks():
    a = np.arange(24).reshape(2, 3, 4)
    x = Reel.Tensor(a)
    for key in (a > 10, a < 0, [True, False], np.array([False, True]),
                (slice(None), np.array([True, False, True])),
                (0, np.array([True, False, True]), slice(1, None)),
                (Ellipsis, np.array([True, True, False, False])),
                (slice(None), a[0] % 2 == 0), a[:, :, 0] > 3):
        same(x[key], a[key])
        if isinstance(key, np.ndarray):
            same(x[Reel.Tensor(key)], a[key])
    same(x[x > 3], a[a > 3])
    same(Reel.Tensor(ramp(3))[Reel.Tensor([True, False, True])], ramp(3)[[0, 2]])
    for key in ([True, False, True], a[0] > 3):
        with raises(IndexError, "mask"):
            x[key]
    w = Reel.Tensor(ramp(2, 3), requires_grad=True)
    with Reel.Tape():
        (w[w > 0] ** 2).sum().backward()
    same(w.grad, np.where(ramp(2, 3) > 0, 2 * ramp(2, 3), 0).astype("f4"))


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


if __name__ == "__main__":
    sys.exit(main())
