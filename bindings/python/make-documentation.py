# SPDX-FileCopyrightText: The Reel authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-documentation.py GIR: the texts of all functions as JSON, on stdout, as Python's
help () shows them."""

import json
import re
import sys
import xml.etree.ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"



def in_python(text):
    """A comment of a header in Python's words."""
    text = re.sub(r"\[(?:func|method|ctor|struct|type)@(?:Reel\.)?([\w.]+)\]", r"\1 ()", text)
    text = re.sub(r"\breel_(?:tensor_|tape_|generator_)?(\w+)", r"\1", text)
    text = re.sub(r"\bREEL_(?:ERROR_)?([A-Z]\w*)", r"\1", text)
    text = text.replace("%NULL", "None").replace("%TRUE", "True").replace("%FALSE", "False")
    return re.sub(r"(?<!\w)[@%](?=\w)", "", text)


def text_of(element):
    found = element.find(f"{CORE}doc")
    return in_python(found.text.strip()) if found is not None else ""


def describe(function):
    parts = [text_of(function)]
    arguments = []
    for argument in function.findall(f"{CORE}parameters/{CORE}parameter"):
        lengths = [array.get("length") for array in function.iter(f"{CORE}array")]
        every = function.findall(f"{CORE}parameters/{CORE}parameter")
        if str(every.index(argument)) in lengths or argument.get("direction") == "out":
            continue
        text = " ".join(text_of(argument).split())
        arguments.append(f"    {argument.get('name')}: {text}")
    if arguments:
        parts.append("\n".join(arguments))
    result = function.find(f"{CORE}return-value")
    if result is not None and text_of(result) and "set on failure" not in text_of(result):
        parts.append("Returns: " + " ".join(text_of(result).split()))
    return "\n\n".join(part for part in parts if part)


def main():
    tree = xml.etree.ElementTree.parse(sys.argv[1])
    texts = {}
    for kind in ("function", "method", "constructor"):
        for function in tree.iter(CORE + kind):
            # (a function that is renamed to another has that one's Python name)
            name = function.get(C + "identifier")
            texts[name] = describe(function)
            if function.get("shadows"):
                texts["reel_" + function.get("shadows")] = texts[name]
    json.dump(texts, sys.stdout, indent=0, sort_keys=True, ensure_ascii=False)


if __name__ == "__main__":
    main()
