"""What the plan of a practical must fulfil: times in order, and enough instructors for the places."""

from dataclasses import dataclass
from datetime import datetime

from app.kit.ids import IntakeId, UserId


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
    return students_per_instructor * instructors


def capacity_of(plan: Plan, students_per_instructor: int) -> int:
    """Return the number of places of the plan."""
    if plan.capacity is not None:
        return plan.capacity
    return ratio_capacity(students_per_instructor, len(plan.instructors))


def is_over_ratio(plan: Plan, students_per_instructor: int) -> bool:
    most = ratio_capacity(students_per_instructor, len(plan.instructors))
    return capacity_of(plan, students_per_instructor) > most


def plan_problems(
    plan: Plan, *, students_per_instructor: int, floor: int, taken: int, now: datetime
) -> dict[str, str]:
    """Return a message for each wrong field; empty if the plan is right. `floor` is the lowest
    allowed number of places: those that are taken, without the ones added above the capacity.
    """
    return {
        **_time_problems(plan, now),
        **_capacity_problems(plan, students_per_instructor, floor, taken),
    }


def _time_problems(plan: Plan, now: datetime) -> dict[str, str]:
    problems = {}
    if plan.starts_at <= now:
        problems["day"] = "Choose a day and start in the future."
    if plan.ends_at <= plan.starts_at:
        problems["ends"] = "The end must be after the start, on the same day."
    if plan.booking_opens_at >= plan.booking_closes_at:
        problems["opens_day"] = "Booking must open before it closes."
    return problems


def _capacity_problems(
    plan: Plan, students_per_instructor: int, floor: int, taken: int
) -> dict[str, str]:
    places = capacity_of(plan, students_per_instructor)
    if not plan.instructors and plan.capacity is None:
        return {"capacity": "Choose instructors, or enter the number of places."}
    if places < floor:
        return {
            "capacity": f"{_places(taken)} taken. Take places away first, or keep at least {floor}."
        }
    if is_over_ratio(plan, students_per_instructor) and not plan.over_ratio_reason:
        most = ratio_capacity(students_per_instructor, len(plan.instructors))
        return {
            "capacity": f"{len(plan.instructors)} × {students_per_instructor} students can be taught: "
            f"at most {most} places. Add an instructor, or give a reason for more below."
        }
    return {}


def _places(count: int) -> str:
    return "1 place is" if count == 1 else f"{count} places are"
