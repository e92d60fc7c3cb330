"""Use-cases that change intakes and the places in them. Called by pages and the API alike.

Every command on an intake first locks it, then decides by a rule of `domain`, writes, promotes
people who wait, and records audit and mails in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.courses import queries as courses
from app.enrolments import domain, policy
from app.enrolments.domain import (
    Decision,
    EnrolmentState,
    Intake,
    IntakeFields,
    intake_record,
)
from app.enrolments.errors import EnrolmentRefused, IntakeInvalid, OtherNames
from app.enrolments.mails import (
    PlaceCancelledMail,
    PlaceConfirmedMail,
    PlaceRequestedMail,
    PlaceWaitingMail,
)
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import notifications, transitions
from app.enrolments.steps.confirmed_already import demand_without_place
from app.enrolments.steps.locking import (
    draw_waiting_number,
    live_rows,
    lock_intake,
    lock_intake_of,
    release_places,
    row_of,
    take_places,
    waiting_in,
)
from app.enrolments.steps.offered_course import demand_offered, demand_offered_choice
from app.enrolments.steps.other_places import demand_no_other_place
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import EnrolmentId, IntakeId, UserId, new_uuid
from app.kit.messages import msg
from app.kit.name_search import is_same_name

OWN_PLACES_ONLY: Final = msg("Only students hold places of their own.")


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """The result of a request: a place to be confirmed, or a position on the waiting list."""

    enrolment_id: EnrolmentId
    state: EnrolmentState
    position: int | None


def make_intake(
    db: Session, actor: Actor, course_key: str, *, fields: IntakeFields, now: datetime
) -> IntakeId:
    """Add an intake as a draft that only the office sees. Refused for an unknown course, and for
    a hidden one."""
    require(policy.may_manage_intakes(actor))
    if courses.current(db, course_key) is None:
        raise IntakeInvalid({"course_key": EnrolmentsReason.course_unpublished.refusal.words})
    demand_offered_choice(db, course_key)
    _check(fields)
    intake = IntakeRow(
        id=IntakeId(new_uuid()),
        course_key=course_key,
        status=domain.IntakeStatus.draft,
        created_at=now,
        taken=0,
        override=0,
        waiting_sequence=0,
        version=0,
        **intake_record(fields),
    )
    db.add(intake)
    transitions.record_intake(db, actor, "intake.made", intake.id, now=now)
    return intake.id


def open_intake(db: Session, actor: Actor, intake_id: IntakeId, *, now: datetime) -> None:
    """Publish a draft: visitors can see it, and students can request places in the reservation
    period."""
    require(policy.may_manage_intakes(actor))
    intake = lock_intake(db, intake_id)
    _refuse(domain.open_refusal(intake.status))
    demand_offered(db, intake.course_key)
    _set_status(db, intake_id, domain.IntakeStatus.open)
    transitions.record_intake(db, actor, "intake.opened", intake_id, now=now)


def cancel_intake(
    db: Session, actor: Actor, intake_id: IntakeId, *, reason: str, now: datetime
) -> None:
    """Cancel an intake permanently with every place and waiting-list entry in it; everyone
    concerned gets a mail."""
    require(policy.may_manage_intakes(actor))
    intake = lock_intake(db, intake_id)
    if intake.status is domain.IntakeStatus.cancelled:
        raise EnrolmentRefused(EnrolmentsReason.intake_cancelled)
    _set_status(db, intake_id, domain.IntakeStatus.cancelled)
    live = live_rows(db, intake_id)
    for row in live:
        transitions.end(db, actor, row, EnrolmentState.cancelled, reason=reason, now=now)
    release_places(db, intake_id, intake, intake.taken)
    transitions.record_intake(db, actor, "intake.cancelled", intake_id, reason=reason, now=now)
    ids = [row.user_id for row in live]
    notifications.send(db, PlaceCancelledMail, intake, ids, now=now, reason=reason)


def request_place(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    course_key: str | None = None,
    now: datetime,
) -> RequestOutcome:
    """Hold a place for `actor` until the office confirms it, or put them at the end of the waiting
    list if the intake is full or others wait. Refused for the reasons in `domain.request_refusal`.
    Raises NotFound for a draft, and for an intake of another course than `course_key` if one is
    given."""
    require(
        policy.may_reserve_own_place(actor), msg("Only students reserve places for themselves.")
    )
    intake = lock_intake(db, intake_id)
    if intake.status is domain.IntakeStatus.draft or course_key not in (None, intake.course_key):
        raise NotFound
    own = next((row.state for row in live_rows(db, intake_id, [actor.user_id])), None)
    _refuse(domain.request_refusal(intake, own, is_confirmed=actor.confirmed, now=now))
    waiting = waiting_in(db, intake_id)
    if domain.decision(intake, waiting=waiting) is Decision.wait:
        number = draw_waiting_number(db, intake_id)
        enrolment_id = transitions.join(
            db, actor, intake_id, intake, now=now, waiting_number=number
        )
        position = waiting + 1
        notifications.send(
            db, PlaceWaitingMail, intake, [actor.user_id], now=now, position=position
        )
        return RequestOutcome(enrolment_id, EnrolmentState.waiting, waiting + 1)
    take_places(db, intake_id, 1, override=0)
    enrolment_id = transitions.join(db, actor, intake_id, intake, now=now)
    notifications.send(db, PlaceRequestedMail, intake, [actor.user_id], now=now)
    return RequestOutcome(enrolment_id, EnrolmentState.requested, None)


def withdraw(
    db: Session, actor: Actor, enrolment_id: EnrolmentId, *, today: date, now: datetime
) -> None:
    """Give up one's own place or waiting-list entry; a place that becomes free goes to the first
    person who waits. `today` is the date in the academy's time zone: a confirmed place can be given
    up until the day before the start."""
    require(policy.may_reserve_own_place(actor), OWN_PLACES_ONLY)
    intake_id, intake = lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    if not policy.may_withdraw(actor, row.user_id):
        raise NotFound
    _withdraw(db, actor, intake_id, intake, row, today=today, now=now)


def withdraw_from_intake(
    db: Session, actor: Actor, intake_id: IntakeId, *, today: date, now: datetime
) -> None:
    """As `withdraw`, for whatever the actor holds in this intake. Raise NotFound if they hold
    nothing."""
    require(policy.may_reserve_own_place(actor), OWN_PLACES_ONLY)
    intake = lock_intake(db, intake_id)
    row = next(iter(live_rows(db, intake_id, [actor.user_id])), None)
    if row is None:
        raise NotFound
    _withdraw(db, actor, intake_id, intake, row, today=today, now=now)


def cancel_place(
    db: Session, actor: Actor, enrolment_id: EnrolmentId, *, reason: str, now: datetime
) -> bool:
    """Cancel a confirmed place; the person is told the reason, and the place goes to the first
    person who waits. Return whether a mail to the person was written."""
    require(policy.may_manage_intakes(actor))
    intake_id, intake = lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _refuse(domain.cancel_refusal(row.state))
    return transitions.end_one(db, actor, intake_id, intake, row, reason=reason, now=now)


def reserve_places(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    user_ids: Sequence[UserId],
    note: str | None,
    override_reason: str | None,
    now: datetime,
) -> tuple[EnrolmentId, ...]:
    """Give confirmed places to the given people, to all of them or none, in this order. A person
    who already has a request or waits keeps that row, which becomes confirmed. `override_reason`
    allows overbooking the intake and passing people who wait; without it both are refused.
    """
    require(policy.may_manage_intakes(actor))
    intake = lock_intake(db, intake_id)
    named = list(dict.fromkeys(user_ids))
    live = {row.user_id: row for row in live_rows(db, intake_id, named)}
    demand_without_place(db, named, live)
    waiting = [row for row in live.values() if row.state is EnrolmentState.waiting]
    needed = len(named) - len(live) + len(waiting)
    others = waiting_in(db, intake_id) - len(waiting)
    _refuse(
        domain.reserve_refusal(
            intake, needed=needed, others_waiting=others, override_reason=override_reason
        )
    )
    revision_id = transitions.current_revision(db, intake)
    override = domain.override_for(places=intake.places, taken=intake.taken + needed)
    take_places(db, intake_id, needed, override=override)
    reserved = tuple(
        transitions.reserve(
            db, actor, intake_id, intake, user_id, live.get(user_id), revision_id, note, now
        )
        for user_id in named
    )
    if override_reason is not None and (override > intake.override or others):
        refused = domain.reserve_refusal(
            intake, needed=needed, others_waiting=others, override_reason=None
        )
        _record_override(db, actor, intake_id, refused, reason=override_reason, now=now)
    notifications.send(db, PlaceConfirmedMail, intake, named, now=now)
    return reserved


def _record_override(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    passed_over: EnrolmentsReason | None,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Record that places were reserved past a rule, with the rule and the reason."""
    transitions.record_intake(
        db,
        actor,
        "intake.override",
        intake_id,
        reason=reason,
        passed_over=[] if passed_over is None else [passed_over.refusal.message],
        now=now,
    )


def reserve_places_by_name(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    named: Sequence[tuple[str, str]],
    note: str | None,
    override_reason: str | None,
    known_as: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
    now: datetime,
) -> tuple[tuple[EnrolmentId, UserId], ...]:
    """As `reserve_places`, for people given by name and address. People without an account get one,
    and an invitation to set a password. Return the ids of the people in the same order.

    Where the account of an address has another name, it may be somebody else: OtherNames asks. `known_as` are
    the answers: the name of the account by address, of those who are meant all the same. Where somebody has a
    place in another intake of the course, OtherPlaces asks; `beside` are those answers, by address and as
    `domain.answer_about` writes them.
    """
    require(policy.may_manage_intakes(actor))
    # Locked before people are looked up, so that two screens with the same person take turns.
    intake = lock_intake(db, intake_id)
    _demand_same_names(db, named, known_as or {})
    demand_no_other_place(db, intake_id, intake, named, beside or {})
    user_ids = tuple(
        accounts.make_person_for_reservation(db, actor, name=name, email=email, now=now)
        for name, email in named
    )
    reserved = reserve_places(
        db,
        actor,
        intake_id,
        user_ids=user_ids,
        note=note,
        override_reason=override_reason,
        now=now,
    )
    return tuple(zip(reserved, dict.fromkeys(user_ids), strict=True))


def _demand_same_names(
    db: Session, named: Sequence[tuple[str, str]], known_as: Mapping[str, str]
) -> None:
    people = account_queries.people_by_email(db, [email for _, email in named])
    account_of = {person.email: person for person in people}
    account_names: dict[int, str] = {}
    for index, (name, email) in enumerate(named):
        person = account_of.get(email)
        if person is None or known_as.get(email) == person.name:
            continue
        if not any(
            is_same_name(name, each) for each in (person.name, person.certificate_name or "")
        ):
            account_names[index] = person.name
    if account_names:
        raise OtherNames([name for name, _ in named], account_names)


def note_export(
    db: Session, actor: Actor, intake_id: IntakeId, *, rows: int, now: datetime
) -> None:
    """Record that the list of people of an intake was exported."""
    require(policy.may_manage_intakes(actor))
    transitions.record_intake(
        db, actor, "intake.exported", intake_id, now=now, details={"rows": rows}
    )


def _refuse(reason: EnrolmentsReason | None) -> None:
    if reason is not None:
        raise EnrolmentRefused(reason)


def _check(fields: IntakeFields) -> None:
    if messages := domain.intake_problems(fields):
        raise IntakeInvalid(messages)


def _set_status(db: Session, intake_id: IntakeId, status: domain.IntakeStatus) -> None:
    db.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(status=status)
        .execution_options(synchronize_session=False)
    )


def _withdraw(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    row: Enrolment,
    *,
    today: date,
    now: datetime,
) -> None:
    _refuse(domain.withdraw_refusal(intake, row.state, today=today))
    transitions.end_one(db, actor, intake_id, intake, row, is_withdrawn=True, now=now)
