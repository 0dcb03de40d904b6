"""Fails unless each file can be parsed: syntax.py FILE...

For languages whose own tools are too large for CI, or are in no package registry (PowerShell). Needs tree-sitter and the grammars.
"""

import importlib
import pathlib
import sys

from tree_sitter import Language, Parser

GRAMMARS = {".ps1": "tree_sitter_powershell", ".groovy": "tree_sitter_groovy", ".kt": "tree_sitter_kotlin"}


def errors(node):
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


failed = False
for name in sys.argv[1:]:
    grammar = importlib.import_module(GRAMMARS[pathlib.Path(name).suffix])
    text = pathlib.Path(name).read_bytes()
    for node in errors(Parser(Language(grammar.language())).parse(text).root_node):
        row, column = node.start_point
        print(f"{name}:{row + 1}:{column + 1}: cannot be parsed: {text[node.start_byte:node.end_byte][:60]!r}")
        failed = True
sys.exit(failed)
