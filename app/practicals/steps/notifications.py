"""Mails to people about their places and to instructors about their days, with calendar invites."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.courses import queries as courses
from app.kit.ids import SeatId, UserId
from app.notices.steps.telling import tell
from app.practicals.domain.invite import Method, described, described_teaching
from app.practicals.domain.seats import Overlap, Practical
from app.practicals.domain.terms import CancelTerms, cancel_terms
from app.practicals.domain.times import moment_words, span_words
from app.practicals.models import PracticalRow

OWN_DEEDS = frozenset({"booked", "given-back"})
"""Mails that confirm what the person has just done themselves."""


def tell_of_seat(
    db: Session,
    template: str,
    practical: Practical,
    person: Person,
    seat_id: SeatId,
    *,
    sequence: int,
    method: Method,
    now: datetime,
    until: datetime | None = None,
    reason: str | None = None,
    before: Practical | None = None,
    overlap: Overlap | None = None,
) -> None:
    """Mail a person about their place. `method` REQUEST puts it into their calendar or moves it there,
    CANCEL takes it out; the UID stays that of the seat and `sequence` must have risen. `until` is the
    deadline of the place itself, where it has one. `before` is a day that was moved, as it was;
    `overlap` is another place of the person at the same time."""
    terms = None if method == "CANCEL" else cancel_terms(practical, until, now)
    values = _values(db, practical, person, reason, before) | _terms(terms, overlap)
    tell(
        db,
        person,
        f"practicals/{template}",
        values,
        now=now,
        is_own_deed=template in OWN_DEEDS,
        calendar=described(
            practical,
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


def tell_of_list(
    db: Session,
    template: str,
    practical: Practical,
    person: Person,
    *,
    now: datetime,
    reason: str | None = None,
    before: Practical | None = None,
    further: dict[str, Any] | None = None,
) -> None:
    """Mail a person about a day on which they have no place; nothing changes in their calendar. `before` is
    a day that was moved, as it was; `further` are values that only this letter has."""
    values = _values(db, practical, person, reason, before) | (further or {})
    tell(db, person, f"practicals/{template}", values, now=now)


def tell_instructors(
    db: Session,
    template: str,
    practical: Practical,
    user_ids: Iterable[UserId],
    *,
    method: Method,
    now: datetime,
    reason: str | None = None,
    before: Practical | None = None,
) -> int:
    """Mail the instructors of a day about it and return how many; accounts that are closed are left out.
    The practical is locked: its version is the number of the entry in the calendar, and it rises with every
    use-case, also for a person who comes back to the day."""
    people = accounts.people(db, sorted(user_ids))
    told = [person for person in people.values() if not person.is_closed]
    sequence = db.scalars(select(PracticalRow.version).where(PracticalRow.id == practical.id)).one()
    for person in told:
        values = _values(db, practical, person, reason, before) | {
            "path": f"/teach/practicals/{practical.id}"
        }
        tell(
            db,
            person,
            f"practicals/{template}",
            values,
            now=now,
            calendar=described_teaching(
                practical,
                person.user_id,
                course=values["course"],
                name=person.name,
                email=person.email,
                method=method,
                sequence=sequence,
                now=now,
            ),
        )
    return len(told)


def _terms(terms: CancelTerms | None, overlap: Overlap | None) -> dict[str, Any]:
    """Return what a mail says about giving up the place: true now, and still true when it is read."""
    if terms is None:
        return {}
    at = None if overlap is None else moment_words(overlap.starts_at, overlap.zone)
    return {
        "terms": terms.sentence,
        "can_give_back": terms.is_open,
        "overlap": None if overlap is None else f"{overlap.title}, {at}",
    }


def _values(
    db: Session, practical: Practical, person: Person, reason: str | None, before: Practical | None
) -> dict[str, Any]:
    course = courses.revision(db, practical.revision_id).course
    kind = course.practical(practical.kind_key)
    return {
        "name": person.name,
        "course": course.title,
        "title": practical.title,
        "when": span_words(practical.starts_at, practical.ends_at, practical.zone),
        "room": practical.room,
        "before": before
        and {
            "when": span_words(before.starts_at, before.ends_at, before.zone),
            "room": before.room,
        },
        "bring": list(kind.bring) if kind else [],
        "path": f"/practicals/{practical.id}",
        "reason": reason,
    }
