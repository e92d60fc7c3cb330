"""The forms of practicals: they turn what was typed into commands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from app.enrolments.forms import ReservePlacesForm as EnrolmentsReserveForm
from app.kit.errors import Invalid
from app.kit.ids import IntakeId, UserId
from app.kit.messages import Message, msg, msgs
from app.kit.versions import version_of
from app.kit.zones import is_zone_of_a_place
from app.practicals.domain.plan import Plan, ratio_capacity
from app.practicals.domain.seats import Attendance
from app.practicals.domain.states import WaitingPolicy
from app.practicals.domain.times import whole_hours
from app.practicals.queries.admin_detail import Choices, PlannedPractical
from app.web.dates import Day, TimeOfDay, answered_day, moment, typed_day, typed_time
from app.web.field_messages import message_in
from app.web.forms import EditForm, Form, label

CLOSES_HOURS = 24
CANCEL_HOURS = 48


def demand_known_kind(kind: str | None, kinds: Sequence[tuple[str, str]]) -> None:
    """Refuse a filter by a kind of practical that is not among the choices: a list without rows would say
    that there are no such days. `kind` is None if it was not asked for."""
    if not kind or kind in dict(kinds):
        return
    keys = tuple(key for key, _ in kinds)
    help_text = msg("Known here: {keys:plain}.", keys=keys) if keys else msg("Known here: none.")
    raise Invalid(msg("There is no such kind of practical."), fields={"parameter kind": help_text})


class JoinForm(Form):
    """How somebody who joins a waiting list gets a place. A form of an earlier version, which promised the
    place at once, does not say."""

    wanted: WaitingPolicy = Field(
        default=WaitingPolicy.auto, title=label("way to get a free place")
    )


class RosterWithNeedsForm(Form):
    """Why somebody takes a roster with access needs away; the reason is written into the audit trail."""

    file: Literal["pdf", "csv"] = Field(title=label("kind of file"))
    reason: str = Field(title=label("reason"), min_length=3, max_length=500)


class PlanForm(EditForm):
    """A practical as it is typed: local times of the venue, deadlines in hours before the start."""

    kind: str = Field(title=label("kind of practical"), max_length=140)
    day: Day = Field(title=label("day"))
    day_answer: str | None = Field(default=None, title=label("day that you mean"), max_length=40)
    starts: TimeOfDay = Field(title=label("start"))
    ends: TimeOfDay = Field(title=label("end"))
    zone: str = Field(title=label("time zone"), max_length=60)
    room: str = Field(title=label("place and room"), max_length=200)
    instructors: tuple[UUID, ...] = Field(default=(), title=label("instructors"), max_length=20)
    capacity: int | None = Field(default=None, title=label("number of places"), ge=1, le=200)
    over_ratio_reason: str | None = Field(default=None, title=label("reason"), max_length=500)
    opens_day: Day = Field(title=label("day booking opens"))
    opens: TimeOfDay = Field(title=label("time booking opens"))
    closes_hours: int = Field(title=label("hours before the start"), ge=0, le=2000)
    cancel_hours: int = Field(title=label("hours before the start"), ge=0, le=2000)
    intake: UUID | None = Field(default=None, title=label("intake"))
    note: str | None = Field(default=None, title=label("note"), max_length=2000)
    accept_clashes: bool = Field(default=False, title=label("save all the same"))
    reason: str | None = Field(default=None, title=label("reason"), max_length=500)
    step: Literal["ask", "save", "back", "repeat"] = Field(default="ask", title=label("step"))

    @model_validator(mode="before")
    @classmethod
    def _with_the_day_that_is_meant(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Read the answer to the question about a weekday that did not fit its day."""
        day = answered_day(values.get("day"), values.get("day_answer"))
        return values if day is None else {**values, "day": day}

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not is_zone_of_a_place(value):
            raise ValueError(
                msg("Enter the time zone by the name of its city, like Europe/London, or UTC.")
            )
        return value

    def to_plan(self) -> Plan:
        """Return the plan with times in UTC, or raise Invalid for local times that do not exist."""
        problems: dict[str, Message] = {}

        def real(day: date, at: time, name: str) -> datetime:
            try:
                return moment(day, at, self.zone)
            except ValueError as error:
                problems[name] = message_in(error)
                return datetime.combine(day, at, tzinfo=UTC)

        starts_at = real(self.day, self.starts, "starts")
        ends_at = real(self.day, self.ends, "ends")
        opens_at = real(self.opens_day, self.opens, "opens")
        if problems:
            raise Invalid(msg("There is a problem with the times."), fields=problems)
        course_key, _, kind_key = self.kind.partition("/")
        return Plan(
            course_key=course_key,
            kind_key=kind_key,
            intake_id=IntakeId(self.intake) if self.intake else None,
            starts_at=starts_at,
            ends_at=ends_at,
            zone=self.zone,
            room=self.room,
            instructors=frozenset(UserId(user_id) for user_id in self.instructors),
            capacity=self.capacity,
            booking_opens_at=opens_at,
            booking_closes_at=starts_at - timedelta(hours=self.closes_hours),
            cancel_until=starts_at - timedelta(hours=self.cancel_hours),
            note=self.note,
            over_ratio_reason=self.over_ratio_reason,
        )


def empty_plan(*, zone: str, now: datetime) -> dict[str, Any]:
    """Return the initial values of the form for a new practical."""
    local = now.astimezone(ZoneInfo(zone))
    return {
        "zone": zone,
        "starts": "10:00",
        "ends": "17:00",
        "opens_day": typed_day(local.date()),
        "opens": typed_time(local.time()),
        "closes_hours": str(CLOSES_HOURS),
        "cancel_hours": str(CANCEL_HOURS),
    }


def defaults(choices: Choices) -> dict[str, Any]:
    """Return likely values for a new practical: the only kind, the only instructor, the room of the
    newest practical."""
    kinds, people = choices.kinds, choices.instructors
    return {
        "kind": kinds[0].value if len(kinds) == 1 else "",
        "instructors": [people[0][0]] if len(people) == 1 else [],
        "room": choices.rooms[0] if choices.rooms else "",
    }


def values_of(planned: PlannedPractical) -> dict[str, Any]:
    """Return a planned practical as the values of its form."""
    practical = planned.practical
    zone = ZoneInfo(practical.zone)
    starts, ends = practical.starts_at.astimezone(zone), practical.ends_at.astimezone(zone)
    opens = practical.booking_opens_at.astimezone(zone)
    return {
        "version": version_of(planned.record),
        "kind": f"{practical.course_key}/{practical.kind_key}",
        "day": typed_day(starts.date()),
        "starts": typed_time(starts.time()),
        "ends": typed_time(ends.time()),
        "zone": practical.zone,
        "room": practical.room,
        "instructors": [str(user_id) for user_id in planned.instructors],
        "capacity": str(practical.capacity),
        "opens_day": typed_day(opens.date()),
        "opens": typed_time(opens.time()),
        "closes_hours": str(whole_hours(practical.booking_closes_at, practical.starts_at)),
        "cancel_hours": str(whole_hours(practical.cancel_until, practical.starts_at)),
        "intake": str(practical.intake_id) if practical.intake_id else "",
        "note": planned.note or "",
    }


def taught_by_ticked(values: dict[str, Any], choices: Choices) -> Message | None:
    """Return how many students the instructors who are ticked can teach, or None if that is not known. What
    was sent may hold a text where one is ticked."""
    sent = values.get("instructors", ())
    ticked = dict(choices.instructors).keys() & set([sent] if isinstance(sent, str) else sent)
    ratio = _ratio(values, choices)
    if not ratio or not ticked:
        return None
    return msgs(
        "{n} instructor at 1:{students} can teach {places}.",
        "{n} instructors at 1:{students} can teach {places}.",
        len(ticked),
        students=ratio,
        places=ratio_capacity(ratio, len(ticked)),
    )


def _ratio(values: dict[str, Any], choices: Choices) -> int:
    """Return how many students an instructor teaches in the chosen kind; 0 if it is none of the choices."""
    chosen = (kind for kind in choices.kinds if kind.value == values.get("kind"))
    return next((kind.students_per_instructor for kind in chosen), 0)


def copied_values(source: PlannedPractical, choices: Choices, *, now: datetime) -> dict[str, Any]:
    """Return the values of the form for another day like this one: everything but the day. Places that are
    as many as the instructors can teach follow the instructors of the new day. Booking opens when it opens
    for this day, or now."""
    values = values_of(source)
    most = ratio_capacity(_ratio(values, choices), len(source.instructors))
    opens = max(now, source.practical.booking_opens_at).astimezone(ZoneInfo(source.practical.zone))
    return {
        **values,
        "version": "",
        "day": "",
        "capacity": "" if source.practical.capacity == most else values["capacity"],
        "opens_day": typed_day(opens.date()),
        "opens": typed_time(opens.time()),
    }


FIELDS_OF_PLAN = {
    "starts_at": ("day", "starts"),
    "ends_at": ("ends",),
    "booking_opens_at": ("opens_day", "opens"),
    "booking_closes_at": ("closes_hours",),
    "cancel_until": ("cancel_hours",),
    "intake_id": ("intake",),
}
"""The form fields that show a value of the record under another name."""


class PublishForm(Form):
    """Publishes a practical, even if it clashes with another."""

    accept_clashes: bool = Field(default=False, title=label("publish all the same"))


class PracticalReasonForm(Form):
    """The reason for an act that affects other people."""

    reason: str = Field(title=label("reason"), max_length=500)


class ReserveSeatForm(Form):
    """A place for a given person. `override` waives everything that can be waived."""

    person: UUID = Field(title=label("person"))
    reason: str = Field(title=label("reason"), max_length=500)
    override: bool = Field(default=False, title=label("override"))


class MoveSeatForm(Form):
    """Another day for a person with a place."""

    day: UUID = Field(title=label("day"))
    reason: str | None = Field(default=None, title=label("reason"), max_length=500)
    override: bool = Field(default=False, title=label("override"))


class RebookForm(Form):
    """Places on another day for people whose day was cancelled."""

    people: tuple[UUID, ...] = Field(default=(), title=label("people"), max_length=500)
    day: UUID = Field(title=label("day"))
    reason: str = Field(title=label("reason"), max_length=500)
    override: bool = Field(default=False, title=label("override"))


class ReserveWithPracticalForm(EnrolmentsReserveForm):
    """The reservation screen of an intake, extended by a place on a practical."""

    practical: UUID | None = Field(default=None, title=label("practical"))
    seat_reason: str | None = Field(default=None, title=label("reason"), max_length=500)
    seat_override: bool = Field(default=False, title=label("override"))


class AttendanceForm(Form):
    """Marks attendance; `unmarked` removes the mark."""

    attendance: Attendance | Literal["unmarked"] = Field(title=label("attendance"))

    @property
    def mark(self) -> Attendance | None:
        return None if self.attendance == "unmarked" else Attendance(self.attendance)
