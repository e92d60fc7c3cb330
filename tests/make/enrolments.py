"""Intakes and places, as values for the rules and written straight to the database."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.queries import PublishedCourse
from app.db.database import Database
from app.enrolments import checks
from app.enrolments.domain import HOLDING, EnrolmentState, Intake, IntakeFields, IntakeStatus
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, IntakeId, RevisionId, new_uuid
from tests.make import NOW
from tests.make.places import STARTS_ON


def an_intake_value(**fields: Any) -> Intake:
    """An open intake of ten free places, in the middle of its window."""
    defaults: dict[str, Any] = {
        "course_key": "small-course",
        "title": "Winter",
        "starts_on": STARTS_ON,
        "price_pence": 125_000,
        "places": 10,
        "taken": 0,
        "override": 0,
        "status": IntakeStatus.open,
        "opens_at": NOW - timedelta(days=30),
        "closes_at": NOW + timedelta(days=30),
    }
    return Intake(**{**defaults, **fields})


def some_fields(**fields: Any) -> IntakeFields:
    """What an admin types for an ordinary intake."""
    defaults: dict[str, Any] = {
        "title": "Winter",
        "starts_on": STARTS_ON,
        "price_pence": 125_000,
        "places": 10,
        "opens_at": NOW - timedelta(days=30),
        "closes_at": NOW + timedelta(days=30),
    }
    return IntakeFields(**{**defaults, **fields})


def an_enrolment(
    db: Session,
    intake_id: IntakeId,
    actor: Actor,
    state: EnrolmentState = EnrolmentState.requested,
    *,
    published: PublishedCourse | None = None,
    now: datetime = NOW,
    **columns: Any,
) -> EnrolmentId:
    """Put a person into an intake as they would be after a use-case, its counters moved along."""
    taken = 1 if state in HOLDING else 0
    waits = 1 if state is EnrolmentState.waiting else 0
    intake = db.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(taken=IntakeRow.taken + taken, waiting_sequence=IntakeRow.waiting_sequence + waits)
        .returning(IntakeRow.course_key, IntakeRow.waiting_sequence)
    ).one()
    confirmed = state is EnrolmentState.confirmed
    revision_id: RevisionId | None = published.revision_id if published and confirmed else None
    row = Enrolment(
        id=EnrolmentId(new_uuid()),
        intake_id=intake_id,
        user_id=actor.user_id,
        course_key=intake.course_key,
        revision_id=revision_id,
        state=state,
        waiting_number=intake.waiting_sequence if waits else None,
        requested_at=now,
        decided_at=None if state in (EnrolmentState.requested, EnrolmentState.waiting) else now,
        **columns,
    )
    db.add(row)
    db.flush()
    return row.id


def states_in(database: Database, intake_id: IntakeId) -> dict[str, str]:
    """Return name of the person → state, for everybody in an intake."""
    with database.read() as db:
        rows = db.execute(
            select(User.name, Enrolment.state)
            .join(User, User.id == Enrolment.user_id)
            .where(Enrolment.intake_id == intake_id)
            .order_by(Enrolment.requested_at, Enrolment.id)
        )
        return {name: state.value for name, state in rows}


def counters(database: Database, intake_id: IntakeId) -> tuple[int, int, int]:
    """Return places, taken and override of an intake."""
    with database.read() as db:
        row = db.execute(
            select(IntakeRow.places, IntakeRow.taken, IntakeRow.override).where(
                IntakeRow.id == intake_id
            )
        ).one()
        return (row.places, row.taken, row.override)


def broken_promises(database: Database, *, now: datetime = NOW) -> list[str]:
    """What `preceptor audit` would say of enrolments."""
    with database.read() as db:
        return checks.problems(db, now=now)
