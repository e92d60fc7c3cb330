"""Reserves places on a course and on a practical for given people, in one command."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.steps.locks import lock_people
from app.enrolments import queries as enrolment_queries
from app.enrolments import service as enrolments
from app.enrolments.errors import PersonRefusal, PlacesRefused
from app.kit.actor import Actor, require
from app.kit.errors import Invalid
from app.kit.ids import IntakeId, PracticalId, UserId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.seats import Practical
from app.practicals.errors import PlaceRefused
from app.practicals.queries.admin_detail import reservable
from app.practicals.service.seats import reserve_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import add_reservation


def reserve_with_practical(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    named: Sequence[tuple[str, str]],
    note: str | None,
    override_reason: str | None,
    practical_id: PracticalId | None,
    seat_reason: str | None,
    seat_override: bool,
    known_as: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
    now: datetime,
) -> tuple[UserId, ...]:
    """Give people, by name and address, confirmed places in an intake and, when one is chosen, on a
    practical of the same course: all of it or nothing. The intake's gate is taken first, then the
    practical's, then the people. PlacesRefused names everybody who cannot have a place. `known_as` and
    `beside`: see `reserve_places_by_name`."""
    require(policy.may_manage(actor))
    if practical_id is not None:
        _demand_reason(seat_reason)
    reserved = enrolments.reserve_places_by_name(
        db,
        actor,
        intake_id,
        named=named,
        note=note,
        override_reason=override_reason,
        known_as=known_as,
        beside=beside,
        now=now,
    )
    user_ids = tuple(user_id for _, user_id in reserved)
    if practical_id is not None:
        practical = lock_practical(db, practical_id, now=now)
        _demand_choosable(db, practical, intake_id, user_ids[0], now=now)
        lock_people(db, user_ids)
        people = [(user_id, name) for user_id, (name, _) in zip(user_ids, named, strict=True)]
        why, override = seat_reason or "", seat_override
        reserve_seats(db, actor, practical, people, reason=why, override=override, now=now)
    return user_ids


def _demand_reason(seat_reason: str | None) -> None:
    if not (seat_reason or "").strip():
        raise Invalid(
            msg("Say why you reserve the practical."),
            fields={"seat_reason": msg("Enter a reason for the places on the practical.")},
        )


def reserve_seats(
    db: Session,
    actor: Actor,
    practical: Practical,
    people: Sequence[tuple[UserId, str]],
    *,
    reason: str,
    override: bool,
    now: datetime,
) -> None:
    """Give people, by id and name, places on a practical that is locked, in this order: all of them or
    none. If somebody cannot have one, PlacesRefused has every reason of everybody, and the caller rolls
    back."""
    require(policy.may_manage(actor))
    refusals = []
    reservation_id = add_reservation(db, practical, len(people), now=now)
    for index, (user_id, name) in enumerate(people):
        try:
            reserve_seat(
                db,
                actor,
                practical.id,
                user_id,
                reason=reason,
                override=override,
                now=now,
                reservation_id=reservation_id,
            )
        except PlaceRefused as refused:
            refusals.append(PersonRefusal(index, name, refused.unmet))
    if refusals:
        raise PlacesRefused(tuple(refusals))


def _demand_choosable(
    db: Session, practical: Practical, intake_id: IntakeId, user_id: UserId, *, now: datetime
) -> None:
    """Refuse a practical of another course or intake. The course is that of the place that this
    person was just given in the intake."""
    places = enrolment_queries.places_of(db, user_id)
    course_key = next(place.course_key for place in places if place.intake_id == intake_id)
    days = reservable(db, course_key, intake_id, now=now)
    if practical.id not in {day.practical_id for day in days}:
        raise Invalid(
            msg("This practical cannot be chosen."),
            fields={"practical": msg("Choose one of the practicals of the list.")},
        )
