"""What the state of a seat means is said once, in the sets of `domain.states`."""

import ast
import re

from app.kit.paths import TEMPLATES
from tests.house_rules.layers import APP
from tests.house_rules.sources import nodes_of

PRACTICALS = APP / "practicals"
ENGINE = {
    PRACTICALS / "domain" / name for name in ("states.py", "seat_refusals.py", "transitions.py")
}
IN_TEMPLATES = re.compile(
    r"""\bseat\.state(\.value)?\s*(==|!=|in\b|not in\b)|\bstate\s*==\s*["'](offered|hold|moved)\b"""
)


def single_states_in(nodes: tuple[ast.AST, ...]) -> list[int]:
    """Return the lines that name a single state of a seat, or give the class of states another name."""
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Attribute | ast.Assign)
        and any(
            isinstance(part, ast.Name) and part.id == "SeatState"
            for part in ([node.value] if isinstance(node, ast.Attribute) else ast.walk(node.value))
        )
    ]


def test_no_module_outside_the_engine_names_a_single_state():
    found_in = {
        path: lines
        for path in sorted(APP.rglob("*.py"))
        if path not in ENGINE and (lines := single_states_in(nodes_of(path)))
    }
    assert found_in == {}
    assert all(single_states_in(nodes_of(path)) for path in ENGINE)


def test_no_template_compares_the_state_of_a_seat():
    paths = sorted(TEMPLATES.rglob("*.html"))
    assert paths
    assert [path for path in paths if IN_TEMPLATES.search(path.read_text())] == []
    assert IN_TEMPLATES.search('{% if seat.state.value != "confirmed" %}')
