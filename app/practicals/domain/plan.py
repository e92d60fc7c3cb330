"""What the plan of a practical must fulfil, and when it can no longer be changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.ids import IntakeId, UserId
from app.kit.messages import Message, msg, msgs
from app.practicals.domain.capacity import effective_capacity, instructor_limit, plan_limit
from app.practicals.domain.states import PracticalStatus


class PlanReason(StrEnum):
    """Why the state of a practical does not allow a change of its plan."""

    cancelled = "cancelled"
    started = "started"
    no_draft = "no_draft"
    start_passed = "start_passed"
    no_instructor = "no_instructor"
    attended = "attended"
    not_cancelled = "not_cancelled"


CANCELLED: Final = Refusal(
    PlanReason.cancelled, msg("This practical has been cancelled."), msg("Make a new one.")
)
STARTED: Final = Refusal(
    PlanReason.started, msg("This practical has begun; its plan stays as it is.")
)
NO_DRAFT: Final = Refusal(
    PlanReason.no_draft,
    msg("Only a draft can be published."),
    msg("This practical has been already."),
)
START_PASSED: Final = Refusal(
    PlanReason.start_passed, msg("The start has passed."), msg("Change the day first.")
)
NO_INSTRUCTOR: Final = Refusal(
    PlanReason.no_instructor,
    msg("Nobody teaches this practical."),
    msg("Choose an instructor first."),
)

NOBODY_TEACHES: Final = Refusal(
    PlanReason.no_instructor,
    msg("Nobody teaches this day then."),
    msg("People keep their places. Choose an instructor as soon as you can."),
)

NOT_CANCELLED: Final = Refusal(
    PlanReason.not_cancelled,
    msg("This practical is not cancelled."),
    msg("Move people by reserving a place on another day, and taking this one away."),
)


def somebody_attended(people: int) -> Refusal:
    """Return the refusal to cancel or move a day on which people are marked as present."""
    return Refusal(
        PlanReason.attended,
        msgs(
            "{n} person is marked as present on this day, so it stays where it is.",
            "{n} people are marked as present on this day, so it stays where it is.",
            people,
        ),
        msg("If that is wrong, set the attendance right on the roster first."),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """A practical as an admin plans it. If `capacity` is None, it has as many places as the
    instructors can teach."""

    course_key: str
    kind_key: str
    intake_id: IntakeId | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    instructors: frozenset[UserId]
    capacity: int | None
    booking_opens_at: datetime
    booking_closes_at: datetime
    cancel_until: datetime
    note: str | None = None
    over_ratio_reason: str | None = None


def ratio_capacity(students_per_instructor: int, instructors: int) -> int:
    """Return how many students these instructors can teach at the same time."""
    return instructor_limit(instructors, students_per_instructor).places


def capacity_of(plan: Plan, students_per_instructor: int) -> int:
    """Return the number of places of the plan."""
    if plan.capacity is not None:
        return plan.capacity
    return ratio_capacity(students_per_instructor, len(plan.instructors))


def is_over_ratio(plan: Plan, students_per_instructor: int) -> bool:
    """Return whether the plan has more places than its instructors can teach. A day that nobody teaches yet
    is not: it lacks an instructor, and not places. Its places are looked at when somebody is chosen."""
    if not plan.instructors:
        return False
    most = ratio_capacity(students_per_instructor, len(plan.instructors))
    return capacity_of(plan, students_per_instructor) > most


def ratio_warning(capacity: int, students_per_instructor: int, instructors: int) -> Message | None:
    """Return by how many places a day goes over what its instructors can teach, or None. A day that nobody
    teaches yet lacks an instructor, and not places."""
    most = ratio_capacity(students_per_instructor, instructors)
    if not instructors or capacity <= most:
        return None
    return msgs(
        "{n} instructor can teach {most}: {over} more than the ratio allows.",
        "{n} instructors can teach {most}: {over} more than the ratio allows.",
        instructors,
        most=most,
        over=capacity - most,
    )


def limit_of_places(
    capacity: int, students_per_instructor: int, instructors: int
) -> Message | None:
    """Return what limits the places of a day: its instructors, or the number in its plan. None for a day that
    goes over the ratio: its limit is set aside, and `ratio_warning` says so."""
    limits = [plan_limit(capacity)]
    if instructors:
        limits.append(instructor_limit(instructors, students_per_instructor))
    least = effective_capacity(limits)
    return least.message if least and least.places == capacity else None


def teaching_warning(status: PracticalStatus, instructors: int) -> Refusal | None:
    """Return what a published day without an instructor lacks, or None. It is a warning: the instructor may
    be ill, and nobody else found yet."""
    if status is PracticalStatus.published and not instructors:
        return NOBODY_TEACHES
    return None


def plan_problems(
    plan: Plan, *, students_per_instructor: int, floor: int, taken: int, now: datetime
) -> dict[str, Message]:
    """Return a message for each wrong field; empty if the plan is right. `floor` is the lowest
    allowed number of places: those that are taken, without the ones added above the capacity.
    """
    return {
        **_time_problems(plan, now),
        **_capacity_problems(plan, students_per_instructor, floor, taken),
    }


def _time_problems(plan: Plan, now: datetime) -> dict[str, Message]:
    problems = {}
    if plan.starts_at <= now:
        problems["day"] = msg("Choose a day and start in the future.")
    if plan.ends_at <= plan.starts_at:
        problems["ends"] = msg("The end must be after the start, on the same day.")
    if plan.booking_opens_at >= plan.booking_closes_at:
        problems["opens_day"] = msg("Booking must open before it closes.")
    return problems


def _capacity_problems(
    plan: Plan, students_per_instructor: int, floor: int, taken: int
) -> dict[str, Message]:
    places, instructors = capacity_of(plan, students_per_instructor), len(plan.instructors)
    if not plan.instructors and plan.capacity is None:
        return {"capacity": msg("Choose instructors, or enter the number of places.")}
    if places < floor:
        return {
            "capacity": msgs(
                "{n} place is taken. Take places away first, or keep at least {floor}.",
                "{n} places are taken. Take places away first, or keep at least {floor}.",
                taken,
                floor=floor,
            )
        }
    if is_over_ratio(plan, students_per_instructor) and not plan.over_ratio_reason:
        return {
            "capacity": msg(
                "{instructors} × {students} students can be taught: at most {most} places. Add an "
                "instructor, or give a reason for more below.",
                instructors=instructors,
                students=students_per_instructor,
                most=ratio_capacity(students_per_instructor, instructors),
            )
        }
    return {}
