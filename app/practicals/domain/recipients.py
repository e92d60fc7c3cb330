"""The people who get a mail about an act, counted and in words, so that pages say exactly what was
mailed."""

from dataclasses import dataclass

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
    def words(self) -> str:
        """6 people with a place, 1 person who waits and 2 instructors"""
        groups = (
            (self.seats, "person with a place", "people with a place"),
            (self.waiting, "person who waits", "people who wait"),
            (self.instructors, "instructor", "instructors"),
            (self.students, "student who had no day yet", "students who had no day yet"),
        )
        parts = [
            f"{count} {singular if count == 1 else many}"
            for count, singular, many in groups
            if count
        ]
        if len(parts) < 2:
            return "".join(parts) or "nobody"
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    @property
    def sentence(self) -> str:
        """6 people with a place and 2 instructors get a mail."""
        return f"{self.words[:1].upper()}{self.words[1:]} {'gets' if self.people < 2 else 'get'} a mail."


def is_moved(before: Practical, after: Practical) -> bool:
    """Return whether the time or the room has changed, which calendars show."""
    return _in_calendar(before) != _in_calendar(after)


def _in_calendar(practical: Practical) -> tuple[object, ...]:
    return practical.starts_at, practical.ends_at, practical.zone, practical.room
