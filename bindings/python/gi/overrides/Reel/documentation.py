# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Docstrings: the comments of the headers, which typelibs do not carry. They lie in a
file that the build makes of the GIR, beside this one or, in a build folder, beside the
typelib."""

import json
import os

from .library import library

_FILE = "documentation.json"


def _load():
    for folder in (os.path.dirname(__file__), os.path.dirname(library.__path__[0])):
        try:
            with open(os.path.join(folder, _FILE), encoding="utf-8") as file:
                return json.load(file)
        except OSError:
            pass
    return {}


_texts = _load()


def describe(name):
    """The text on a C function, or None."""
    return _texts.get(name)
