"""Every act has its sentence, which fits who acted."""

import ast
import re
from collections.abc import Iterator

import pytest

from app.audit.act_sentences import ACT_SENTENCES, act_label, act_sentence
from app.audit.sentences_about_courses import ABOUT_COURSES
from app.audit.sentences_about_people import ABOUT_PEOPLE
from app.audit.sentences_about_seats import ABOUT_SEATS
from app.enrolments.domain import EnrolmentState
from app.kit.messages import msg
from app.kit.paths import ROOT
from app.practicals.domain import transitions as seats
from app.quizzes.domain import transitions as attempts

ACT = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = frozenset(
    {
        "record",
        "record_act",
        "record_account_act",
        "record_intake",
        "record_plan",
        "_note",
        "_record",
    }
)
VALUES = re.compile(r"\{(\w+)\}")
ADA = "Ada Admin", "Ada Admin"
ERASED = msg("a person whose data were erased"), msg("A person whose data were erased")


def syntax_trees() -> Iterator[ast.AST]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def said_of_acts() -> list[ast.AST]:
    """Return what stands where a call says which act it records: behind a recorder, as `action` of a function
    of the module, or as its default."""
    parts: list[ast.AST] = []
    for node in syntax_trees():
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            parts += node.args if name in RECORDERS else ()
            if isinstance(node.func, ast.Name):
                parts += [each.value for each in node.keywords if each.arg == "action"]
        elif isinstance(node, ast.arguments):
            parts += [*node.defaults, *(each for each in node.kw_defaults if each)]
    return [part for said_part in parts for part in ast.walk(said_part)]


def assigned(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each name with what is assigned to it."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=True)
            else:
                yield target, node.value


def recorded_acts() -> set[str]:
    """Return each act that a call records by its name, or by a variable that holds it."""
    parts = said_of_acts()
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    values = parts + [
        value
        for node in syntax_trees()
        for target, value in assigned(node)
        if getattr(target, "id", "") in names
    ]
    return {
        value.value
        for value in values
        if isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and ACT.fullmatch(value.value)
    }


def all_acts() -> set[str]:
    """Return the acts that the code records, those included whose names are put together from a state or
    stand in a table of transitions."""
    states = {f"enrolment.{state}" for state in EnrolmentState}
    of_attempts = {row.act for row in attempts.TABLE if row.act}
    of_seats = {row.act for row in seats.TABLE if row.act}
    return recorded_acts() | states | of_attempts | of_seats


def test_every_act_that_is_recorded_has_its_sentence_and_every_sentence_its_act():
    acts = all_acts()
    assert len(acts) > 90
    assert acts - set(ACT_SENTENCES) == set(), "these acts have no sentence"
    assert set(ACT_SENTENCES) - acts == set(), "nothing records these acts"
    assert len(ACT_SENTENCES) == len(ABOUT_PEOPLE) + len(ABOUT_COURSES) + len(ABOUT_SEATS)


@pytest.mark.parametrize("act", ACT_SENTENCES)
def test_a_sentence_names_whom_it_knows(act):
    sentence = ACT_SENTENCES[act]
    texts = (sentence.by_person, sentence.by_self, sentence.by_nobody)
    for text in filter(None, texts):
        assert set(VALUES.findall(text)) <= {"actor", "person", "thing"}, text
        assert text.endswith("."), text
    assert "{actor}" in sentence.by_person, "who did it?"
    assert "{actor}" not in (sentence.by_self or ""), "the person is named once"
    assert "{actor}" not in (sentence.by_nobody or ""), "there is nobody to name"


def test_no_two_acts_have_one_name():
    labels = [str(sentence.label) for sentence in ACT_SENTENCES.values()]
    assert sorted(labels) == sorted(set(labels))


def said(action, *, actor=ADA, person=("Sam", "Sam"), by_somebody=True, by_self=False) -> str:
    return str(
        act_sentence(
            action,
            actor=actor,
            person=person,
            thing="Hands-on day",
            is_by_somebody=by_somebody,
            is_by_self=by_self,
        )
    )


@pytest.mark.parametrize(
    ("action", "who", "words"),
    [
        (
            "practicals.reserved",
            {},
            "Ada Admin reserved a place for Sam on Hands-on day.",
        ),
        ("practicals.booked", {"by_self": True}, "Sam booked a place on Hands-on day."),
        (
            "practicals.promoted",
            {"by_somebody": False},
            "Sam moved up from the waiting list to a place on Hands-on day, because one became free.",
        ),
        ("accounts.closed", {"person": ERASED}, None),
        (
            "accounts.signed_in",
            {"person": ERASED, "by_self": True},
            "A person whose data were erased signed in.",
        ),
        (
            "practicals.published",
            {"actor": (msg("the system"), msg("The system")), "by_somebody": False},
            "The system published Hands-on day.",
        ),
        ("practicals.seat_polished", {}, "Seat polished, by Ada Admin."),
    ],
)
def test_a_sentence_fits_who_acted(action, who, words):
    expected = words or "Ada Admin closed the account of a person whose data were erased."
    assert said(action, **who) == expected


def test_an_act_of_an_earlier_version_is_named_by_its_stored_words():
    assert act_label("practicals.seat_polished") == "Seat polished"
    assert act_label("accounts.roles_changed") == msg("Roles changed")
