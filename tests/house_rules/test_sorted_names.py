"""Names are sorted by their sort key. By their letters alone, Élodie stands behind Zoe, and PostgreSQL and
SQLite differ."""

import ast

import pytest

from tests.house_rules.test_messages import called, sources

NAMES_OF_FILES = {"courses/source_folder.py"}


def compared(node: ast.Call) -> list[ast.expr]:
    """Return the expressions by which a call sorts."""
    if called(node) == "order_by":
        return node.args
    if called(node) not in ("sorted", "sort"):
        return []
    keys = [keyword.value for keyword in node.keywords if keyword.arg == "key"]
    rows = [rows.elt for rows in node.args if isinstance(rows, ast.GeneratorExp | ast.ListComp)]
    return keys or rows


def sorted_by_names(tree: ast.Module) -> list[int]:
    """Return the lines of calls that sort by an attribute `name` without a sort key."""
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for key in compared(call)
        if any(isinstance(each, ast.Attribute) and each.attr == "name" for each in ast.walk(key))
        and "sort_key" not in ast.unparse(key)
    ]


def test_nothing_sorts_names_by_their_letters():
    sorting = {path: lines for path, tree in sources() if (lines := sorted_by_names(tree))}
    assert sorting.keys() == NAMES_OF_FILES, sorting


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("sorted(rows, key=lambda row: row.name)", [1]),
        ("sorted(person.name for person in people)", [1]),
        ("sorted(rows, key=lambda row: (row.name.casefold(), row.id))", [1]),
        ("select(Group).order_by(Group.name, Group.id)", [1]),
        ("sorted(rows, key=lambda row: sort_key(row.name))", []),
        ("sorted((person.name for person in people), key=sort_key)", []),
        ("select(User).order_by(User.sort_key)", []),
        ("sorted(names)", []),
        ("rows.sort(key=lambda row: row.name)", [1]),
        ("select(User.name).order_by(User.id)", []),
    ],
)
def test_the_rule_sees_names(source, lines):
    assert sorted_by_names(ast.parse(source)) == lines
