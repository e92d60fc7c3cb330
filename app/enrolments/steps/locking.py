"""Locking an intake, and the only code that changes its counter and promotes people who wait."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.mails import PlacePromotedMail
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import notifications
from app.kit.errors import NotFound
from app.kit.ids import EnrolmentId, EventId, IntakeId, UserId, new_uuid

_GATE = (
    IntakeRow.course_key,
    IntakeRow.title,
    IntakeRow.starts_on,
    IntakeRow.price_pence,
    IntakeRow.places,
    IntakeRow.taken,
    IntakeRow.override,
    IntakeRow.status,
    IntakeRow.opens_at,
    IntakeRow.closes_at,
)


def lock_intake(db: Session, intake_id: IntakeId) -> Intake:
    """Wait for every other command on this intake, and lock it until the commit. Raise NotFound if
    there is none. On PostgreSQL the UPDATE takes the lock and returns the newest values; on SQLite
    the write block is already the only writer. Reading first, even FOR UPDATE, would sell a place
    twice.
    """
    return _take(db, IntakeRow.id == intake_id)[1]


def lock_intake_of(db: Session, enrolment_id: EnrolmentId) -> tuple[IntakeId, Intake]:
    """Lock the intake of an enrolment. An enrolment never moves to another intake, so the statement
    may look the intake up."""
    intake_of = select(Enrolment.intake_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    return _take(db, IntakeRow.id == intake_of)


def _take(db: Session, which: ColumnElement[bool]) -> tuple[IntakeId, Intake]:
    row = db.execute(
        update(IntakeRow)
        .where(which)
        .values(version=IntakeRow.version + 1)
        .returning(IntakeRow.id, *_GATE)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound
    intake_id, *values = row
    return intake_id, Intake(*values)


def recorded_intake(db: Session, intake_id: IntakeId) -> dict[str, object]:
    """Return the recorded fields of an intake that is locked."""
    intake = db.scalars(
        select(IntakeRow).where(IntakeRow.id == intake_id).execution_options(populate_existing=True)
    ).one()
    return domain.intake_record(intake)


def draw_waiting_number(db: Session, intake_id: IntakeId) -> int:
    """Return the next waiting number of the intake; no number is used twice."""
    return db.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(waiting_sequence=IntakeRow.waiting_sequence + 1)
        .returning(IntakeRow.waiting_sequence)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def waiting_in(db: Session, intake_id: IntakeId) -> int:
    """Count the people who wait. The number is right until the commit, because the caller has
    locked the intake."""
    return db.execute(
        select(func.count()).where(
            Enrolment.intake_id == intake_id, Enrolment.state == EnrolmentState.waiting
        )
    ).scalar_one()


def take_places(db: Session, intake_id: IntakeId, count: int, *, override: int) -> None:
    """Count `count` further places as taken, or raise if that would exceed places + override."""
    _move_counter(
        db, intake_id, count, override, IntakeRow.taken + count <= IntakeRow.places + override
    )


def release_places(db: Session, intake_id: IntakeId, intake: Intake, count: int) -> Intake:
    """Count `count` places as free again and return the intake's new values."""
    taken = intake.taken - count
    override = domain.override_for(places=intake.places, taken=taken)
    _move_counter(db, intake_id, -count, override, IntakeRow.taken - count >= 0)
    return replace(intake, taken=taken, override=override)


def _move_counter(
    db: Session, intake_id: IntakeId, by: int, override: int, guard: ColumnElement[bool]
) -> None:
    with constraints_as_refusals():
        moved = db.execute(
            update(IntakeRow)
            .where(IntakeRow.id == intake_id, guard)
            .values(taken=IntakeRow.taken + by, override=override)
            .returning(IntakeRow.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if moved is None:
        raise EnrolmentRefused(EnrolmentsReason.too_few_places)


@contextmanager
def constraints_as_refusals() -> Iterator[None]:
    """Translate violations of database constraints into the refusals of the corresponding rules."""
    try:
        yield
    except IntegrityError as error:
        broken = str(error.orig)
        if "taken_within_places" in broken:
            raise EnrolmentRefused(EnrolmentsReason.too_few_places) from error
        # SQLite names the columns of a unique index, PostgreSQL the index.
        if "uq_enrolments_live" in broken or "enrolments.user_id" in broken:
            raise EnrolmentRefused(EnrolmentsReason.already_requested) from error
        raise


def row_of(db: Session, enrolment_id: EnrolmentId) -> Enrolment:
    """Return an enrolment of a locked intake; locking has found that it exists."""
    return db.scalars(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .execution_options(populate_existing=True)
    ).one()


def live_rows(
    db: Session, intake_id: IntakeId, user_ids: Sequence[UserId] | None = None
) -> Sequence[Enrolment]:
    """Return the rows that hold a place or wait, of everyone or of the given people."""
    query = select(Enrolment).where(
        Enrolment.intake_id == intake_id, Enrolment.state.in_(domain.LIVE)
    )
    if user_ids is not None:
        query = query.where(Enrolment.user_id.in_(user_ids))
    ordered = query.order_by(Enrolment.requested_at, Enrolment.id)
    return db.scalars(ordered.execution_options(populate_existing=True)).all()


def add_row(
    db: Session,
    intake_id: IntakeId,
    intake: Intake,
    user_id: UserId,
    state: EnrolmentState,
    *,
    now: datetime,
    **columns: Any,
) -> Enrolment:
    """Add an enrolment at the present price of its intake. Refused if the person has a live one
    already."""
    row = Enrolment(
        id=EnrolmentId(new_uuid()),
        intake_id=intake_id,
        user_id=user_id,
        course_key=intake.course_key,
        state=state,
        price_pence=intake.price_pence,
        requested_at=now,
        **columns,
    )
    db.add(row)
    with constraints_as_refusals():
        db.flush()
    return row


def move_state(
    db: Session,
    enrolment_id: EnrolmentId,
    before: EnrolmentState,
    after: EnrolmentState,
    **columns: Any,
) -> None:
    """Change a state only if it is still the state that was decided on, so that no place is
    released twice."""
    moved = db.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.state == before)
        .values(state=after, **columns)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise EnrolmentRefused(EnrolmentsReason.ended)


def state_change(before: EnrolmentState, after: EnrolmentState) -> tuple[FieldChange]:
    """Return the change of an act that moved an enrolment from one state to another."""
    old, new = domain.STATE_WORDS[before], domain.STATE_WORDS[after]
    return (FieldChange(ChangedField.state, old, new),)


def promote(
    db: Session,
    actor_id: UserId | None,
    intake_id: IntakeId,
    intake: Intake,
    *,
    now: datetime,
    waits: bool = False,
) -> tuple[tuple[EnrolmentId, EventId | None], ...]:
    """Give free places to the people who have waited longest, as requests, and return their enrolments with
    their mails. Every command that may free a place calls this last, in its transaction. With `waits` the
    mails wait until the command can no longer be undone."""
    count = domain.promotions(intake, waiting=waiting_in(db, intake_id), now=now)
    if not count:
        return ()
    first = db.execute(
        select(Enrolment.id, Enrolment.user_id)
        .where(Enrolment.intake_id == intake_id, Enrolment.state == EnrolmentState.waiting)
        .order_by(Enrolment.waiting_number, Enrolment.id)
        .limit(count)
    ).all()
    for enrolment_id, user_id in first:
        move_state(db, enrolment_id, EnrolmentState.waiting, EnrolmentState.requested)
        audit.record(
            db,
            actor_id,
            "enrolment.promoted",
            now=now,
            subject_kind="enrolment",
            subject_id=enrolment_id,
            person_id=user_id,
            changes=state_change(EnrolmentState.waiting, EnrolmentState.requested),
        )
    take_places(db, intake_id, len(first), override=0)
    mails = notifications.send(
        db, PlacePromotedMail, intake, [user_id for _, user_id in first], now=now, waits=waits
    )
    return tuple((enrolment_id, mails[user_id]) for enrolment_id, user_id in first)
