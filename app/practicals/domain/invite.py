"""Describes calendar entries for a place, or for a practical that somebody teaches.
`app.mail.calendar` turns the description into a file."""

from datetime import datetime
from typing import Any, Literal

from app.kit.ids import SeatId, UserId
from app.practicals.domain.seats import Practical
from app.practicals.domain.terms import CancelTerms

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


def described(
    practical: Practical,
    seat_id: SeatId,
    *,
    course: str,
    name: str,
    email: str,
    method: Method,
    sequence: int,
    terms: CancelTerms | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the calendar entry of one place. Its UID never changes, so that REQUEST adds or moves
    the entry, CANCEL removes it, and a downloaded entry (PUBLISH) is the same as the mailed one.
    `terms` say until when the place can be given up."""
    about = f"{course}: {practical.title}."
    return _entry(practical, method, sequence, name=name, email=email, now=now) | {
        "uid": f"{seat_id}@practicals.preceptor",
        "description": f"{about} {terms.sentence}" if terms else about,
        "path": f"/practicals/{practical.id}",
    }


def described_teaching(
    practical: Practical,
    user_id: UserId,
    *,
    course: str,
    name: str,
    email: str,
    method: Method,
    sequence: int,
    now: datetime,
) -> dict[str, Any]:
    """Return the calendar entry of an instructor of a practical. Its UID is the same for ever for
    this person and practical, so `sequence` must increase even if they are removed and added again."""
    return _entry(practical, method, sequence, name=name, email=email, now=now) | {
        "uid": f"{practical.id}.{user_id}@teaching.preceptor",
        "description": f"{course}: {practical.title}. You teach on this day.",
        "path": f"/teach/practicals/{practical.id}",
    }


def _entry(
    practical: Practical, method: Method, sequence: int, *, name: str, email: str, now: datetime
) -> dict[str, Any]:
    return {
        "method": method,
        "sequence": sequence,
        "starts_at": practical.starts_at.isoformat(),
        "ends_at": practical.ends_at.isoformat(),
        "zone": practical.zone,
        "summary": practical.title,
        "location": practical.room,
        "attendee": email,
        "attendee_name": name,
        "stamped_at": now.isoformat(),
    }
