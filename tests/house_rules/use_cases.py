"""Finds the modules of use-cases and of their inner steps, and reads from each function who may
call it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house_rules.layers import APP, use_case_modules
from tests.house_rules.sources import nodes_of, tree_of

MARKS = frozenset({"public_use_case", "own_use_case"})
UPSERTS = ("app.db.upsert.insert_into",)
BELOW_FEATURES = ("app.audit.", "app.outbox.")
"""Modules below the features. Use-cases call them after checking the permission; they cannot import
the features' policies."""


def relative(path: Path) -> str:
    return str(path.relative_to(APP))


def files_of_use_cases() -> list[Path]:
    """Return the modules whose public functions pages, the API, jobs and commands call."""
    return [
        path for name, path in use_case_modules().items() if not name.startswith(BELOW_FEATURES)
    ]


def is_step(module: str) -> bool:
    """Tell whether a module, such as `app.accounts.steps.links`, holds inner steps."""
    return "steps" in module.split(".")


def functions_of(path: Path) -> list[ast.FunctionDef]:
    return [node for node in tree_of(path).body if isinstance(node, ast.FunctionDef)]


def marks_of(function: ast.FunctionDef) -> set[str]:
    return {getattr(mark, "id", "") for mark in function.decorator_list}


def guarded_by_require(path: Path) -> set[str]:
    """Return the functions of a module that call `require`, themselves or through a function of the module
    that does."""
    functions = functions_of(path)
    guarded: set[str] = {"require"}
    for _ in functions:
        more = {each.name for each in functions if not guarded.isdisjoint(_called_by(each))}
        if more <= guarded:
            break
        guarded |= more
    return guarded


def _called_by(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def parameters_of(function: ast.FunctionDef) -> dict[str, str]:
    """Return the parameters with their types as they are written."""
    listed = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {each.arg: ast.unparse(each.annotation) if each.annotation else "" for each in listed}


def imports_of(path: Path) -> Iterator[str]:
    """Yield the whole name of everything that a module imports: `app.accounts.steps.links.make_link`."""
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def writes_rows(path: Path) -> bool:
    """Tell whether a module adds, changes or deletes rows."""
    statements = {"sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete", *UPSERTS}
    return not statements.isdisjoint(imports_of(path)) or any(
        isinstance(node, ast.Attribute)
        and node.attr in ("add", "add_all", "merge", "delete")
        and getattr(node.value, "id", "") == "db"
        for node in nodes_of(path)
    )
