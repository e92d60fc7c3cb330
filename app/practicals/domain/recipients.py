"""The people who get a mail about an act, counted, so that pages say exactly what was mailed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit.ids import UserId
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, msg, msgs, sentences
from app.practicals.domain.seats import Practical


@dataclass(frozen=True, slots=True)
class Recipients:
    """How many people get a mail: people with a place, people who wait, instructors, students who could
    not choose any practical before, and people who move up from the waiting list."""

    seats: int = 0
    waiting: int = 0
    instructors: int = 0
    students: int = 0
    moved_up: int = 0

    @property
    def people(self) -> int:
        return self.seats + self.waiting + self.instructors + self.students + self.moved_up

    @property
    def message(self) -> Message:
        """6 people with a place and 2 instructors get a mail."""
        if not self.people:
            return msg("Nobody gets a mail.")
        return msgs(
            "{groups} gets a mail.", "{groups} get a mail.", self.people, groups=self._groups()
        )

    def _groups(self) -> tuple[Message, ...]:
        """Return the groups in which there is somebody, each with its number."""
        return tuple(
            group
            for group in (
                msgs("{n} person with a place", "{n} people with a place", self.seats),
                msgs("{n} person who waits", "{n} people who wait", self.waiting),
                msgs("{n} instructor", "{n} instructors", self.instructors),
                msgs(
                    "{n} student who had no day yet",
                    "{n} students who had no day yet",
                    self.students,
                ),
                msgs(
                    "{n} person who moves up from the waiting list",
                    "{n} people who move up from the waiting list",
                    self.moved_up,
                ),
            )
            if group.n
        )


@dataclass(frozen=True, slots=True)
class ToldGroup:
    """People who get the same mail about a change, by name, and what it tells them. Of some only the number
    is known."""

    told: "Told"
    names: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class DayChange:
    """A change of a day that is written: as it was and as it is, its instructors before and after it, and why
    somebody says it was made."""

    before: Practical
    after: Practical
    taught: frozenset[UserId]
    teaches: frozenset[UserId]
    reason: str | None = None

    @property
    def moved_from(self) -> Practical | None:
        """The day as it was, if its time or room has changed."""
        return self.before if is_moved(self.before, self.after) else None


class Told(LabelledEnum):
    """What the mails about a change of a day tell."""

    moved = "moved", msg("Has a place: hears what changed, with a new entry for the calendar")
    waits = "waits", msg("Waits: hears what changed, and keeps the position")
    moved_up = "moved_up", msg("Moves up: gets a place from the waiting list")
    teaches = "teaches", msg("Begins to teach: hears of the day, with an entry for the calendar")
    taught = "taught", msg("Does not teach it any more: the entry leaves the calendar")
    still_teaches = "still_teaches", msg("Teaches: hears what changed, with a new entry")
    can_choose = "can_choose", msg("Could choose no day until now: hears of this one")

    def group(self, names: Sequence[str], number: int | None = None) -> ToldGroup:
        """Return the people who are told this; `number` where their names are not read."""
        return ToldGroup(self, tuple(names), len(names) if number is None else number)


def recipients_of(groups: Sequence[ToldGroup]) -> Recipients:
    """Return how many people are in the groups of a change."""
    number = {group.told: group.number for group in groups}
    teach = (Told.teaches, Told.taught, Told.still_teaches)
    return Recipients(
        seats=number.get(Told.moved, 0),
        waiting=number.get(Told.waits, 0),
        instructors=sum(number.get(told, 0) for told in teach),
        students=number.get(Told.can_choose, 0),
        moved_up=number.get(Told.moved_up, 0),
    )


def with_recipients(done: Message, told: Recipients) -> Message:
    """Return a message that says what was done and who gets a mail."""
    return sentences(done, told.message if told.people else None)


def is_moved(before: Practical, after: Practical) -> bool:
    """Return whether the time or the room has changed, which calendars show."""
    return _in_calendar(before) != _in_calendar(after)


def _in_calendar(practical: Practical) -> tuple[object, ...]:
    return practical.starts_at, practical.ends_at, practical.zone, practical.room
