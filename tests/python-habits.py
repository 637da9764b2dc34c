# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What users of PyTorch and NumPy try in Python: names, keywords, in-place operators,
exceptions, copies of generators, help. TAP."""

import copy
import gc
import pickle
import sys
import weakref

from python_harness import GLib, Reel, main, np, raises, ramp, same, test


@test
def in_place_operators():
    w = Reel.Tensor([1., 2.], requires_grad=True)
    alias = w
    w -= 0.5 * w
    w *= [2, 4]
    assert w is alias
    same(w, np.array([1, 4], "f4"))
    with Reel.Tape():
        loss = 0
        for _ in range(3):
            loss += (w * w).sum()
        loss.backward()
        with raises(Reel.Error.READ_ONLY, "-=", "Reel.no_grad ()"):
            w -= w.grad
        with Reel.no_grad():
            w -= 0.1 * w.grad
        with raises(ValueError, "assign"), Reel.no_grad():
            w += np.ones((2, 2), "f4")
    assert w is alias
    np.testing.assert_allclose(w.numpy(), [0.4, 1.6], rtol=1e-6)


@test
def no_grad_as_a_decorator():
    x = Reel.ones(2)

    @Reel.no_grad()
    def double():
        return x * 2

    with Reel.Tape() as tape:
        double(), double()
        assert tape.stats.n_nodes == 0 and tape.is_recording()


@test
def exceptions():
    x, y = Reel.ones((2, 3)), Reel.ones((4, 5))
    for function, kinds, code, words in (
            (lambda: x @ y, (Reel.ShapeError, ValueError), Reel.Error.SHAPE, "matmul: "),
            (lambda: x + x.cast("f64"), (Reel.DTypeError, TypeError), Reel.Error.DTYPE,
             "add: dtypes differ: f32[2,3] x f64[2,3]; .cast () converts"),
            (lambda: x[5], (Reel.IndexError, IndexError), Reel.Error.INDEX, "select: "),
            (lambda: Reel.full(2, 300, "u8"), (Reel.ValueError, ValueError),
             Reel.Error.VALUE, "full: the number 300"),
            (lambda: Reel.ones(1 << 60), (Reel.MemoryError, MemoryError),
             Reel.Error.NO_MEMORY, "ones: no memory"),
            (lambda: x.item(), (ValueError,), Reel.Error.SHAPE, "item: ")):
        try:
            function()
            raise AssertionError(words)
        except GLib.Error as error:
            for kind in kinds:
                assert isinstance(error, kind), (type(error), kind)
            assert error.matches(Reel.error_quark(), code)
            assert str(error).startswith(words), str(error)
            assert "reel_" not in str(error)
            assert type(pickle.loads(pickle.dumps(error))) is type(error)


@test
def keywords():
    a = ramp(2, 3)
    x = Reel.Tensor(a)
    same(x.sum(axis=1, keepdims=True), a.sum(1, keepdims=True))
    same(x.sum(dim=0), a.sum(0))
    same(x.argmax(), np.int64(a.argmax()))
    same(x.argmin(dim=1), a.argmin(1))
    same(Reel.cat([x, x], dim=1), np.concatenate([a, a], 1))
    assert len(x.split(2, dim=1)) == 2
    assert x.cross_entropy([0, 1], reduction="none").shape == (2,)
    with raises(ValueError, "nonsense"):
        x.cross_entropy([0, 1], reduction="nonsense")
    with raises(TypeError, "sum", "keep=False"):
        x.sum(wrong=1)


@test
def numpy_functions_and_numbers():
    a = ramp(2, 3)
    x = Reel.Tensor(a)
    for function in (np.sum, np.mean, np.prod, np.max, np.min, np.any, np.all):
        for got, expected in ((function(x), function(a)),
                              (function(x, axis=0), function(a, axis=0))):
            assert isinstance(got, Reel.Tensor), function
            np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)
    for number in (np.float64(2), np.float32(2), np.int64(2), np.bool_(True)):
        for got, expected in ((x * number, a * float(number)), (number - x, float(number) - a)):
            same(got, expected.astype("f4"))
    with raises(TypeError):
        x * 1j
    for data in ([1j], np.complex64(1), np.array([1j])):
        with raises(TypeError):
            Reel.Tensor(data, dtype=Reel.F64)


@test
def names():
    x = Reel.Tensor(ramp(2, 3))
    same(x.max(), ramp(2, 3).max())
    same(x.view(3, 2), ramp(2, 3).reshape(3, 2))
    assert x.numel() == 6 and x.dim() == 2 and x.to("f64").dtype == Reel.F64
    assert not x.clone().is_same(x) and x.long().dtype == "i64" and Reel.float32 == Reel.F32
    same(round(x), ramp(2, 3).round())
    same(x // 2, ramp(2, 3) // 2)
    assert Reel.zeros_like(x).shape == (2, 3)
    for thing, name, words in ((x, "std", "var"), (x, "norm", "square"), (Reel, "nn", "yet"),
                               (Reel, "randn", "Generator"), (x, "cuda", "CPU"),
                               (x, "add_", "no_grad"), (x, "nonsense", "nonsense")):
        assert not hasattr(thing, name)
        with raises(AttributeError, words):
            getattr(thing, name)


@test
def dtypes_and_help():
    assert repr(Reel.F32) == "Reel.F32" and str(Reel.I64) == "i64" and f"{Reel.U8}" == "u8"
    assert Reel.F32 == "f32" and Reel.F32 != "f64" and Reel.F64 == np.float64
    assert {Reel.F32: 1}[Reel.ones(1).dtype] == 1
    assert pickle.loads(pickle.dumps(Reel.F64)) == Reel.F64
    assert "n-dimensional" in Reel.Tensor.__doc__
    for words in ("Σ", "axes: axes", "Returns: "):
        assert words in Reel.sum.__doc__, Reel.sum.__doc__
    undocumented = [name for name in Reel.op_list_names()
                    if callable(getattr(Reel, name, None)) and not getattr(Reel, name).__doc__]
    assert not undocumented, undocumented


@test
def generators_are_copied():
    generator = Reel.Generator(7)
    generator.uniform(3)
    for twin in (copy.copy(generator), copy.deepcopy(generator),
                 pickle.loads(pickle.dumps(generator))):
        assert (twin.seed, twin.offset) == (7, 1)
        same(twin.uniform(4), copy.copy(generator).uniform(4).numpy())
    assert generator.offset == 1


@test
def options_of_sweeps():
    x = Reel.Tensor([1., 2.], requires_grad=True)
    with Reel.Tape():
        y = (x * x).sum()
        for wrong in (lambda: Reel.grad(y, [x], Reel.GradFlags.RECORD),
                      lambda: Reel.grad(y, [x], None, True),
                      lambda: Reel.grad(y, [x], record=Reel.GradFlags.RECORD),
                      lambda: Reel.grad(y, ["x"]), lambda: y.backward(None, True)):
            with raises(TypeError):
                wrong()
    with raises(Reel.Error.NO_GRADIENT, "backward: no tape is pushed"):
        y.backward()


@test
def hooks_that_see_their_tensor_are_freed():
    freed = []

    def turn(tape):
        tape.reset()
        x = Reel.ones(1000, requires_grad=True)
        y = x * 2
        seen = []
        for tensor in (x, y):
            tensor.add_hook(lambda _, cotangent, tensor=tensor: seen.append(tensor.size))
            freed.append(weakref.ref(tensor))
        loss = y.sum()
        del y, tensor
        gc.collect()
        loss.backward()
        assert seen == [1000, 1000], seen

    with Reel.Tape() as tape:
        for _ in range(5):
            turn(tape)
        tape.reset()
        gc.collect()
    assert all(one() is None for one in freed)


if __name__ == "__main__":
    sys.exit(main())
