"""The gate of an intake, and the only code that moves its counter and promotes who waits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.enrolments import domain, notifications
from app.enrolments.domain import EnrolmentsReason, EnrolmentState, Intake
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.errors import NotFound
from app.kit.ids import EnrolmentId, IntakeId, UserId, new_uuid

_GATE = (
    IntakeRow.course_key,
    IntakeRow.title,
    IntakeRow.starts_on,
    IntakeRow.places,
    IntakeRow.taken,
    IntakeRow.override,
    IntakeRow.status,
    IntakeRow.opens_at,
    IntakeRow.closes_at,
)


def lock_intake(db: Session, intake_id: IntakeId) -> Intake:
    """Queue behind every other command on this intake until we commit; raise NotFound.

    Writing the row first takes its lock on PostgreSQL and returns its newest values; on SQLite the
    write block is already the only writer. Reading first, even FOR UPDATE, would sell a place twice.
    """
    return _take(db, IntakeRow.id == intake_id)[1]


def lock_intake_of(db: Session, enrolment_id: EnrolmentId) -> tuple[IntakeId, Intake]:
    """Take the gate of the intake that an enrolment belongs to. An enrolment never changes its
    intake, so that finding it inside the statement is safe."""
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
    """Return what the form of an intake writes, as it is on record under the gate."""
    intake = db.scalars(
        select(IntakeRow).where(IntakeRow.id == intake_id).execution_options(populate_existing=True)
    ).one()
    return domain.intake_record(intake)


def draw_waiting_number(db: Session, intake_id: IntakeId) -> int:
    """Return the next number of the queue; numbers are never given twice."""
    return db.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(waiting_sequence=IntakeRow.waiting_sequence + 1)
        .returning(IntakeRow.waiting_sequence)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def waiting_in(db: Session, intake_id: IntakeId) -> int:
    """Count who waits; true until we commit, because the caller holds the gate."""
    return db.execute(
        select(func.count()).where(
            Enrolment.intake_id == intake_id, Enrolment.state == EnrolmentState.waiting
        )
    ).scalar_one()


def take_places(db: Session, intake_id: IntakeId, count: int, *, override: int) -> None:
    """Count `count` further places as taken, or raise: never more than places + override."""
    _move_counter(
        db, intake_id, count, override, IntakeRow.taken + count <= IntakeRow.places + override
    )


def release_places(db: Session, intake_id: IntakeId, intake: Intake, count: int) -> Intake:
    """Count `count` places as free again and return the gate's new values."""
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
    """Say what the database's own constraints refuse in the words of the rules they stand behind."""
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
    """Return an enrolment as it stands under the gate, which has found that it exists."""
    return db.scalars(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .execution_options(populate_existing=True)
    ).one()


def live_rows(
    db: Session, intake_id: IntakeId, user_ids: Sequence[UserId] | None = None
) -> Sequence[Enrolment]:
    """Return the rows that hold a place or wait, of everybody or of the named people."""
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
    """Add a person's enrolment, or refuse a second live one."""
    row = Enrolment(
        id=EnrolmentId(new_uuid()),
        intake_id=intake_id,
        user_id=user_id,
        course_key=intake.course_key,
        state=state,
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
    """Change a state only from the one it was decided on, so that nothing is released twice."""
    moved = db.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.state == before)
        .values(state=after, **columns)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise EnrolmentRefused(EnrolmentsReason.ended)


def promote(
    db: Session, actor_id: UserId | None, intake_id: IntakeId, intake: Intake, *, now: datetime
) -> None:
    """Give free places to those who wait longest, as requests; the last step of every command that
    may have freed a place, in its transaction."""
    count = domain.promotions(intake, waiting=waiting_in(db, intake_id), now=now)
    if not count:
        return
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
        )
    take_places(db, intake_id, len(first), override=0)
    notifications.send(db, "promoted", intake, [user_id for _, user_id in first], now=now)
