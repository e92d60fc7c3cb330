"""How the page of a person names what happened."""

import ast
import re
from collections.abc import Iterator

import pytest

from app.audit.act_words import ACT_WORDS, act_words
from app.enrolments.domain import EnrolmentState
from app.kit.paths import ROOT

ACT = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = frozenset(
    {"record", "record_act", "record_account_act", "record_intake", "record_plan"}
)


def recorded_acts() -> Iterator[str]:
    """Yield each act whose name stands in a call that records it."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in RECORDERS or name in ("_note", "_record"):
                yield from (
                    part.value
                    for value in node.args
                    for part in ast.walk(value)
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and ACT.fullmatch(part.value)
                )


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("accounts.roles_changed", "Roles changed"),
        ("practicals.marked_attendance", "Marked attendance"),
        ("quizzes.start", "Quiz started"),
        ("quizzes.submit", "Quiz ended"),
        ("practicals.seat_polished", "Seat polished"),
    ],
)
def test_an_act_is_named_in_words(action, words):
    assert str(act_words(action)) == words


def test_every_act_that_is_recorded_has_a_name_for_translators():
    acts = set(recorded_acts())
    assert len(acts) > 60
    acts |= {f"enrolment.{state}" for state in EnrolmentState}
    acts |= {f"practicals.{way}" for way in ("booked", "promoted", "reserved")}
    assert acts - set(ACT_WORDS) == set()
