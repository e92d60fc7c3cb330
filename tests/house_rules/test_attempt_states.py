"""What the state of an attempt means is said once: in its table of transitions and its SQL conditions."""

import ast
import re
from pathlib import Path

from app.kit.paths import TEMPLATES
from tests.house_rules.layers import APP
from tests.house_rules.sources import nodes_of

QUIZZES = APP / "quizzes"
ENGINE = {
    QUIZZES / "domain" / "transitions.py",
    QUIZZES / "attempt_conditions.py",
    QUIZZES / "models.py",
}
IN_TEMPLATES = re.compile(
    r"""\bstate(_at\([^)]*\))?\s*(==|!=|in)\s*["'(\[]*(overdue|abandoned|graded)\b"""
)


def single_states_in(nodes: tuple[ast.AST, ...]) -> list[int]:
    """Return the lines that compare something with a single state of an attempt."""
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Compare)
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == "AttemptState"
    ]


def test_no_module_outside_the_engine_compares_with_a_single_state():
    found_in = {
        path: lines
        for path in sorted(APP.rglob("*.py"))
        if path not in ENGINE and (lines := single_states_in(nodes_of(path)))
    }
    assert found_in == {}
    assert single_states_in(nodes_of(QUIZZES / "attempt_conditions.py"))


def test_no_template_compares_with_a_single_state():
    paths: list[Path] = sorted(TEMPLATES.rglob("*.html"))
    assert paths
    assert [path for path in paths if IN_TEMPLATES.search(path.read_text())] == []
    assert IN_TEMPLATES.search('{% if page.state == "overdue" %}')
