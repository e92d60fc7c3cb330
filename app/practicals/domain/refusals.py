"""Reasons against taking a place: a reason, a sentence, the remedy and a link to it."""

from dataclasses import dataclass
from enum import StrEnum

from app.kit.messages import Text


class PracticalsReason(StrEnum):
    """Why a place cannot be taken. The values are part of the API."""

    draft = "draft"
    cancelled = "cancelled"
    started = "started"
    not_open_yet = "not_open_yet"
    closed = "closed"
    already_booked = "already_booked"
    already_waiting = "already_waiting"
    place_free = "place_free"
    full = "full"
    queue_ahead = "queue_ahead"
    account = "account"
    role = "role"
    address = "address"
    no_place = "no_place"
    other_intake = "other_intake"
    modules = "modules"
    final_test = "final_test"
    life_support = "life_support"
    profile = "profile"
    overlap = "overlap"
    no_seat = "no_seat"
    not_waiting = "not_waiting"
    attended = "attended"
    assessed = "assessed"


class LinkKind(StrEnum):
    """Where the remedy is. The pages know the addresses."""

    course = "course"
    learn = "learn"
    profile = "profile"
    dates = "dates"
    practical = "practical"
    academy = "academy"


@dataclass(frozen=True, slots=True)
class Unmet:
    """One reason against taking a place. `target` is a value for the link: a course key or an id."""

    reason: PracticalsReason
    sentence: Text
    remedy: Text
    link: LinkKind | None = None
    target: str = ""
