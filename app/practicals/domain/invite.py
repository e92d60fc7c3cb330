"""What a calendar is told of a place: the plain description that `app.web.calendar` writes out."""

from datetime import datetime
from typing import Any, Literal

from app.kit.ids import SeatId
from app.practicals.domain.seats import Gate
from app.practicals.domain.terms import CancelTerms

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


def described(
    gate: Gate,
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
    """Return the entry of one place. Its UID is the place's for life, so that REQUEST puts it in or moves
    it, CANCEL takes it out, and a downloaded one (PUBLISH) is the same entry as the mailed one. `terms`
    say until when the place can be given back."""
    about = f"{course}: {gate.title}."
    return {
        "method": method,
        "uid": f"{seat_id}@practicals.preceptor",
        "sequence": sequence,
        "starts_at": gate.starts_at.isoformat(),
        "ends_at": gate.ends_at.isoformat(),
        "zone": gate.zone,
        "summary": gate.title,
        "location": gate.room,
        "description": f"{about} {terms.sentence}" if terms else about,
        "path": f"/practicals/{gate.id}",
        "attendee": email,
        "attendee_name": name,
        "stamped_at": now.isoformat(),
    }
