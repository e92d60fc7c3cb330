"""A statement that writes a name without the model writes its search text, too."""

import ast

import pytest

from app.db.search_texts import searched_tables
from app.db.tables import load_tables
from tests.house_rules.test_messages import called, sources

load_tables()
SEARCHED = {searched.model.__name__: set(searched.columns) for searched in searched_tables()}
WRITERS = ("update", "insert", "insert_into", "upsert")
ADDED = ("search_columns", "_searched_by")


def forgetful(tree: ast.Module) -> list[int]:
    """Return the lines of statements that write columns of a searched model and no search text."""
    lines = []
    for node in ast.walk(tree):
        if called(node) != "values" or not isinstance(node, ast.Call):
            continue
        models = {
            argument.id
            for inner in ast.walk(node.func)
            if called(inner) in WRITERS and isinstance(inner, ast.Call)
            for argument in ast.walk(inner)
            if isinstance(argument, ast.Name)
        } & SEARCHED.keys()
        written = {keyword.arg for keyword in node.keywords}
        adds = any(called(inner) in ADDED for inner in ast.walk(node))
        is_unknown = None in written
        if not adds and any(is_unknown or written & SEARCHED[model] for model in models):
            lines.append(node.lineno)
    return lines


def test_each_statement_that_writes_a_name_writes_its_search_text():
    assert {path: lines for path, tree in sources() if (lines := forgetful(tree))} == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("db.execute(update(User).where(x).values(name=name))", [1]),
        ("insert_into(db, User).values(email=e).returning(User)", [1]),
        ("update(User).values(name=n, **search_columns(User, {}))", []),
        ("update(User).values(**record(fields))", [1]),
        ("update(User).values(**record(fields), **search_columns(User, {}))", []),
        ("update(User).values(theme='dark')", []),
        ("update(Other).values(name=n)", []),
    ],
)
def test_the_rule_sees_forgetful_statements(source, lines):
    assert forgetful(ast.parse(source)) == lines
