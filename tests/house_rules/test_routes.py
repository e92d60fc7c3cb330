"""Rules of the house about pages and API routes; each names the harm it prevents."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house_rules.sources import tree_of

APP = Path(__file__).parent.parent.parent / "app"
ROUTES = [
    path
    for path in sorted(APP.rglob("*.py"))
    if path.parent.name == "pages" or path.name == "api.py" or path.stem.endswith("pages")
]


def relative(path: Path) -> str:
    return str(path.relative_to(APP))


def _any_arguments(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of each `Callable[..., X]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Callable":
            arguments = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            if isinstance(arguments, ast.Constant) and arguments.value is ...:
                yield node.lineno


def _handed_over(tree: ast.AST) -> Iterator[str]:
    """Yield each function of a `service` module that is passed on and not called."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        is_of_service = (
            isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "service"
        )
        if is_of_service and node.attr.islower() and id(node) not in called:
            yield f"{node.lineno} {node.attr}"


def test_a_route_calls_its_use_case_by_name():
    """“Find usages” of a use-case must lead to its routes, and mypy must check the arguments. A use-case that
    is passed on as a `Callable[..., object]` hides both."""
    assert len(ROUTES) > 30
    trees = {relative(path): tree_of(path) for path in ROUTES}
    assert [f"{path}:{line}" for path, tree in trees.items() for line in _any_arguments(tree)] == []
    assert [f"{path}:{each}" for path, tree in trees.items() for each in _handed_over(tree)] == []
