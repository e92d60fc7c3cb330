"""A type of question is known in its own folders and in three registries, and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.paths import STATIC, TEMPLATES
from app.questions import answering, authoring, scoring
from tests.house_rules.layers import APP, ROOT
from tests.house_rules.sources import nodes_of

TYPES = tuple(answering.TYPES)
OF_TYPES = {APP / "questions", TEMPLATES / "questions", STATIC / "js" / "questions"}
NAMES = "|".join(map(re.escape, TYPES))
COMPARED = re.compile(
    rf"""(?:[!=]==?|(?<!inputmode )\bin\b|\bcase\b)\s*[(\[]*\s*["'](?:{NAMES})["']"""
    rf"""|["'](?:{NAMES})["']\s*[!=]==?"""
)
"""A comparison with the name of a type, in a template or a script."""


def compared_in(tree: Iterator[ast.AST]) -> Iterator[int]:
    """Yield the line of each comparison with the name of a type, and of each `case` of one."""
    for node in tree:
        if isinstance(node, ast.Compare):
            values = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            values = [node.value]
        else:
            continue
        names = {
            each.value
            for value in values
            for each in ast.walk(value)
            if isinstance(each, ast.Constant)
        }
        if names & set(TYPES):
            yield values[0].lineno


def of_a_type(path: Path) -> bool:
    return not OF_TYPES.isdisjoint(path.parents)


def test_no_code_asks_which_type_a_question_has():
    """An `if` on a type is what the next type would have to find and change."""
    assert [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(APP.rglob("*.py"))
        if not of_a_type(path)
        for line in compared_in(nodes_of(path))
    ] == []


def test_no_template_and_no_script_asks_which_type_a_question_has():
    files = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.typ"), *STATIC.rglob("*.js")]
    assert len(files) > 100
    assert [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted(files)
        if not of_a_type(path)
        for match in COMPARED.finditer(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('if question.type == "numeric": pass', [1]),
        ('x = "single" != kind', [1]),
        ('x = kind in ("a", "multiple")', [1]),
        ('match kind:\n    case "true-false":\n        pass', [2]),
        ('x = {"single": 1}', []),
        ('if kind == "final": pass', []),
    ],
)
def test_the_rule_sees_what_it_forbids(source, lines):
    assert list(compared_in(ast.walk(ast.parse(source)))) == lines


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("{% if question.type == 'numeric' %}", True),
        ('{% if question.type in ("single", "multiple") %}', True),
        ('if (form.dataset.type === "single") {', True),
        ('inputmode="numeric"', False),
    ],
)
def test_the_rule_sees_what_it_forbids_in_templates_and_scripts(text, is_seen):
    assert bool(COMPARED.search(text)) is is_seen


def test_the_registries_name_the_same_types_in_one_order():
    assert tuple(authoring.TYPES) == TYPES
    assert tuple(scoring.TYPES) == TYPES


@pytest.mark.parametrize("name", TYPES)
def test_each_type_has_its_files(name):
    package = name.replace("-", "_")
    assert {path.stem for path in (APP / "questions" / package).glob("*.py")} == {
        *("__init__", "answering", "authoring", "scoring")
    }
    for file, macros in (("answer", ("answer", "given")), ("review", ("review", "keyed"))):
        template = (TEMPLATES / "questions" / name / f"{file}.html").read_text(encoding="utf-8")
        assert set(re.findall(r"{% macro ([a-z]\w*)\(", template)) >= set(macros)
    script = (STATIC / "js" / "questions" / f"{name}.js").read_text(encoding="utf-8")
    assert re.search(r"^export .*\bread\b", script, re.MULTILINE)
    assert re.search(r"^export .*\bshow\b", script, re.MULTILINE)


@pytest.mark.parametrize("name", TYPES)
def test_the_names_of_a_type_agree(name):
    assert answering.TYPES[name].question.model_fields["type"].annotation.__args__ == (name,)
    assert authoring.TYPES[name].fields.model_fields["type"].annotation.__args__ == (name,)
