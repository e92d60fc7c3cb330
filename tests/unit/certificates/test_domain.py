"""The rule, the snapshot and the serial."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates import domain
from app.certificates.domain import Attended, Facts, Judged, MissingKind, Status
from app.kit.ids import AssessmentId, EnrolmentId, RevisionId, SeatId, UserId, new_uuid
from app.learning.domain import Done
from tests.make import NOW
from tests.make.courses import small_course

COURSE = small_course().course
assert COURSE is not None
ALL = Done(
    frozenset(lesson.key for module in COURSE.modules for lesson in module.lessons),
    frozenset(quiz.key for quiz in COURSE.quizzes),
)
SEAT = SeatId(new_uuid())


def attended(seat_id=SEAT, kind="practice-day", starts_at=NOW):
    return Attended(seat_id, kind, starts_at, "Europe/London")


def judged(seat_id=SEAT, checklist="first-session", signed_at=NOW):
    return Judged(AssessmentId(new_uuid()), seat_id, checklist, signed_at, "Iris Instructor")


FACTS = Facts(
    course=COURSE,
    revision_id=RevisionId(new_uuid()),
    revision_number=3,
    enrolment_id=EnrolmentId(new_uuid()),
    done=ALL,
    attended=(attended(),),
    competent=(judged(),),
)
WITHOUT = {
    MissingKind.place: replace(FACTS, enrolment_id=None),
    MissingKind.module: replace(FACTS, done=replace(ALL, lessons=frozenset())),
    MissingKind.final_test: replace(
        FACTS, done=replace(ALL, quizzes=ALL.quizzes - {COURSE.final_test})
    ),
    MissingKind.attendance: replace(FACTS, attended=()),
    MissingKind.assessment: replace(FACTS, competent=()),
}


def kinds(facts):
    return {one.kind for one in domain.missing_for_certificate(facts)}


def test_with_everything_nothing_is_missing():
    assert domain.missing_for_certificate(FACTS) == ()


@pytest.mark.parametrize("kind", MissingKind)
def test_each_part_is_needed(kind):
    """R-113."""
    assert kind in kinds(WITHOUT[kind])


@given(left_out=st.sets(st.sampled_from(["theory", "attended", "competent", "place"]), min_size=1))
def test_whatever_is_left_out_is_missing(left_out):
    facts = FACTS
    if "theory" in left_out:
        facts = replace(facts, done=Done())
    if "attended" in left_out:
        facts = replace(facts, attended=())
    if "competent" in left_out:
        facts = replace(facts, competent=())
    if "place" in left_out:
        facts = replace(facts, enrolment_id=None)
    assert domain.missing_for_certificate(facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(FACTS, attended=(attended(SeatId(new_uuid())),)), {MissingKind.assessment}),
        (
            replace(FACTS, attended=(attended(kind="another-day"),)),
            {MissingKind.attendance, MissingKind.assessment},
        ),
        (replace(FACTS, competent=(judged(checklist="another"),)), {MissingKind.assessment}),
        (
            replace(FACTS, course=COURSE.model_copy(update={"practicals": ()})),
            {MissingKind.attendance},
        ),
    ],
    ids=["other seat", "other kind", "other checklist", "no practicals"],
)
def test_the_assessment_stands_on_an_attended_place_of_its_kind(facts, expected):
    """R-044."""
    assert kinds(facts) == expected


def test_what_is_missing_is_said_in_order_and_in_words():
    nothing = replace(FACTS, enrolment_id=None, done=Done(), attended=(), competent=())
    words = [one.words for one in domain.missing_for_certificate(nothing)]
    assert words[0] == "Hold a confirmed place on the course"
    assert words[-2:] == [
        "Attend “Practice day”",
        "Be assessed as competent on “Practice day”",
    ]
    gone = FACTS.course.model_copy(update={"quizzes": ()})
    facts = replace(FACTS, course=gone, done=replace(ALL, quizzes=frozenset()))
    assert "Pass “the final test”" in {one.words for one in domain.missing_for_certificate(facts)}


def snapshot(facts=FACTS, now=NOW, name="Sam Student"):
    return domain.make_snapshot(
        facts, holder_id=UserId(new_uuid()), name=name, serial="0" * 26, now=now
    )


def test_a_snapshot_names_what_it_stands_on():
    newest = judged(signed_at=NOW + timedelta(days=1))
    found = snapshot(replace(FACTS, competent=(judged(), newest)))
    assert found["evidence"]["assessments"] == [str(newest.assessment_id)]
    assert found["evidence"]["seats"] == [str(SEAT)]
    assert found["evidence"]["enrolment"] == str(FACTS.enrolment_id)
    assert found["practicals"][0]["title"] == "Practice day"
    assert found["course"]["revision"] == 3


def test_dates_are_those_of_the_venue():
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    found = snapshot(replace(FACTS, attended=(attended(starts_at=late),)), now=late)
    assert found["issued_on"] == "2026-07-02"
    assert found["practicals"][0]["on"] == "2026-07-02"


def test_lost_evidence_is_found():
    found = snapshot()
    assert domain.lost_evidence(found, replace(FACTS, enrolment_id=None)) == ()
    assert domain.lost_evidence(found, replace(FACTS, attended=())) == (f"attended place {SEAT}",)
    assert len(domain.lost_evidence(found, replace(FACTS, competent=()))) == 1
    assert len(domain.lost_evidence(found, replace(FACTS, done=Done()))) == 3


def test_the_hash_does_not_depend_on_order_and_changes_with_every_value():
    """R-111."""
    found = snapshot(name="Zoë")
    turned = dict(reversed(found.items()))
    assert domain.hash_of(turned) == domain.hash_of(found)
    assert domain.canonical(json.loads(domain.canonical(found))) == domain.canonical(found)
    altered = [
        {**found, "title": found["title"] + "."},
        {**found, "holder": {**found["holder"], "name": "Zoe"}},
        {**found, "issued_on": "2026-12-02"},
        {**found, "evidence": {**found["evidence"], "seats": []}},
    ]
    hashes = {domain.hash_of(one) for one in [found, *altered]}
    assert len(hashes) == 5


@given(st.integers(0, 2**128 - 1))
def test_serials_come_back_however_they_are_typed(value):
    serial = domain.written_serial(value)
    assert len(serial) == 26
    assert serial[0] in "01234567"  # 128 bits in 130
    grouped = domain.grouped(serial)
    assert domain.read_serial(grouped) == serial
    assert domain.read_serial(grouped.lower().replace("-", " – ")) == serial
    assert domain.read_serial(serial.replace("0", "O").replace("1", "l")) == serial


def test_a_thousand_serials_differ():
    assert len({domain.new_serial() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("typed", ["", "7K2Q", "U" * 26, "0" * 27, "é" * 26, "-" * 26, "0" * 500])
def test_what_cannot_be_a_serial_is_none(typed):
    assert domain.read_serial(typed) is None


@pytest.mark.parametrize(
    ("untouched", "revoked_at", "status"),
    [
        (True, None, Status.valid),
        (True, NOW, Status.revoked),
        (False, None, Status.not_valid),
        (False, NOW, Status.not_valid),
    ],
)
def test_status(untouched, revoked_at, status):
    assert domain.status_of(is_untouched=untouched, revoked_at=revoked_at) is status


def test_names_are_composed_and_their_missing_letters_found():
    assert domain.printable_name("  Zoe\u0308   Ng ") == "Zo\u00eb Ng"
    assert domain.printable_name(None) == ""
    drawn = frozenset(map(ord, "Zoë Ng"))
    assert domain.missing_glyphs("Zoë Ng", drawn) == ()
    assert domain.missing_glyphs("Zoë Nguyễn ễ", drawn) == ("u", "y", "ễ", "n")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7K2Q", "you typed 4"),
        ("7K2Q " * 7, "you typed 28"),
        ("7K2Q-U111", "The letter U is never used"),
        ("7K2Q!!", "you typed !"),
        ("https://academy.example/verify/7K2Q", "without the address"),
    ],
)
def test_a_wrong_number_is_told_what_to_check(typed, said):
    assert domain.read_serial(typed) is None
    assert said in domain.serial_problem(typed)
