"""What to do with an answer that arrives: store it, set it aside, or say what is already stored.

A device counts its own changes to a question, and its highest number decides among its own answers. Each
answer names the stored one that it was made from. If another device has saved a different answer since, both
are stored: the one received first stays *in force*, and the later is *set aside* until the student chooses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.kit.errors import Refusal, Refused
from app.kit.ids import EventId
from app.kit.messages import msg
from app.quizzes.domain.attempt import AnswerStanding, SavedAnswer, may_count
from app.quizzes.domain.stored import read_response

LAST_SEQUENCE: Final = 10_000
"""The highest sequence number. No person saves one question so often; the limit stops a broken
client from filling the table."""
SEQUENCE_TAKEN: Final = Refusal(
    "sequence-taken",
    msg("This question was answered in another window at the same time."),
    msg("Send your answer again with a higher sequence number."),
)
ID_TAKEN: Final = Refusal(
    "id-taken",
    msg("Another answer was sent with the same id."),
    msg("Send this answer again with an id of its own."),
)
CHOICE_GONE: Final = Refusal(
    "choice-gone",
    msg("Something was saved or chosen since you opened this page."),
    msg("Look at the answers as they are now."),
)
TOO_OFTEN: Final = Refusal(
    "saved-too-often", msg("This question was saved too often."), msg("Go on with the next one.")
)


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """A stored answer to one question. Its document is not read yet: a later version may have stored it.
    `device` None: a form sent it, or a version stored it that did not name devices."""

    id: EventId
    question_key: str
    sequence: int
    document: object
    is_late: bool
    received_at: datetime
    device: UUID | None = None
    device_sequence: int | None = None
    made_from: int | None = None
    standing: AnswerStanding | None = None

    @property
    def may_count(self) -> bool:
        return may_count(self.standing, is_late=self.is_late)


@dataclass(frozen=True, slots=True)
class ArrivingAnswer:
    """An answer that was sent. With a `device`, `sequence` is that device's count of its changes to the
    question. Without one it is the number under which the answer is stored, or None for a form: it is
    stored as the newest. `document` is what would be stored."""

    id: EventId
    question_key: str
    document: Mapping[str, Any]
    sequence: int | None
    device: UUID | None = None
    made_from: int = 0
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """Store it after the others. `standing` None: it is in force, or late."""

    standing: AnswerStanding | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Store it beside the answer that stays in force."""

    in_force: AnswerRecord


@dataclass(frozen=True, slots=True)
class AlreadyStored:
    """Store nothing: this is stored, and as new or newer. `sequence` is the highest one of the question."""

    record: AnswerRecord
    sequence: int


Decision = Store | SetAside | AlreadyStored | Refusal


def decide_save(
    stored: Sequence[AnswerRecord], arriving: ArrivingAnswer, *, is_late: bool
) -> Decision:
    """Return what to do with an answer. `stored` holds at least the newest answer to its question, the newest
    that may count, the newest of its device, and every one with the same id. `is_late`: the attempt takes no
    answers any more."""
    decision = _already(stored, arriving, is_late=is_late)
    if decision is None and _highest(stored) >= LAST_SEQUENCE:
        decision = TOO_OFTEN
    if decision is not None:
        return decision
    if not arriving.is_readable:
        return Store(AnswerStanding.unreadable)
    if is_late or arriving.device is None:
        return Store()
    current = in_force(stored)
    if current is None or not _is_apart(stored, arriving) or says_the_same(current, arriving):
        return Store()
    return SetAside(current)


def in_force(stored: Iterable[AnswerRecord]) -> AnswerRecord | None:
    """Return the newest of some answers to one question that may count, or None."""
    counting = [record for record in stored if record.may_count]
    return max(counting, key=lambda record: record.sequence, default=None)


def says_the_same(record: AnswerRecord, arriving: ArrivingAnswer) -> bool:
    """Return whether a stored answer has the content of another. False for an answer that a later version
    stored, so that the new one is stored after it."""
    if record.standing is AnswerStanding.unreadable or not arriving.is_readable:
        return record.document == arriving.document
    if record.document == arriving.document:
        return True
    try:
        return read_response(record.document).response == read_response(arriving.document).response
    except Refused:
        return False


def open_conflict(answers: Iterable[SavedAnswer]) -> tuple[SavedAnswer, ...]:
    """Return the answers to one question between which the student has not chosen: the one in force, then
    those set aside. Empty without a conflict. An answer that its own device has replaced, or that says the
    same as the one in force, is in no conflict."""
    readable = [answer for answer in answers if answer.standing is not AnswerStanding.unreadable]
    current = max(
        (answer for answer in readable if answer.may_count),
        key=lambda answer: answer.sequence,
        default=None,
    )
    if current is None:
        return ()
    chosen = max(
        (answer.sequence for answer in readable if answer.standing is AnswerStanding.chosen),
        default=0,
    )
    newest: dict[UUID | None, int] = {}
    for answer in readable:
        newest[answer.device] = max(answer.sequence, newest.get(answer.device, 0))
    aside = [
        answer
        for answer in readable
        if answer.standing is AnswerStanding.set_aside
        and answer.sequence == newest[answer.device] > chosen
        and answer.response != current.response
    ]
    return (current, *sorted(aside, key=lambda answer: answer.sequence)) if aside else ()


def _already(
    stored: Sequence[AnswerRecord], arriving: ArrivingAnswer, *, is_late: bool
) -> Decision | None:
    """Return the answer if it need not be stored, the refusal if its id or its number is taken, or None."""
    if arriving.device is None:
        return _already_numbered(stored, arriving, is_late=is_late)
    highest = _highest(stored)
    for record in stored:
        if record.id == arriving.id:
            return AlreadyStored(record, highest) if _is_again(record, arriving) else ID_TAKEN
    own = _newest_of_device(stored, arriving.device)
    count = -1 if own is None or own.device_sequence is None else own.device_sequence
    if own is None or arriving.sequence is None or arriving.sequence > count:
        return None
    if arriving.sequence == count and not says_the_same(own, arriving):
        return SEQUENCE_TAKEN
    return AlreadyStored(own, highest)


def _already_numbered(
    stored: Sequence[AnswerRecord], arriving: ArrivingAnswer, *, is_late: bool
) -> Decision | None:
    """The same for an answer without a device: its number counts the answers of all devices."""
    newest = max(stored, key=lambda record: record.sequence, default=None)
    if newest is None:
        return None
    told = max(
        (record for record in stored if record.may_count or record.standing is None),
        key=lambda record: record.sequence,
        default=None,
    )
    if arriving.sequence is None:
        if newest.standing is AnswerStanding.unreadable and says_the_same(newest, arriving):
            return AlreadyStored(newest, newest.sequence)
        is_told = newest.standing is not AnswerStanding.unreadable and arriving.is_readable
        if told is not None and told.is_late and not is_late:
            return None  # the attempt was opened again: the same answer is in time now
        if told is None or not is_told or not says_the_same(told, arriving):
            return None
        return AlreadyStored(told, newest.sequence)
    if arriving.sequence > newest.sequence:
        return None
    if told is not None and told.is_late and not is_late:
        return SEQUENCE_TAKEN  # opened again since: with a higher number the answer counts
    if told is None or (
        arriving.sequence == newest.sequence
        and not (newest is told and says_the_same(newest, arriving))
    ):
        return SEQUENCE_TAKEN
    return AlreadyStored(told, newest.sequence)


def _is_again(record: AnswerRecord, arriving: ArrivingAnswer) -> bool:
    """Return whether an answer with the same id is the same one, sent twice."""
    names = (record.question_key, record.device, record.device_sequence, record.made_from)
    sent = (arriving.question_key, arriving.device, arriving.sequence, arriving.made_from)
    return names == sent and says_the_same(record, arriving)


def _newest_of_device(stored: Iterable[AnswerRecord], device: UUID) -> AnswerRecord | None:
    counted = [
        record
        for record in stored
        if record.device == device and record.device_sequence is not None
    ]
    return max(counted, key=lambda record: record.device_sequence or 0, default=None)


def _is_apart(stored: Iterable[AnswerRecord], arriving: ArrivingAnswer) -> bool:
    """Return whether another device has saved a different answer since the one that this was made from, or
    whether this goes on with an answer that was set aside. Of another device its newest answer counts."""
    newest: dict[UUID | None, AnswerRecord] = {}
    for record in stored:
        is_base = record.sequence == arriving.made_from
        if record.device == arriving.device:
            if is_base and record.standing is AnswerStanding.set_aside:
                return True
        elif record.may_count and record.sequence > arriving.made_from:
            other = newest.get(record.device)
            if other is None or record.sequence > other.sequence:
                newest[record.device] = record
    return any(not says_the_same(record, arriving) for record in newest.values())


def _highest(stored: Iterable[AnswerRecord]) -> int:
    return max((record.sequence for record in stored), default=0)
