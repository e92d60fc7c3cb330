"""Telling people about their places, with an invite for their calendar: a step of use-cases that have
asked for the permission."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.actor import open_to_all
from app.accounts.queries import Person
from app.courses import queries as courses
from app.kit.ids import SeatId
from app.notices.service import tell
from app.practicals.domain.invite import Method, described
from app.practicals.domain.seats import Gate
from app.practicals.domain.terms import CancelTerms, cancel_terms
from app.practicals.domain.times import span_words

OWN_DEEDS = frozenset({"booked", "given-back"})
"""These confirm what the person did themselves a moment ago."""


@open_to_all
def tell_of_seat(
    db: Session,
    template: str,
    gate: Gate,
    person: Person,
    seat_id: SeatId,
    *,
    sequence: int,
    method: Method,
    now: datetime,
    until: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Mail a person about their place. `method` REQUEST puts it into their calendar or moves it there,
    CANCEL takes it out; the UID stays that of the seat and `sequence` must have risen. `until` is the
    deadline of the place itself, where it has one."""
    terms = None if method == "CANCEL" else cancel_terms(gate, until, now)
    values = _values(db, gate, person, reason) | _terms(terms)
    tell(
        db,
        person,
        f"practicals/{template}",
        values,
        now=now,
        is_own_deed=template in OWN_DEEDS,
        calendar=described(
            gate,
            seat_id,
            course=values["course"],
            name=person.name,
            email=person.email,
            method=method,
            sequence=sequence,
            terms=terms,
            now=now,
        ),
    )


@open_to_all
def tell_of_list(
    db: Session, template: str, gate: Gate, person: Person, *, now: datetime, reason: str | None
) -> None:
    """Mail a person about the waiting list; nothing changes in their calendar."""
    tell(db, person, f"practicals/{template}", _values(db, gate, person, reason), now=now)


def _terms(terms: CancelTerms | None) -> dict[str, Any]:
    """What a mail says of giving the place back: true now, and still true when it is read."""
    if terms is None:
        return {}
    return {"terms": terms.sentence, "can_give_back": terms.is_open}


def _values(db: Session, gate: Gate, person: Person, reason: str | None) -> dict[str, Any]:
    course = courses.revision(db, gate.revision_id).course
    kind = course.practical(gate.kind_key)
    return {
        "name": person.name,
        "course": course.title,
        "title": gate.title,
        "when": span_words(gate.starts_at, gate.ends_at, gate.zone),
        "room": gate.room,
        "bring": list(kind.bring) if kind else [],
        "path": f"/practicals/{gate.id}",
        "reason": reason,
    }
