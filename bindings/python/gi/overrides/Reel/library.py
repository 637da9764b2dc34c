# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library as introspection gives it, and what programs see."""

import inspect
import sys

from gi.module import get_introspection_module

library = get_introspection_module("Reel")

# (Ops are called sum, abs, slice...: they are put into the module that programs
# import rather than among the names of a file, where they would hide Python's own.)
module = sys.modules["gi.repository.Reel"]


class Documented(type(library.Tensor)):
    """Of classes whose own text is their __doc__, not one that introspection makes up."""

    __doc__ = property(lambda cls: vars(cls).get("__doc__"))


REQUIRED = inspect.Parameter.empty


def public(thing, name=None):
    """Makes something Reel.<name>. Also a decorator."""
    setattr(module, name or thing.__name__, thing)
    return thing
