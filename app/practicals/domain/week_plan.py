"""The practicals of one week in a table: a row for each room or each instructor, a column for each day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kit.ids import PracticalId
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg
from app.practicals.domain.clashes import room_key

DAYS = 7


class WeekRows(LabelledEnum):
    """What the rows of the table are."""

    room = "room", msg("By room")
    instructor = "instructor", msg("By instructor")


@dataclass(frozen=True, slots=True)
class WeekEntry:
    """A practical in the table. A day that nobody teaches has no instructors."""

    practical_id: PracticalId
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    is_draft: bool
    taken: int
    capacity: int
    instructors: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """The day on which it begins, in the zone of its venue."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A room or an instructor, with what is planned on each of seven days. `name` None: nobody teaches."""

    name: str | None
    days: tuple[tuple[WeekEntry, ...], ...]


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def week_rows(monday: date, entries: Iterable[WeekEntry], rows: WeekRows) -> tuple[WeekRow, ...]:
    """Return the table of a week, its rows by name and nobody first. Rooms that differ only in case,
    spaces or punctuation are one room, as they are for clashes."""
    names: dict[str, str | None] = {}
    planned: dict[str, list[WeekEntry]] = {}
    for entry in entries:
        for name in _names_of(entry, rows):
            key = room_key(name or "") if rows is WeekRows.room else name or ""
            names.setdefault(key, name)
            planned.setdefault(key, []).append(entry)
    ordered = sorted(names, key=lambda key: (names[key] is not None, key.casefold()))
    return tuple(WeekRow(names[key], _by_day(monday, planned[key])) for key in ordered)


def _names_of(entry: WeekEntry, rows: WeekRows) -> Sequence[str | None]:
    """Return the rows in which a practical stands."""
    return (entry.room,) if rows is WeekRows.room else entry.instructors or (None,)


def _by_day(monday: date, entries: Iterable[WeekEntry]) -> tuple[tuple[WeekEntry, ...], ...]:
    days: list[list[WeekEntry]] = [[] for _ in range(DAYS)]
    for entry in sorted(entries, key=lambda each: each.starts_at):
        if 0 <= (column := (entry.day - monday).days) < DAYS:
            days[column].append(entry)
    return tuple(tuple(day) for day in days)
