"""Steps that note a decision which can be undone, and undo it. Callers lock the intake and its
people, and check permissions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.enrolments import domain
from app.enrolments.domain import DecisionToUndo, EnrolmentState, Intake
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.facts import EnrolmentEnded
from app.enrolments.models import Enrolment, UndoableDecision
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import transitions
from app.enrolments.steps.locking import (
    live_rows,
    move_state,
    release_places,
    row_of,
    state_change,
    take_places,
)
from app.kit.actor import Actor
from app.kit.ids import DecisionId, EnrolmentId, EventId, IntakeId, new_uuid
from app.notices.steps import sending
from app.outbox import service as outbox


def note(
    db: Session,
    enrolment_id: EnrolmentId,
    before: EnrolmentState,
    after: EnrolmentState,
    *,
    intake: Intake,
    mail_id: EventId | None,
    cause_id: DecisionId | None = None,
    now: datetime,
) -> DecisionId:
    """Note what a decision changed. `intake` is the intake before it."""
    decision = UndoableDecision(
        id=DecisionId(new_uuid()),
        enrolment_id=enrolment_id,
        cause_id=cause_id,
        state_before=before,
        state_after=after,
        override_before=intake.override,
        mail_id=mail_id,
        decided_at=now,
    )
    db.add(decision)
    db.flush()
    return decision.id


def undo(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    enrolment_id: EnrolmentId,
    *,
    now: datetime,
) -> None:
    """Undo the newest decision about an enrolment: the state, the counted places, the mails and notices, and
    the people who moved up, who wait again under their old numbers. Refused for the reasons of
    `domain.undo_refusal`; then the caller rolls back to before this step."""
    row = row_of(db, enrolment_id)
    decision = newest_decision(db, enrolment_id)
    moved_up = _take_moved_up(db, intake_id, decision)
    to_undo = None
    if decision is not None:
        to_undo = _to_undo(db, decision, row, [moved for _, moved in moved_up])
    refusal = domain.undo_refusal(to_undo, intake, row.state, row.decided_at, now=now)
    if refusal is not None or decision is None or to_undo is None:
        raise EnrolmentRefused(refusal or EnrolmentsReason.nothing_to_undo)
    every = [decision, *(consequence for consequence, _ in moved_up)]
    mails = {each.mail_id for each in every if each.mail_id is not None}
    if not sending.withdraw(db, mails):
        raise EnrolmentRefused(EnrolmentsReason.mail_has_left)
    for consequence, moved in moved_up:
        _put_back(db, actor, consequence, moved, now=now)
    _count_back(db, intake_id, intake, to_undo.places_needed)
    _put_back(db, actor, decision, row, now=now)
    if decision.state_after is EnrolmentState.confirmed:
        # Within these seconds the person may have booked or begun something.
        outbox.announce(db, EnrolmentEnded(user_id=row.user_id, by=actor.user_id), now=now)


def newest_decision(db: Session, enrolment_id: EnrolmentId) -> UndoableDecision | None:
    """Return the newest decision about an enrolment itself, undone or not."""
    return db.scalars(
        select(UndoableDecision)
        .where(UndoableDecision.enrolment_id == enrolment_id, UndoableDecision.cause_id.is_(None))
        .order_by(UndoableDecision.decided_at.desc(), UndoableDecision.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def _take_moved_up(
    db: Session, intake_id: IntakeId, decision: UndoableDecision | None
) -> list[tuple[UndoableDecision, Enrolment]]:
    """Return the people who moved up because of a decision, with their enrolments as they are now.

    If another decision let somebody move up who stands further back in the queue, the two exchange their
    causes: whoever goes back to the queue is the last in it.
    """
    if decision is None:
        return []
    rows = db.execute(
        select(UndoableDecision, Enrolment)
        .join(Enrolment, Enrolment.id == UndoableDecision.enrolment_id)
        .where(
            Enrolment.intake_id == intake_id,
            UndoableDecision.cause_id.is_not(None),
            UndoableDecision.undone_at.is_(None),
            UndoableDecision.decided_at >= decision.decided_at,
        )
        .order_by(Enrolment.waiting_number.desc())
        .execution_options(populate_existing=True)
    )
    every = [(consequence, moved) for consequence, moved in rows]
    own = [pair for pair in every if pair[0].cause_id == decision.id]
    asking = [pair for pair in every if pair[1].state is EnrolmentState.requested]
    last = asking[: len(own)]
    if len(last) < len(own):
        return own
    taken = [pair for pair in last if pair not in own]
    spared = [pair for pair in own if pair not in last]
    for (theirs, _), (ours, _) in zip(taken, spared, strict=True):
        theirs.cause_id, ours.cause_id = ours.cause_id, theirs.cause_id
    return last


def _to_undo(
    db: Session, decision: UndoableDecision, row: Enrolment, moved_up: Sequence[Enrolment]
) -> DecisionToUndo:
    live = live_rows(db, row.intake_id, [row.user_id])
    return DecisionToUndo(
        state_before=decision.state_before,
        state_after=decision.state_after,
        override_before=decision.override_before,
        decided_at=decision.decided_at,
        is_undone=decision.undone_at is not None,
        moved_up=tuple(moved.state for moved in moved_up),
        is_invoiced_on=any(moved.invoice_number is not None for moved in moved_up),
        asked_again=any(each.id != row.id for each in live),
        is_closed=people(db, [row.user_id])[row.user_id].is_closed,
    )


def _put_back(
    db: Session, actor: Actor, decision: UndoableDecision, row: Enrolment, *, now: datetime
) -> None:
    """Give an enrolment its state of before. What was undecided had no decision, reason or revision."""
    move_state(
        db,
        row.id,
        decision.state_after,
        decision.state_before,
        decided_at=None,
        decided_by=None,
        revision_id=None,
        reason=None,
    )
    decision.undone_at = now
    transitions.record(
        db,
        actor,
        "enrolment.decision_undone",
        row,
        now=now,
        changes=state_change(decision.state_after, decision.state_before),
    )


def _count_back(db: Session, intake_id: IntakeId, intake: Intake, needed: int) -> None:
    if needed > 0:
        override = domain.override_for(places=intake.places, taken=intake.taken + needed)
        take_places(db, intake_id, needed, override=override)
    elif needed < 0:
        release_places(db, intake_id, intake, -needed)
