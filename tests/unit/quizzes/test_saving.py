"""What is done with an answer that arrives, and between which the student must choose."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Refusal
from app.kit.ids import EventId
from app.quizzes.domain.attempt import AnswerStanding, SavedAnswer
from app.quizzes.domain.saving import (
    ID_TAKEN,
    LAST_SEQUENCE,
    SEQUENCE_TAKEN,
    TOO_OFTEN,
    AlreadyStored,
    AnswerRecord,
    ArrivingAnswer,
    Decision,
    SetAside,
    Store,
    decide_save,
    in_force,
    open_conflict,
)
from app.quizzes.domain.stored import read_response
from tests.make import NOW

PHONE, DESK, TABLET = (UUID(int=number) for number in (1, 2, 3))
S = AnswerStanding


def says(*options: str) -> dict[str, object]:
    return {"type": "multiple", "version": 2, "options": sorted(options)}


def a_record(sequence: int, device: UUID | None, said: str, **rest: object) -> AnswerRecord:
    whole = AnswerRecord(
        EventId(UUID(int=100 + sequence)), "layers", sequence, says(said), False, NOW, device
    )
    count = sequence if device else None
    return replace(whole, **{"device_sequence": count, "made_from": 0, **rest})  # type: ignore[arg-type] # by name


def an_arriving(
    device: UUID | None, sequence: int | None, said: str, made_from: int = 0, number: int = 1
) -> ArrivingAnswer:
    return ArrivingAnswer(
        EventId(UUID(int=number)), "layers", says(said), sequence, device, made_from
    )


FIRST = a_record(1, PHONE, "a")
SECOND = a_record(2, DESK, "b", made_from=1)
ASIDE = a_record(3, PHONE, "c", standing=S.set_aside, is_late=True)
UNREADABLE = a_record(2, PHONE, "?", standing=S.unreadable, is_late=True)
BY_FORM = a_record(2, None, "b")
CASES: dict[str, tuple[list[AnswerRecord], ArrivingAnswer, Decision]] = {
    "the first answer": ([], an_arriving(PHONE, 1, "a"), Store()),
    "the next of the same device": ([FIRST], an_arriving(PHONE, 2, "b"), Store()),
    "made from what is in force": ([FIRST], an_arriving(DESK, 1, "b", 1), Store()),
    "another device saved since": ([FIRST], an_arriving(DESK, 1, "b"), SetAside(FIRST)),
    "a form saved since": ([FIRST, BY_FORM], an_arriving(PHONE, 2, "c", 1), SetAside(BY_FORM)),
    "both say the same": ([FIRST], an_arriving(DESK, 1, "a"), Store()),
    "it goes on with what is set aside": (
        [FIRST, SECOND, ASIDE],
        an_arriving(PHONE, 4, "d", 3),
        SetAside(SECOND),
    ),
    "it was told of the other one": (
        [FIRST, SECOND, ASIDE],
        an_arriving(PHONE, 4, "d", 2),
        Store(),
    ),
    "an older one of the same device": (
        [FIRST, SECOND, ASIDE],
        an_arriving(PHONE, 2, "z", 1),
        AlreadyStored(ASIDE, 3),
    ),
    "the same number, the same words": (
        [FIRST],
        an_arriving(PHONE, 1, "a"),
        AlreadyStored(FIRST, 1),
    ),
    "the same number, other words": ([FIRST], an_arriving(PHONE, 1, "b"), SEQUENCE_TAKEN),
    "the same id again": (
        [FIRST, SECOND],
        an_arriving(PHONE, 1, "a", number=101),
        AlreadyStored(FIRST, 2),
    ),
    "the same id, other words": ([FIRST], an_arriving(PHONE, 1, "b", number=101), ID_TAKEN),
    "the same id, another number": ([FIRST], an_arriving(PHONE, 2, "a", number=101), ID_TAKEN),
    "the same id, another base": ([FIRST], an_arriving(PHONE, 1, "a", 7, number=101), ID_TAKEN),
    "after one that cannot be read": ([FIRST, UNREADABLE], an_arriving(PHONE, 3, "b"), Store()),
    "a form that says the same": (
        [FIRST],
        an_arriving(None, None, "a"),
        AlreadyStored(FIRST, 1),
    ),
    "a form that says something else": ([FIRST], an_arriving(None, None, "b"), Store()),
    "a form that is right again": ([FIRST, UNREADABLE], an_arriving(None, None, "a"), Store()),
    "a form beside what is set aside": (
        [FIRST, SECOND, ASIDE],
        an_arriving(None, None, "b"),
        AlreadyStored(SECOND, 3),
    ),
    "a number that is new": ([FIRST], an_arriving(None, 2, "b"), Store()),
    "a number that is old": (
        [FIRST, SECOND],
        an_arriving(None, 1, "z"),
        AlreadyStored(SECOND, 2),
    ),
    "a number that is taken": ([FIRST], an_arriving(None, 1, "b"), SEQUENCE_TAKEN),
    "a number of what is set aside": (
        [FIRST, SECOND, ASIDE],
        an_arriving(None, 3, "c"),
        SEQUENCE_TAKEN,
    ),
    "a number before the one set aside": (
        [FIRST, SECOND, ASIDE],
        an_arriving(None, 2, "z"),
        AlreadyStored(SECOND, 3),
    ),
    "too many": (
        [replace(FIRST, sequence=LAST_SEQUENCE)],
        an_arriving(PHONE, 2, "b"),
        TOO_OFTEN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_done_with_an_answer(case):
    stored, arriving, decision = CASES[case]
    assert decide_save(stored, arriving, is_late=False) == decision


def test_what_cannot_be_read_is_stored_once():
    arriving = replace(an_arriving(PHONE, 3, "?"), is_readable=False)
    assert decide_save([FIRST], arriving, is_late=False) == Store(S.unreadable)
    form = replace(arriving, device=None, sequence=None)
    assert decide_save([FIRST, UNREADABLE], form, is_late=False) == AlreadyStored(UNREADABLE, 2)


def test_after_the_end_nothing_is_set_aside():
    """The attempt is over: there is nothing to choose any more."""
    stored = [FIRST, SECOND]
    assert decide_save(stored, an_arriving(PHONE, 2, "c", 1), is_late=True) == Store()
    again = an_arriving(DESK, 2, "b", 1, number=102)
    assert decide_save(stored, again, is_late=True) == AlreadyStored(SECOND, 2)


def test_an_answer_of_a_later_version_is_not_the_same():
    later = replace(FIRST, document={"version": 99})
    assert decide_save([later], an_arriving(DESK, 1, "a"), is_late=False) == SetAside(later)


def test_an_answer_of_version_1_may_say_the_same():
    old = replace(FIRST, document={"options": ["a"]}, device=None, device_sequence=None)
    assert decide_save([old], an_arriving(None, None, "a"), is_late=False) == AlreadyStored(old, 1)


def saved(record: AnswerRecord) -> SavedAnswer:
    return SavedAnswer(
        question_key=record.question_key,
        sequence=record.sequence,
        response=read_response(record.document).response,
        is_late=record.is_late,
        received_at=record.received_at,
        device=record.device,
        standing=record.standing,
    )


CHOSEN = a_record(4, None, "b", standing=S.chosen)
CONFLICTS = {
    "no answer": ([], []),
    "one answer": ([FIRST], []),
    "two answers": ([FIRST, SECOND, ASIDE], [2, 3]),
    "chosen": ([FIRST, SECOND, ASIDE, CHOSEN], []),
    "set aside after a choice": (
        [FIRST, SECOND, CHOSEN, replace(ASIDE, sequence=5)],
        [4, 5],
    ),
    "replaced by its own device": ([FIRST, SECOND, ASIDE, a_record(4, PHONE, "d")], []),
    "not replaced by what cannot be read": (
        [FIRST, SECOND, ASIDE, replace(UNREADABLE, sequence=4)],
        [2, 3],
    ),
    "the other now says the same": ([FIRST, SECOND, ASIDE, a_record(4, DESK, "c")], []),
    "three devices": (
        [FIRST, SECOND, ASIDE, replace(ASIDE, sequence=4, device=TABLET)],
        [2, 3, 4],
    ),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_between_which_answers_the_student_chooses(case):
    records, expected = CONFLICTS[case]
    assert [answer.sequence for answer in open_conflict(map(saved, records))] == expected


@dataclass
class Sheet:
    """The answers to one question, as they are stored one after the other; and what was sent."""

    rows: list[AnswerRecord] = field(default_factory=list)

    def deliver(self, arriving: ArrivingAnswer) -> Decision:
        decision = decide_save(self.rows, arriving, is_late=False)
        if isinstance(decision, Store | SetAside):
            standing = S.set_aside if isinstance(decision, SetAside) else decision.standing
            self.rows.append(
                AnswerRecord(
                    id=arriving.id,
                    question_key="layers",
                    sequence=len(self.rows) + 1,
                    document=arriving.document,
                    is_late=standing is S.set_aside,
                    received_at=NOW,
                    device=arriving.device,
                    device_sequence=arriving.sequence,
                    made_from=arriving.made_from,
                    standing=standing,
                )
            )
        return decision


def newest_of(rows: Iterable[AnswerRecord], device: UUID) -> AnswerRecord:
    return max(
        (row for row in rows if row.device == device), key=lambda row: row.device_sequence or 0
    )


@st.composite
def deliveries(draw: st.DrawFn) -> list[ArrivingAnswer]:
    """What two devices send that both began without an answer and hear nothing of each other: each in
    any order, and some of it twice."""
    sent = [
        an_arriving(device, count, draw(st.sampled_from("abc")), number=1000 * n + count)
        for n, device in enumerate((PHONE, DESK), start=1)
        for count in range(1, draw(st.integers(1, 4)) + 1)
    ]
    twice = draw(st.lists(st.sampled_from(sent), max_size=4))
    return draw(st.permutations([*sent, *twice]))


@given(deliveries())
def test_two_devices_lose_and_double_nothing(sent):
    """In whatever order: the newest answer of each device is stored once and either in force or to be
    chosen, and the device that was first stays in force."""
    sheet = Sheet()
    for arriving in sent:
        decision = sheet.deliver(arriving)
        assert not isinstance(decision, Refusal)
        again = len(sheet.rows)
        assert isinstance(sheet.deliver(arriving), AlreadyStored)
        assert len(sheet.rows) == again
    assert len({row.id for row in sheet.rows}) == len(sheet.rows)
    current = in_force(sheet.rows)
    assert current is not None
    contest = {current.sequence} | {
        answer.sequence for answer in open_conflict(map(saved, sheet.rows))
    }
    for device in (PHONE, DESK):
        last = max((each for each in sent if each.device == device), key=lambda each: each.sequence)
        newest = newest_of(sheet.rows, device)
        assert (newest.id, newest.document) == (last.id, last.document)
        assert newest.sequence in contest or newest.document == current.document
    first = sheet.rows[0]
    others = [row for row in sheet.rows if row.may_count and row.device != first.device]
    assert all(
        row.document in [own.document for own in sheet.rows if own.device == first.device]
        for row in others
    )
