"""The form that repeats a practical day: which days, who teaches them, and which of them are saved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from app.kit.errors import Invalid
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.practicals.domain.plan import Plan
from app.practicals.domain.series import MOST_DAYS, DatedPlan, SeriesChoice, weekly_days
from app.practicals.queries.admin_detail import PlannedPractical
from app.web.dates import Day, local_day, moment, read_day
from app.web.field_messages import CHOICE, message_in
from app.web.forms import Form, label

TEACHES: Final = re.compile(r"(\d{4}-\d\d-\d\d)/([0-9a-f-]{36})?/([0-9a-f-]{36})")
SEEN: Final = re.compile(r"(\d{4}-\d\d-\d\d)/([0-9a-f]{16})")
TOO_MANY: Final = msg("Plan at most {most} days at once.", most=MOST_DAYS)
LONGEST_LIST: Final = 6_000
WEEKDAYS: Final = (
    *(msg("Monday"), msg("Tuesday"), msg("Wednesday"), msg("Thursday")),
    *(msg("Friday"), msg("Saturday"), msg("Sunday")),
)


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line of a pasted list that is no day."""

    number: int
    text: str
    message: Message


class RepeatForm(Form):
    """Repeats a day. A pasted list of dates goes before the weekday. `day`, `teaches` and `seen` are what
    was chosen on the preview: the ticked days; “day/from/to” for an instructor who takes the place of
    another; and “day/objections” for what was shown there against a day."""

    weekday: int = Field(default=0, title=label("weekday"), ge=0, le=6)
    every: int = Field(default=1, title=label("number of weeks"), ge=1, le=26)
    number: int | None = Field(default=None, title=label("number of days"), ge=1, le=MOST_DAYS)
    until: Day | None = Field(default=None, title=label("last day"))
    dates: str | None = Field(default=None, title=label("list of dates"), max_length=LONGEST_LIST)
    over_ratio_reason: str | None = Field(default=None, title=label("reason"), max_length=500)
    day: tuple[date, ...] = Field(default=(), title=label("days"), max_length=MOST_DAYS)
    teaches: tuple[str, ...] = Field(default=(), title=label("instructors"), max_length=1200)
    seen: tuple[str, ...] = Field(default=(), title=label("days"), max_length=MOST_DAYS)
    leave_out: bool = Field(default=False, title=label("leave the wrong lines out"))
    publish_source: bool = Field(default=False, title=label("publish the draft, too"))
    previewed: bool = Field(default=False, title=label("preview"))
    step: Literal["preview", "save", "back"] = Field(default="preview", title=label("step"))

    @field_validator("teaches", "seen")
    @classmethod
    def _in_its_shape(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        shape = TEACHES if info.field_name == "teaches" else SEEN
        if not all(shape.fullmatch(value) for value in values):
            raise ValueError(CHOICE)
        return values

    @property
    def lines(self) -> tuple[date | WrongLine, ...]:
        """The pasted lines: each a day, or what is wrong with it. Empty lines are left out."""
        return tuple(_read_lines(self.dates or ""))

    @property
    def wrong_lines(self) -> tuple[WrongLine, ...]:
        return tuple(line for line in self.lines if isinstance(line, WrongLine))

    def days_after(self, source: date, today: date) -> tuple[date, ...]:
        """Return the days that are meant, in order and each once. Raise Invalid without any, or if they
        are too many."""
        if self.dates:
            days = tuple(sorted({line for line in self.lines if isinstance(line, date)}))
            where, none = "dates", msg("No line is a date. Write one date on each line.")
        elif self.number is None and self.until is None:
            raise Invalid(
                msg("Say how many days."),
                fields={"number": msg("Enter how many days, or the last day, or paste a list.")},
            )
        else:
            days = weekly_days(
                source,
                today,
                weekday=self.weekday,
                every=self.every,
                number=self.number,
                until=self.until,
            )
            where, none = "until", msg("No such weekday lies between this day and the last one.")
        if not days or len(days) > MOST_DAYS:
            problem = TOO_MANY if days else none
            raise Invalid(problem, fields={where: problem})
        return days

    def instructors_on(self, day: date, usual: tuple[UserId, ...]) -> frozenset[UserId]:
        """Return who teaches on a day: the usual instructors, and for each whoever takes their place."""
        swaps = {
            match[2] or "": UserId(UUID(match[3]))
            for match in map(TEACHES.fullmatch, self.teaches)
            if match and match[1] == day.isoformat()
        }
        if not usual:
            return frozenset(swaps.values())
        return frozenset(swaps.get(str(user_id), user_id) for user_id in usual)

    def choices(self, source: PlannedPractical, now: datetime) -> tuple[SeriesChoice, ...]:
        """Return the ticked days with their plans, and what was seen against each."""
        seen = {match[1]: match[2] for match in map(SEEN.fullmatch, self.seen) if match}
        return tuple(
            SeriesChoice(planned, seen.get(planned.day.isoformat(), ""))
            for planned in self.plans(source, now)
            if planned.day in self.day
        )

    def plans(self, source: PlannedPractical, now: datetime) -> tuple[DatedPlan, ...]:
        """Return the plan of each day that is meant: like the source, at the same times of the clock."""
        zone = source.practical.zone
        days = self.days_after(local_day(source.practical.starts_at, zone), local_day(now, zone))
        return tuple(self._plan_on(day, source, now) for day in days)

    def _plan_on(self, day: date, source: PlannedPractical, now: datetime) -> DatedPlan:
        practical = source.practical
        zone = ZoneInfo(practical.zone)
        starts, ends = (
            at.astimezone(zone).time() for at in (practical.starts_at, practical.ends_at)
        )
        try:
            starts_at = moment(day, starts, practical.zone)
            ends_at = moment(day, ends, practical.zone)
        except ValueError as error:
            return DatedPlan(day, None, message_in(error))
        plan = replace(
            plan_like(source),
            starts_at=starts_at,
            ends_at=ends_at,
            instructors=self.instructors_on(day, source.instructors),
            booking_opens_at=max(now, practical.booking_opens_at),
            booking_closes_at=starts_at - (practical.starts_at - practical.booking_closes_at),
            cancel_until=starts_at - (practical.starts_at - practical.cancel_until),
            over_ratio_reason=self.over_ratio_reason,
        )
        return DatedPlan(day, plan)


def plan_like(source: PlannedPractical) -> Plan:
    """Return the plan of a practical as it is recorded."""
    practical = source.practical
    return Plan(
        course_key=practical.course_key,
        kind_key=practical.kind_key,
        intake_id=practical.intake_id,
        starts_at=practical.starts_at,
        ends_at=practical.ends_at,
        zone=practical.zone,
        room=practical.room,
        instructors=frozenset(source.instructors),
        capacity=practical.capacity,
        booking_opens_at=practical.booking_opens_at,
        booking_closes_at=practical.booking_closes_at,
        cancel_until=practical.cancel_until,
        note=source.note,
    )


def _read_lines(pasted: str) -> Iterator[date | WrongLine]:
    for number, line in enumerate(pasted.splitlines(), start=1):
        text = line.strip().rstrip(",;")
        if not text:
            continue
        try:
            day = read_day(text)
        except ValueError as error:
            yield WrongLine(number, text[:60], message_in(error))
        else:
            assert isinstance(day, date)  # noqa: S101 - a text is read as a day or refused
            yield day
