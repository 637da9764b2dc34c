# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random numbers."""

from gi.overrides import override

from .dtypes import DType, to_dtype
from .errors import override_raising, raising
from .library import Documented, library
from .operands import finish, to_ints

Base = library.Generator
_uniform = raising(Base.uniform, "uniform")
_normal = raising(Base.normal, "normal")
_bernoulli = raising(Base.bernoulli, "bernoulli")


class Generator(Base, metaclass=Documented):
    """A source of random numbers: the same seed gives the same everywhere. The seed
    and the offset, how many draws were made, are the whole state."""

    __module__ = "gi.overrides.Reel"

    def __new__(cls, seed=0):
        return Base.new(seed)

    def __init__(self, *arguments):
        pass

    @property
    def seed(self):
        """Where it started."""
        return self.get_seed()

    @property
    def offset(self):
        """How many draws were made; can be set, to repeat or to skip."""
        return self.get_offset()

    @offset.setter
    def offset(self, offset):
        self.set_offset(offset)

    def uniform(self, shape=(), low=0.0, high=1.0, dtype=DType.F32,
                requires_grad=False, label=None):
        """A leaf of numbers evenly distributed over [low, high)."""
        return finish(_uniform(self, to_dtype(dtype), to_ints(shape), low, high),
                      requires_grad, label)

    def normal(self, shape=(), mean=0.0, standard_deviation=1.0, dtype=DType.F32,
               requires_grad=False, label=None):
        """A leaf of normally distributed numbers."""
        return finish(_normal(self, to_dtype(dtype), to_ints(shape), mean,
                              standard_deviation), requires_grad, label)

    def bernoulli(self, shape=(), probability=0.5, dtype=DType.BOOL):
        """A leaf of independent zeros and ones."""
        return _bernoulli(self, to_dtype(dtype), to_ints(shape), probability)

    def __copy__(self):
        return self.__deepcopy__(None)

    def __deepcopy__(self, memo):
        return _restore(self.seed, self.offset)

    def __reduce__(self):
        return _restore, (self.seed, self.offset)

    def __repr__(self):
        return f"<Reel.Generator: seed {self.seed}, offset {self.offset}>"


def _restore(seed, offset):
    generator = Generator(seed)
    generator.offset = offset
    return generator


override_raising(Generator)
Generator = override(Generator)
