"""How many places a practical can have: the least that the room, the instructors, the kits and the number in
its plan allow. The limit that decides is named, so that people see what to change."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.kit.messages import Message, msg, msgs


class CapacityReason(StrEnum):
    """What limits the places of a practical."""

    instructors = "instructors"
    room = "room"
    kits = "kits"
    plan = "plan"


@dataclass(frozen=True, slots=True)
class CapacityLimit:
    """How many places one of the reasons allows, and in words that it decides."""

    reason: CapacityReason
    places: int
    message: Message


def instructor_limit(instructors: int, students_per_instructor: int) -> CapacityLimit:
    """Return how many students these instructors can teach at the same time."""
    return CapacityLimit(
        CapacityReason.instructors,
        instructors * students_per_instructor,
        msgs(
            "{n} instructor at 1:{students} is the limit.",
            "{n} instructors at 1:{students} are the limit.",
            instructors,
            students=students_per_instructor,
        ),
    )


def room_limit(room: str, places: int) -> CapacityLimit:
    """Return how many students have a place in the room."""
    message = msgs(
        "{room} with {n} place is the limit.",
        "{room} with {n} places is the limit.",
        places,
        room=room,
    )
    return CapacityLimit(CapacityReason.room, places, message)


def kit_limit(kits: int, students_per_kit: int) -> CapacityLimit:
    """Return how many students can work with these kits at the same time."""
    return CapacityLimit(
        CapacityReason.kits,
        kits * students_per_kit,
        msgs(
            "{n} kit at 1:{students} is the limit.",
            "{n} kits at 1:{students} are the limit.",
            kits,
            students=students_per_kit,
        ),
    )


def plan_limit(places: int) -> CapacityLimit:
    """Return the number of places that an admin set in the plan."""
    return CapacityLimit(
        CapacityReason.plan, places, msg("The number of places in the plan is the limit.")
    )


def effective_capacity(limits: Iterable[CapacityLimit]) -> CapacityLimit | None:
    """Return the limit that decides: the least, and of equal ones the first of `CapacityReason`. None if
    nothing limits the places."""
    order = tuple(CapacityReason)
    return min(limits, key=lambda limit: (limit.places, order.index(limit.reason)), default=None)
