"""The people who get a mail about an act, counted, so that pages say exactly what was mailed."""

from dataclasses import dataclass

from app.kit.messages import Message, msg, msgs, sentences
from app.practicals.domain.seats import Practical


@dataclass(frozen=True, slots=True)
class Recipients:
    """How many people get a mail: people with a place, people who wait, instructors, and students
    who could not choose any practical before."""

    seats: int = 0
    waiting: int = 0
    instructors: int = 0
    students: int = 0

    @property
    def people(self) -> int:
        return self.seats + self.waiting + self.instructors + self.students

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
            )
            if group.n
        )


def with_recipients(done: Message, told: Recipients) -> Message:
    """Return a message that says what was done and who gets a mail."""
    return sentences(done, told.message if told.people else None)


def is_moved(before: Practical, after: Practical) -> bool:
    """Return whether the time or the room has changed, which calendars show."""
    return _in_calendar(before) != _in_calendar(after)


def _in_calendar(practical: Practical) -> tuple[object, ...]:
    return practical.starts_at, practical.ends_at, practical.zone, practical.room
