"""Fails unless each file is PowerShell that can be parsed: powershell.py FILE...

Needs tree-sitter and tree-sitter-powershell, because no package registry has PowerShell itself.
"""

import pathlib
import sys

import tree_sitter_powershell
from tree_sitter import Language, Parser


def errors(node):
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


failed = False
for name in sys.argv[1:]:
    text = pathlib.Path(name).read_bytes()
    for node in errors(Parser(Language(tree_sitter_powershell.language())).parse(text).root_node):
        row, column = node.start_point
        print(f"{name}:{row + 1}:{column + 1}: cannot be parsed: {text[node.start_byte:node.end_byte][:60]!r}")
        failed = True
sys.exit(failed)
