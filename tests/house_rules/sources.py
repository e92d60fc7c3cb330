"""The files of the application and of the suite as syntax trees, parsed once for all rules."""

import ast
from functools import cache
from pathlib import Path


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file in the order of `ast.walk`, which takes ten times as long as to go
    through them."""
    return tuple(ast.walk(tree_of(path)))


def forget_trees() -> None:
    """Free what was parsed: millions of small objects."""
    tree_of.cache_clear()
    nodes_of.cache_clear()
