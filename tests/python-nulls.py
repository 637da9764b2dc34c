#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""FALSE or NULL beside a GError comes with an error, whatever was left out. Every public
function with a GError, as introspection describes it, is called from C's side with
arguments that are right, and with each of them missing or wrong in turn. TAP."""

import ctypes as c
import faulthandler
import os
import sys
import xml.etree.ElementTree as ElementTree

# Criticals are what is looked for here; nothing of GLib is loaded yet.
os.environ.pop("G_DEBUG", None)
faulthandler.enable()

NS = {"g": "http://www.gtk.org/introspection/core/1.0"}
C = "{http://www.gtk.org/introspection/c/1.0}"
library = c.CDLL(os.environ["REEL_SO"])
glib = c.CDLL("libglib-2.0.so.0")

LogFunc = c.CFUNCTYPE(None, c.c_char_p, c.c_int, c.c_char_p, c.c_void_p)
Function = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_uint, c.c_void_p, c.c_void_p)


class Error(c.Structure):
    _fields_ = [("domain", c.c_uint32), ("code", c.c_int), ("message", c.c_char_p)]


def call(name, result, *arguments):
    function = library[name]
    function.restype = result
    return function(*arguments)


criticals = []
log_func = LogFunc(lambda domain, level, message, data: criticals.append(message))
glib.g_log_set_default_handler(log_func, None)

ones = (c.c_int64 * 4)(1, 1, 1, 1)
origin = (c.c_int64 * 4)()
INTEGERS = {"gboolean": c.c_int, "gint": c.c_int, "guint": c.c_uint, "gint64": c.c_int64,
            "guint64": c.c_uint64, "gsize": c.c_size_t, "ReelDType": c.c_int,
            "ReelGradFlags": c.c_int}


def square(tensors, n, data, error):
    if n == 0:
        return leaf()
    return call("reel_sum", c.c_void_p, c.c_void_p(c.cast(tensors, c.POINTER(c.c_void_p))[0]),
                None, c.c_uint(0), c.c_int(0))


square_func = Function(square)


def leaf():
    tensor = call("reel_tensor_new_ones", c.c_void_p, 0, c.c_uint(2), ones, None)
    call("reel_tensor_set_requires_grad", None, c.c_void_p(tensor), 1)
    return tensor


def value():
    return call("reel_square", c.c_void_p, c.c_void_p(leaf()))


def right(kind, name, tape):
    """An argument that is as it should be, and whether it is a pointer."""
    bare = kind.replace("const ", "").replace(" ", "")
    if bare in INTEGERS:
        size = {"rank": 2, "n_bytes": 4, "dtype": 0, "flags": 0, "requires_grad": 1}
        return INTEGERS[bare](size.get(name, 1)), False
    if bare == "gdouble":
        return c.c_double(1), False
    if bare == "ReelTape*":
        return c.c_void_p(tape), True
    if bare == "ReelGenerator*":
        return c.c_void_p(call("reel_generator_new", c.c_void_p, c.c_uint64(1))), True
    if bare == "ReelParameters*":
        return c.c_void_p(call("reel_parameters_new", c.c_void_p)), True
    if bare == "ReelOp*":
        return c.c_void_p(call("reel_op_lookup", c.c_void_p, b"add")), True
    if bare == "ReelTensor*":
        return c.c_void_p(value() if name in ("output", "loss") else leaf()), True
    if bare in ("ReelTensorconst*", "ReelTensor*const*", "ReelTensor**"):
        return (c.c_void_p * 2)(value() if name == "outputs" else leaf()), True
    if bare == "gint64*":
        return (origin if name == "index" else ones), True
    if name == "user_data" or bare == "GDestroyNotify":
        return c.c_void_p(None), False
    if bare in ("ReelFunction", "ReelGradcheckFunc") or bare.endswith("Func"):
        return c.cast(square_func, c.c_void_p), True
    if bare in ("gpointer", "gconstpointer", "void*", "gdouble*", "guint*", "guint8*"):
        return (c.c_uint64 * 8)(), True
    raise AssertionError(f"no idea of a {kind} {name}: teach this test")


def described(function):
    """(name, type in C) of the arguments, and the type of the result."""
    arguments = []
    for parameter in function.find("g:parameters", NS) or ():
        kind = parameter.find("g:type", NS)
        if kind is None:
            kind = parameter.find("g:array", NS)
        arguments.append((parameter.get("name"), kind.get(C + "type")))
    result = function.find("g:return-value", NS)
    kind = result.find("g:type", NS)
    if kind is None:
        kind = result.find("g:array", NS)
    return arguments, kind.get(C + "type")


def variants(arguments, made):
    """Which to replace by what: none, each, all."""
    yield "as it should be", {}
    missing = {}
    for i, (name, kind) in enumerate(arguments):
        if made[i][1]:
            yield f"{name} NULL", {i: c.c_void_p(None)}
            missing[i] = c.c_void_p(None)
            if isinstance(made[i][0], c.Array) and made[i][0]._type_ is c.c_void_p:
                yield f"{name} [NULL]", {i: (c.c_void_p * 2)()}
        elif kind == "ReelDType":
            yield f"{name} 99", {i: c.c_int(99)}
        elif kind == "gdouble":
            yield f"{name} -1", {i: c.c_double(-1)}
            yield f"{name} NaN", {i: c.c_double(float("nan"))}
        elif kind in INTEGERS and name not in ("rank", "n_bytes", "flags") and \
                not name.startswith("n_"):
            yield f"{name} -1", {i: INTEGERS[kind](-1)}
        elif kind in ("guint", "gsize"):
            yield f"{name} 0", {i: INTEGERS[kind](0)}
    yield "all NULL", missing


def try_one(name, arguments, result, change):
    tape = call("reel_tape_new", c.c_void_p)
    call("reel_tape_push", None, c.c_void_p(tape))
    call("reel_tape_push_frame", None, c.c_void_p(tape))
    made = [right(kind, argument, tape) for argument, kind in arguments]
    error = c.POINTER(Error)()
    given = [change.get(i, made[i][0]) for i in range(len(made))]
    kind = c.c_int if result == "gboolean" else c.c_double if result == "gdouble" \
        else None if result == "none" else c.c_void_p
    del criticals[:]
    got = call(name, kind, *given, c.byref(error))
    said = len(criticals)
    code = error.contents.code if error else None
    assert not error or error.contents.message
    call("reel_tape_clear_error", None, c.c_void_p(tape))
    call("reel_tape_pop", None, c.c_void_p(tape))
    return got, code, said


def main():
    sys.stdout.reconfigure(line_buffering=True)
    gir = ElementTree.parse(os.path.join(os.environ["REEL_BUILDDIR"], "Reel-1.0.gir"))
    functions = {f.get(C + "identifier"): f for f in gir.iter()
                 if f.get("throws") == "1" and f.get(C + "identifier")}
    n = n_criticals = 0
    failed = False
    for name, function in sorted(functions.items()):
        arguments, result = described(function)
        wrong = []
        made = [right(kind, argument, None) if kind != "ReelTape*" else (c.c_void_p(1), True)
                for argument, kind in arguments]
        for what, change in variants(arguments, made):
            got, code, said = try_one(name, arguments, result, change)
            n_criticals += said
            if result != "none" and bool(got) == (code is not None):
                wrong.append(f"{what}: {got!r}, error {code}")
        n += 1
        for line in wrong:
            print(f"# {line}")
        failed |= bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {n} - {name}")
    n += 1
    known = n > 40 and n_criticals > 40
    print(f"{'ok' if known else 'not ok'} {n} - {n - 1} functions, {n_criticals} criticals")
    print(f"1..{n}")
    return 1 if failed or not known else 0


if __name__ == "__main__":
    sys.exit(main())
