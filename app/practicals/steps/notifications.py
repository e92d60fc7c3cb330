"""Mails to people about their places and to instructors about their days, with calendar invites."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.courses import queries as courses
from app.kit.ids import SeatId, UserId
from app.notices.steps.sending import send
from app.practicals.domain.invite import Method, described, described_teaching
from app.practicals.domain.seats import Overlap, Practical
from app.practicals.domain.terms import CancelTerms, cancel_terms
from app.practicals.mails import (
    DayBefore,
    MovedPracticalMail,
    OtherPlace,
    PracticalMail,
    SeatMail,
    SeatOfferedMail,
    SeatReminderMail,
    TeachingDay,
    TeachingReminderMail,
    TeachingSeriesMail,
)
from app.practicals.models import PracticalRow, Seat
from app.practicals.seat_conditions import is_expected


@dataclass(frozen=True, slots=True)
class LeftSeat:
    """The seat on another day that somebody leaves for a new one. `sequence` is that of its calendar entry,
    and `moves` counts the moves, this one included."""

    practical: Practical
    seat_id: SeatId
    sequence: int
    moves: int


def tell_of_seat(
    db: Session,
    kind: type[PracticalMail],
    practical: Practical,
    person: Person,
    seat_id: SeatId,
    *,
    sequence: int,
    method: Method,
    now: datetime,
    until: datetime | None = None,
    before: Practical | None = None,
    overlap: Overlap | None = None,
    left: LeftSeat | None = None,
    **further: Any,
) -> None:
    """Mail a person about their place. `method` REQUEST puts it into their calendar or moves it there,
    CANCEL takes it out; the UID stays that of the seat and `sequence` must have risen. `until` is the
    deadline of the place itself, where it has one. `before` is a day that was moved, as it was;
    `overlap` is another place of the person at the same time. `left` is a seat whose entry leaves the
    calendar by the same mail. `further` are the fields that only this kind of mail has."""
    terms = None if method == "CANCEL" else cancel_terms(practical, until, now)
    if issubclass(kind, SeatMail):
        further |= _of_place(db, practical, terms, overlap)
    mail = _mail(db, kind, practical, person, before, further)
    who: dict[str, Any] = {"course": mail.course, "name": person.name, "email": person.email}
    entries = [
        described(practical, seat_id, **who, method=method, sequence=sequence, terms=terms, now=now)
    ]
    if left is not None:
        entries.append(
            described(
                left.practical,
                left.seat_id,
                **who,
                method="CANCEL",
                sequence=left.sequence,
                terms=None,
                now=now,
            )
        )
    send(db, person, mail, now=now, calendar=entries)


def tell_of_list(
    db: Session,
    kind: type[PracticalMail],
    practical: Practical,
    person: Person,
    *,
    now: datetime,
    before: Practical | None = None,
    **further: Any,
) -> None:
    """Mail a person about a day on which they have no place; nothing changes in their calendar. `before` is
    a day that was moved, as it was; `further` are the fields that only this kind of mail has."""
    send(db, person, _mail(db, kind, practical, person, before, further), now=now)


def tell_of_offer(
    db: Session,
    practical: Practical,
    person: Person,
    deadline_at: datetime | None,
    *,
    now: datetime,
    before: Practical | None = None,
) -> None:
    """Tell a person who waits that a place is kept for them, and until when they can answer."""
    until = deadline_at and _there(deadline_at, practical.zone)
    tell_of_list(db, SeatOfferedMail, practical, person, now=now, before=before, answer_until=until)


def remind_of_seat(
    db: Session, practical: Practical, person: Person, seat_id: SeatId, *, now: datetime
) -> None:
    """Remind a person of their place. Nothing changes in their calendar."""
    until = db.scalars(select(Seat.cancel_until).where(Seat.id == seat_id)).one()
    place = _of_place(db, practical, cancel_terms(practical, until, now), None)
    tell_of_list(db, SeatReminderMail, practical, person, now=now, **place)


def remind_instructor(db: Session, practical: Practical, person: Person, *, now: datetime) -> None:
    """Remind an instructor of a day that they teach. Nothing changes in their calendar."""
    expected = select(func.count()).where(
        Seat.practical_id == practical.id, is_expected(Seat.state)
    )
    tell_of_list(
        db,
        TeachingReminderMail,
        practical,
        person,
        now=now,
        path=f"/teach/practicals/{practical.id}",
        people=db.scalars(expected).one(),
    )


def tell_instructors(
    db: Session,
    kind: type[PracticalMail],
    practical: Practical,
    user_ids: Iterable[UserId],
    *,
    method: Method,
    now: datetime,
    before: Practical | None = None,
    **further: Any,
) -> tuple[UserId, ...]:
    """Mail the instructors of a day about it and return whom; accounts that are closed are left out.
    The practical is locked: its version is the number of the entry in the calendar, and it rises with every
    use-case, also for a person who comes back to the day. `further` are the fields that only this kind of
    mail has."""
    people = accounts.people(db, sorted(user_ids))
    told = [person for person in people.values() if not person.is_closed]
    sequence = db.scalars(select(PracticalRow.version).where(PracticalRow.id == practical.id)).one()
    further |= {"path": f"/teach/practicals/{practical.id}"}
    for person in told:
        mail = _mail(db, kind, practical, person, before, further)
        entry = described_teaching(
            practical,
            person.user_id,
            course=mail.course,
            name=person.name,
            email=person.email,
            method=method,
            sequence=sequence,
            now=now,
        )
        send(db, person, mail, now=now, calendar=(entry,))
    return tuple(person.user_id for person in told)


def tell_of_series(
    db: Session,
    days: Sequence[tuple[Practical, frozenset[UserId]]],
    *,
    now: datetime,
) -> int:
    """Mail each instructor of new days once about all of theirs and return how many were told; accounts that
    are closed are left out. `days` are the days with their instructors, in order."""
    teach = sorted(set().union(*(instructors for _, instructors in days)))
    told = [person for person in accounts.people(db, teach).values() if not person.is_closed]
    for person in told:
        own = [practical for practical, instructors in days if person.user_id in instructors]
        course = courses.title_of(db, own[0].course_key, own[0].revision_id)
        entries = [
            described_teaching(
                practical,
                person.user_id,
                course=course,
                name=person.name,
                email=person.email,
                method="REQUEST",
                sequence=0,
                now=now,
            )
            for practical in own
        ]
        mail = TeachingSeriesMail(
            name=person.name,
            course=course,
            title=own[0].title,
            days=tuple(
                TeachingDay(
                    starts_at=_there(practical.starts_at, practical.zone),
                    ends_at=_there(practical.ends_at, practical.zone),
                    room=practical.room,
                )
                for practical in own
            ),
        )
        send(db, person, mail, now=now, calendar=entries)
    return len(told)


def _mail(
    db: Session,
    kind: type[PracticalMail],
    practical: Practical,
    person: Person,
    before: Practical | None,
    further: dict[str, Any],
) -> PracticalMail:
    """Return a mail of a kind about a day."""
    if issubclass(kind, MovedPracticalMail):
        further = {"before": before and _as_it_was(before), **further}
    values: dict[str, Any] = {
        "name": person.name,
        "course": courses.title_of(db, practical.course_key, practical.revision_id),
        "title": practical.title,
        "starts_at": _there(practical.starts_at, practical.zone),
        "ends_at": _there(practical.ends_at, practical.zone),
        "room": practical.room,
        "path": f"/practicals/{practical.id}",
    }
    return kind(**(values | further))


def _of_place(
    db: Session, practical: Practical, terms: CancelTerms | None, overlap: Overlap | None
) -> dict[str, Any]:
    """Return what a mail says about having the place, and about giving it up: true now, and still true
    when it is read."""
    published = courses.readable(db, practical.revision_id)
    kind = published.course.practical(practical.kind_key) if published else None
    return {
        "bring": tuple(kind.bring) if kind else (),
        "give_back_until": terms and _there(terms.until, terms.zone),
        "can_give_back": terms is not None and terms.is_open,
        "other_place": overlap
        and OtherPlace(title=overlap.title, starts_at=_there(overlap.starts_at, overlap.zone)),
    }


def _as_it_was(before: Practical) -> DayBefore:
    return DayBefore(
        starts_at=_there(before.starts_at, before.zone),
        ends_at=_there(before.ends_at, before.zone),
        room=before.room,
    )


def _there(moment: datetime, zone: str) -> datetime:
    """Return a moment in the zone of the venue, in which the mail shows it."""
    return moment.astimezone(ZoneInfo(zone))
