"""Clashes: an instructor, a room or a person with a place is needed by two practicals at the same
time. Times are half-open, [start, end), so a practical that ends when another begins does not
clash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, msg
from app.practicals.domain.times import span_message


class ClashKind(StrEnum):
    """What is needed twice."""

    instructor = "instructor"
    room = "room"
    person = "person"


@dataclass(frozen=True, slots=True)
class OtherDay:
    """A published practical that may clash, with the names of its instructors."""

    practical_id: PracticalId
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    instructors: tuple[tuple[UserId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """A person or a room that another practical needs at the same time."""

    doubled: ClashKind
    who: str
    day: OtherDay

    @property
    def message(self) -> Message:
        """Ira Instructor also teaches Scalp day, Tue 15 Dec 2026, 09:00 to 16:00, London time."""
        who, day = self.who, self.day
        when = span_message(day.starts_at, day.ends_at, day.zone)
        match self.doubled:
            case ClashKind.instructor:
                return msg(
                    "{who} also teaches {title}, {when}.", who=who, title=day.title, when=when
                )
            case ClashKind.room:
                return msg(
                    "{room} is also used by {title}, {when}.", room=who, title=day.title, when=when
                )
            case ClashKind.person:
                return msg(
                    "{who} also has a place on {title}, {when}.",
                    who=who,
                    title=day.title,
                    when=when,
                )
            case _:
                assert_never(self.doubled)


def overlap(
    starts_at: datetime, ends_at: datetime, other_starts: datetime, other_ends: datetime
) -> bool:
    """Return whether two half-open periods overlap."""
    return starts_at < other_ends and other_starts < ends_at


def room_key(room: str) -> str:
    """Return the name of a room for comparison: without case, spaces and punctuation."""
    letters = (sign if sign.isalnum() else " " for sign in room.casefold())
    return " ".join("".join(letters).split())


def clashes_of(
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    instructors: Iterable[UserId],
    others: Iterable[OtherDay],
) -> tuple[Clash, ...]:
    """Return the instructors and the room that other practicals need at this time."""
    teach = set(instructors)
    clashes = []
    for day in others:
        if not overlap(starts_at, ends_at, day.starts_at, day.ends_at):
            continue
        clashes += [
            Clash(ClashKind.instructor, name, day)
            for user_id, name in day.instructors
            if user_id in teach
        ]
        if room_key(room) and room_key(room) == room_key(day.room):
            clashes.append(Clash(ClashKind.room, day.room, day))
    return tuple(clashes)
