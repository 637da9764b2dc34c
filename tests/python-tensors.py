# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Python's tensors: making them, what they are, and memory shared with NumPy. TAP."""

import copy
import gc
import pickle
import sys

from python_harness import Reel, close, main, np, raises, ramp, same, test


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


if __name__ == "__main__":
    sys.exit(main())
