"""Facts as typed values: what is refused when one is written, and what is read."""

import json
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.assessments.domain import Outcome
from app.assessments.facts import AssessmentSigned
from app.courses.facts import CorrectedPassage, CourseCorrected
from app.kit.ids import AssessmentId, RevisionId, UserId
from app.kit.stored_documents import DamagedDocument, Document, LaterVersionNeeded
from app.outbox.facts import Fact

USER = UserId(UUID(int=7))
REVISION = RevisionId(UUID(int=8))
SIGNED: dict[str, Any] = {
    "user_id": USER,
    "course_key": "small-course",
    "assessment_id": AssessmentId(UUID(int=9)),
    "outcome": Outcome.competent,
}
PASSAGE: dict[str, Any] = {"key": "k", "lesson_key": "l", "quiz_key": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_id": str(USER)},
        {"user_id": None},
        {"course_key": 7},
        {"assessment_id": "9"},
        {"outcome": "competent"},
        {"result": "competent"},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type_is_refused_when_it_is_written(wrong):
    with pytest.raises(ValidationError):
        AssessmentSigned(**{**SIGNED, **wrong})


def test_the_parts_of_a_fact_are_as_strict():
    with pytest.raises(ValidationError):
        CorrectedPassage(**PASSAGE, revision_ids=(str(REVISION),))
    with pytest.raises(ValidationError):
        CourseCorrected(course_key="c", errata=[{**PASSAGE, "revision_ids": []}])  # type: ignore[arg-type,list-item]


def test_a_fact_cannot_be_changed():
    fact = AssessmentSigned(**SIGNED)
    with pytest.raises(ValidationError):
        fact.course_key = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "fact",
    [
        AssessmentSigned(**SIGNED),
        CourseCorrected(
            course_key="c", errata=(CorrectedPassage(**PASSAGE, revision_ids=(REVISION,)),)
        ),
    ],
    ids=lambda fact: fact.name,
)
def test_it_is_read_as_it_was_written(fact):
    stored = json.loads(json.dumps(fact.payload()))
    assert stored["version"] == 1
    assert type(fact).from_payload(stored) == fact


def test_keys_that_nobody_knows_are_ignored():
    passage = {**PASSAGE, "revision_ids": [str(REVISION)], "unheard-of": 1}
    stored = {"course_key": "c", "errata": [passage], "unheard-of": [1]}
    assert CourseCorrected.from_payload(stored).errata[0].revision_ids == (REVISION,)


@pytest.mark.parametrize("stored", [{"course_key": 7}, {}, {"course_key": "Ann Able", "errata": 1}])
def test_a_damaged_fact_is_refused_without_its_words(stored):
    with pytest.raises(DamagedDocument, match=r"The fact “course\.corrected”") as refused:
        CourseCorrected.from_payload(stored)
    assert "Ann" not in str(refused.value)
    assert refused.value.__cause__ is None


class Counted(Fact):
    """A fact whose second version counts its people."""

    name: ClassVar[str] = "counted"
    version: ClassVar[int] = 2
    unhandled_because: ClassVar[str] = "a test reads it"

    people: int

    @staticmethod
    def _with_people(document: Document) -> Document:
        return {**document, "people": len(document["names"])}

    steps: ClassVar = {1: _with_people}


def test_each_version_has_a_step_to_the_next_and_a_later_one_is_refused():
    assert Counted.from_payload({"names": ["Ann", "Ben"]}) == Counted(people=2)
    assert Counted.from_payload({"version": 2, "people": 2}) == Counted(people=2)
    assert Counted(people=2).payload() == {"version": 2, "people": 2}
    with pytest.raises(LaterVersionNeeded, match=r"facts: they have version 3.*up to version 2"):
        Counted.from_payload({"version": 3, "people": 2})
