"""The rule, the snapshot and the serial."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates import domain
from app.certificates.domain import (
    AttendedPractical,
    CertificateFacts,
    CompetentAssessment,
    MissingRequirement,
    NameOwner,
    Status,
)
from app.kit.ids import AssessmentId, EnrolmentId, RevisionId, SeatId, UserId, new_uuid
from app.learning.domain import Done
from app.learning.way import RequirementKind
from tests.make import NOW
from tests.make.courses import small_course

COURSE = small_course().course
assert COURSE is not None
ALL = Done(
    frozenset(lesson.key for module in COURSE.modules for lesson in module.lessons),
    frozenset(quiz.key for quiz in COURSE.quizzes),
)
SEAT = SeatId(new_uuid())
HOLDER = UserId(new_uuid())
ASSESSOR = UserId(new_uuid())


def attended(seat_id=SEAT, kind="practice-day", starts_at=NOW):
    return AttendedPractical(seat_id, kind, starts_at, "Europe/London")


def judged(seat_id=SEAT, checklist="first-session", signed_at=NOW):
    return CompetentAssessment(
        AssessmentId(new_uuid()), seat_id, checklist, signed_at, "Iris Instructor", ASSESSOR
    )


FACTS = CertificateFacts(
    course=COURSE,
    revision_id=RevisionId(new_uuid()),
    revision_number=3,
    enrolment_id=EnrolmentId(new_uuid()),
    done=ALL,
    attended=(attended(),),
    competent=(judged(),),
)
WITHOUT = {
    RequirementKind.place: replace(FACTS, enrolment_id=None),
    RequirementKind.module: replace(FACTS, done=replace(ALL, lessons=frozenset())),
    RequirementKind.final_test: replace(
        FACTS, done=replace(ALL, quizzes=ALL.quizzes - {COURSE.final_test})
    ),
    RequirementKind.attendance: replace(FACTS, attended=()),
    RequirementKind.assessment: replace(FACTS, competent=()),
}


def kinds(facts):
    return {requirement.kind for requirement in domain.missing_for_certificate(facts)}


def test_with_everything_nothing_is_missing():
    assert domain.missing_for_certificate(FACTS) == ()


@pytest.mark.parametrize("kind", RequirementKind)
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
        (replace(FACTS, attended=(attended(SeatId(new_uuid())),)), {RequirementKind.assessment}),
        (
            replace(FACTS, attended=(attended(kind="another-day"),)),
            {RequirementKind.attendance, RequirementKind.assessment},
        ),
        (replace(FACTS, competent=(judged(checklist="another"),)), {RequirementKind.assessment}),
        (
            replace(FACTS, course=COURSE.model_copy(update={"practicals": ()})),
            {RequirementKind.attendance},
        ),
    ],
    ids=["other seat", "other kind", "other checklist", "no practicals"],
)
def test_the_assessment_stands_on_an_attended_place_of_its_kind(facts, expected):
    """R-044."""
    assert kinds(facts) == expected


def in_words(missing):
    return tuple(replace(each, words=str(each.words)) for each in missing)


def test_what_is_missing_is_said_in_order_and_in_words():
    nothing = replace(FACTS, enrolment_id=None, done=Done(), attended=(), competent=())
    assert in_words(domain.missing_for_certificate(nothing)) == (
        MissingRequirement(
            RequirementKind.place, "small-course", "Hold a confirmed place on the course"
        ),
        MissingRequirement(RequirementKind.module, "skin", "Complete “The skin”"),
        MissingRequirement(RequirementKind.module, "needles", "Complete “Needles”"),
        MissingRequirement(RequirementKind.final_test, "final-test", "Pass “Final test”"),
        MissingRequirement(RequirementKind.attendance, "practice-day", "Attend “Practice day”"),
        MissingRequirement(
            RequirementKind.assessment, "practice-day", "Be assessed as competent on “Practice day”"
        ),
    )


def test_a_course_that_lost_its_parts_still_names_what_is_missing():
    gone = FACTS.course.model_copy(update={"quizzes": (), "practicals": ()})
    facts = replace(FACTS, course=gone, done=replace(ALL, quizzes=frozenset()))
    assert in_words(domain.missing_for_certificate(facts)[-2:]) == (
        MissingRequirement(RequirementKind.final_test, "final-test", "Pass the final test"),
        MissingRequirement(RequirementKind.attendance, "small-course", "Attend a practical"),
    )


def snapshot(facts=FACTS, now=NOW, name="Sam Student"):
    return domain.make_snapshot(
        facts, issuer="Preceptor Academy", holder_id=HOLDER, name=name, serial="0" * 26, now=now
    )


@pytest.fixture
def server_in_tokyo(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("server_in_tokyo")
def test_everything_a_certificate_says():
    """R-111: the words of this value are stored for ever; a changed one needs another format."""
    in_new_york = AttendedPractical(SEAT, "practice-day", NOW, "America/New_York")
    night = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    signed = replace(judged(), signed_at=night)
    facts = replace(FACTS, attended=(in_new_york,), competent=(signed,))
    now = night.astimezone(timezone(timedelta(hours=9)))
    assert snapshot(facts, now=now) == {
        "format": 2,
        "look": 2,
        "issuer": "Preceptor Academy",
        "serial": "0" * 26,
        "holder": {"id": str(HOLDER), "name": "Sam Student"},
        "course": {"key": "small-course", "revision": 3, "revision_id": str(FACTS.revision_id)},
        "title": "A small course in skin and needles",
        "scope": "Attests the theory and one assessed practical day. It is not a licence.",
        "issued_at": "2026-12-03T02:00:00+00:00",
        "issued_on": "2026-12-02",
        "practicals": [
            {
                "title": "Practice day",
                "on": "2026-12-01",
                "assessed_on": "2026-12-02",
                "assessor": "Iris Instructor",
            }
        ],
        "evidence": {
            "enrolment": str(FACTS.enrolment_id),
            "modules": ["skin", "needles"],
            "final_test": "final-test",
            "seats": [str(SEAT)],
            "assessments": [str(signed.assessment_id)],
        },
    }


def test_a_snapshot_names_what_it_stands_on():
    newest = judged(signed_at=NOW + timedelta(days=1))
    written = snapshot(replace(FACTS, competent=(judged(), newest)))
    assert written["evidence"]["assessments"] == [str(newest.assessment_id)]
    assert written["evidence"]["seats"] == [str(SEAT)]
    assert written["evidence"]["enrolment"] == str(FACTS.enrolment_id)
    assert written["practicals"][0]["title"] == "Practice day"
    assert written["course"]["revision"] == 3


def test_dates_are_those_of_the_venue():
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    written = snapshot(replace(FACTS, attended=(attended(starts_at=late),)), now=late)
    assert written["issued_on"] == "2026-07-02"
    assert written["practicals"][0]["on"] == "2026-07-02"


def test_lost_evidence_is_found():
    written = snapshot()
    assert domain.lost_evidence(written, replace(FACTS, enrolment_id=None)) == ()
    assert domain.lost_evidence(written, replace(FACTS, attended=())) == (f"attended place {SEAT}",)
    assert len(domain.lost_evidence(written, replace(FACTS, competent=()))) == 1
    assert len(domain.lost_evidence(written, replace(FACTS, done=Done()))) == 3


def test_the_hash_does_not_depend_on_order_and_changes_with_every_value():
    """R-111."""
    written = snapshot(name="Zoë")
    turned = dict(reversed(written.items()))
    assert domain.hash_of(turned) == domain.hash_of(written)
    assert domain.canonical(json.loads(domain.canonical(written))) == domain.canonical(written)
    altered = [
        {**written, "title": written["title"] + "."},
        {**written, "holder": {**written["holder"], "name": "Zoe"}},
        {**written, "issued_on": "2026-12-02"},
        {**written, "evidence": {**written["evidence"], "seats": []}},
    ]
    hashes = {domain.hash_of(each_snapshot) for each_snapshot in [written, *altered]}
    assert len(hashes) == 5


def test_a_snapshot_is_written_in_one_way_for_ever():
    """R-111: another way to write it would turn every issued certificate into one not valid."""
    written = domain.canonical({"name": "Zoë", "at": [1, {"b": None, "a": True}]})
    assert written.decode() == '{"at":[1,{"a":true,"b":null}],"name":"Zoë"}'
    assert domain.hash_of({"name": "Zoë"}) == sha256('{"name":"Zoë"}'.encode()).hexdigest()
    with pytest.raises(ValueError, match="JSON"):
        domain.canonical({"value": float("nan")})


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


def test_names_are_composed():
    assert domain.printable_name("  Zoe\u0308   Ng ") == "Zo\u00eb Ng"
    assert domain.printable_name(None) == ""


def test_a_reason_of_an_older_version_is_told_without_codes():
    old = "The certificate's font does not draw these characters of the name: U+1EC5."
    assert domain.readable_reason(old, None) == domain.OLD_REASON
    assert domain.readable_reason("The profile has no name.", None) == "The profile has no name."
    assert domain.readable_reason("“U+1” is no name", NameOwner.holder) == "“U+1” is no name"
