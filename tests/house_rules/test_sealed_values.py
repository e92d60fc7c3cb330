"""Sealed and opened values stay out of caches, logs and texts. These rules read names and
annotations, so they find only code that names such a value. For the rest, the values protect
themselves: `repr`, `str`, JSON, copies and pickles show nothing (tests/unit/db/test_sealed.py).
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import app
from app.db.prepared import Prepared
from app.db.sealed import SealedColumn
from app.kit.paths import TEMPLATES
from tests.house_rules.sources import tree_of
from tests.house_rules.test_code import SOURCES, relative

VALUES = {"Sealed", "Opened"}
MAY_HOLD = {
    "accounts/models.py User",
    "accounts/factors/models.py TotpFactor",
    "accounts/domain.py Profile",
    "accounts/needs_reader.py PersonNeeds",
}
"""Classes with a field of such a value. None of them may be cached, which another rule checks."""
HOLDERS = VALUES | {"Profile", "PersonNeeds", "User", "TotpFactor"}
MAY_SHOW = {
    "kit/opened.py",
    "accounts/api.py",
    "accounts/domain.py",
    "accounts/factors/secrets.py",
    "accounts/me_pages.py",
    "accounts/needs_sealing.py",
    "practicals/pages/papers.py",
}
"""Modules that read the text of an opened value, each for one page, one file or one other use."""
MAY_SHOW_IT = {"accounts/access_needs.html"}
CACHES = {"cache", "lru_cache", "cached_property"}
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log", "msg", "print"}
SECRET_NAMES = {
    *("access_needs", "access_needs_sealed", "needs", "opened", "opened_needs", "sealed"),
    *("sealed_needs", "plain_text", "secret"),
}


def names_in(node: ast.AST | None) -> set[str]:
    """Return every name that an expression mentions, also in an annotation that is a string."""
    if node is None:
        return set()
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval") if node.value.isidentifier() else node
    return {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    }


def holding_classes(tree: ast.AST) -> Iterator[str]:
    """Yield the classes with a field whose type mentions a sealed or an opened value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(field, ast.AnnAssign) and names_in(field.annotation) & VALUES
            for field in node.body
        ):
            yield node.name


def cached_functions(tree: ast.AST) -> Iterator[str]:
    """Yield the cached functions that take or return what holds such a value."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if not any(names_in(mark) & CACHES for mark in node.decorator_list):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        annotations = [node.returns, *(argument.annotation for argument in arguments)]
        if any(names_in(annotation) & HOLDERS for annotation in annotations):
            yield node.name


def logged_secrets(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that log, print or format for a log something named like a sealed value."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        is_log = (
            isinstance(function, ast.Attribute)
            and function.attr in LEVELS
            and names_in(function.value) & {"log", "_log", "logger", "logging"}
        ) or (isinstance(function, ast.Name) and function.id == "print")
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        words = {keyword.arg for keyword in node.keywords}
        if is_log and (
            words & SECRET_NAMES or any(names_in(value) & SECRET_NAMES for value in values)
        ):
            yield node.lineno


def shows_plain_text(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "plain_text" for node in ast.walk(tree)
    )


def test_only_a_few_classes_hold_such_a_value():
    holders = {
        f"{relative(path)} {name}" for path in SOURCES for name in holding_classes(tree_of(path))
    }
    assert holders == MAY_HOLD


def test_no_cache_holds_one():
    offenders = [
        f"{relative(path)} {name}" for path in SOURCES for name in cached_functions(tree_of(path))
    ]
    assert offenders == []


def test_no_prepared_statement_reads_one():
    """Prepared statements cache rows. From a sealed column they may read only whether it has a
    value."""
    statements = []
    for module in walk_packages(app.__path__, "app."):
        if module.name.endswith("__main__"):
            continue
        members = vars(import_module(module.name))
        statements += [
            (f"{module.name}.{name}", value)
            for name, value in members.items()
            if isinstance(value, Prepared)
        ]
    assert len(statements) > 20
    assert [name for name, prepared in statements if reads_sealed(prepared)] == []


def reads_sealed(prepared: Prepared) -> bool:
    return any(
        isinstance(column.type, SealedColumn) for column in prepared.statement.exported_columns
    )


def test_no_log_line_names_one():
    offenders = [
        f"{relative(path)}:{line}" for path in SOURCES for line in logged_secrets(tree_of(path))
    ]
    assert offenders == []


def test_only_a_few_modules_and_one_template_show_the_text():
    assert {relative(path) for path in SOURCES if shows_plain_text(tree_of(path))} == MAY_SHOW
    shown = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*")
        if path.is_file() and "plain_text" in path.read_text()
    }
    assert shown == MAY_SHOW_IT


def test_the_rules_see_what_they_are_for():
    """Each rule on code that breaks it."""
    broken = ast.parse(
        "class Row:\n    needs: 'Opened'\n    sealed: Sealed | None\n"
        "@lru_cache(10)\ndef row(person: PersonNeeds) -> str: ...\n"
        "log.warning('lost', needs=person)\nlog.error(person.access_needs)\nprint(sealed)\n"
        "_log.info('%s', value.plain_text)\n"
    )
    assert list(holding_classes(broken)) == ["Row"]
    assert list(cached_functions(broken)) == ["row"]
    assert list(logged_secrets(broken)) == [6, 7, 8, 9]
    assert shows_plain_text(broken)
    fine = ast.parse(
        "class Row:\n    has_access_needs: bool\n@cache\ndef head() -> str: ...\n"
        "log.error('access needs not opened', user_id=str(owner))\n"
    )
    assert not [*holding_classes(fine), *cached_functions(fine), *logged_secrets(fine)]


def test_a_prepared_statement_that_reads_one_is_seen():
    from sqlalchemy import select

    from app.accounts.models import User
    from app.db.base import table_of

    column = table_of(User).c.access_needs_sealed
    assert reads_sealed(Prepared(select(column)))
    assert not reads_sealed(Prepared(select(column.is_not(None))))
