"""Use-cases that decide requests for places: confirm, decline, and undo within ten seconds.

The decision holds at once: the person's own pages show it, and the lessons are open. Their mail and their
notice wait for `app.kit.undo_time.UNDO_TIME`, and so do those of the person who moves up. Until then the
office can undo the decision, and everything is as before.

Several people are decided in one transaction, each for themselves: a person who cannot be decided is named
with the reason, and the others are decided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.accounts.steps.locks import lock_people
from app.enrolments import domain, policy
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.mails import PlaceConfirmedMail, PlaceDeclinedMail, words_of_reason
from app.enrolments.models import Enrolment
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import notifications, transitions, undoing
from app.enrolments.steps.locking import lock_intake, promote, release_places, row_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import DecisionId, EnrolmentId, EventId, IntakeId
from app.kit.messages import Message, Text
from app.kit.stored_messages import stored_reason

Step = Callable[[IntakeId, Intake, EnrolmentId], EventId | None]
"""Decides one enrolment of a locked intake, or raises EnrolmentRefused. Returns the mail to the person, if
one was written."""


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A person about whom nothing was decided, and why."""

    enrolment_id: EnrolmentId
    name: str
    reason: EnrolmentsReason

    @property
    def words(self) -> Message:
        return self.reason.refusal.words


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """What came of deciding several people: who was decided, and who was not. `told` are those of the decided
    who get a mail; people with closed accounts get none."""

    done: tuple[EnrolmentId, ...]
    refused: tuple[RefusedDecision, ...]
    told: frozenset[EnrolmentId]


def confirm_requests(
    db: Session, actor: Actor, enrolment_ids: Sequence[EnrolmentId], *, now: datetime
) -> DecisionOutcome:
    """Confirm the requests that can be confirmed, and name the others. A confirmed place pins the current
    revision of the course."""
    require(policy.may_manage_intakes(actor))

    def step(intake_id: IntakeId, intake: Intake, enrolment_id: EnrolmentId) -> EventId | None:
        return _confirm(db, actor, intake, enrolment_id, now=now)

    return _each(db, enrolment_ids, step)


def decline_requests(
    db: Session,
    actor: Actor,
    enrolment_ids: Sequence[EnrolmentId],
    *,
    reason: Text,
    now: datetime,
) -> DecisionOutcome:
    """Decline the requests and waiting-list entries that can be declined, and name the others. Each person
    is told the reason, in their language if it is a message, and a place that becomes free goes to the first
    person who waits."""
    require(policy.may_manage_intakes(actor))

    def step(intake_id: IntakeId, intake: Intake, enrolment_id: EnrolmentId) -> EventId | None:
        return _decline(db, actor, intake_id, intake, enrolment_id, reason=reason, now=now)

    return _each(db, enrolment_ids, step)


def undo_decisions(
    db: Session, actor: Actor, enrolment_ids: Sequence[EnrolmentId], *, now: datetime
) -> DecisionOutcome:
    """Undo the newest decision about each of these people while its mail waits, and name those for whom it
    is too late. Any admin may undo the decision of another one."""
    require(policy.may_manage_intakes(actor))

    def step(intake_id: IntakeId, intake: Intake, enrolment_id: EnrolmentId) -> EventId | None:
        undoing.undo(db, actor, intake_id, intake, enrolment_id, now=now)
        return None

    return _each(db, enrolment_ids, step, locks_people=True)


def confirm_request(db: Session, actor: Actor, enrolment_id: EnrolmentId, *, now: datetime) -> bool:
    """As `confirm_requests` for one person; return whether a mail to them was written. Raise EnrolmentRefused
    if they cannot be confirmed."""
    require(policy.may_manage_intakes(actor))
    outcome = confirm_requests(db, actor, [enrolment_id], now=now)
    _demand_all(outcome)
    return enrolment_id in outcome.told


def decline_request(
    db: Session, actor: Actor, enrolment_id: EnrolmentId, *, reason: Text, now: datetime
) -> bool:
    """As `decline_requests` for one person; return whether a mail to them was written. Raise EnrolmentRefused
    if they cannot be declined."""
    require(policy.may_manage_intakes(actor))
    outcome = decline_requests(db, actor, [enrolment_id], reason=reason, now=now)
    _demand_all(outcome)
    return enrolment_id in outcome.told


def undo_decision(db: Session, actor: Actor, enrolment_id: EnrolmentId, *, now: datetime) -> None:
    """As `undo_decisions` for one person. Raise EnrolmentRefused if it is too late."""
    require(policy.may_manage_intakes(actor))
    _demand_all(undo_decisions(db, actor, [enrolment_id], now=now))


def _demand_all(outcome: DecisionOutcome) -> None:
    for refused in outcome.refused:
        raise EnrolmentRefused(refused.reason)


def _each(
    db: Session, enrolment_ids: Sequence[EnrolmentId], step: Step, *, locks_people: bool = False
) -> DecisionOutcome:
    """Run a step for each enrolment; a step that is refused leaves nothing behind. The intakes are locked
    first, in the order of their ids, so that two admins never wait for each other. With `locks_people` no
    account is closed meanwhile. Raise NotFound if an enrolment does not exist."""
    chosen = tuple(dict.fromkeys(enrolment_ids))
    intake_of = _intakes_of(db, chosen)
    locked = {intake_id: lock_intake(db, intake_id) for intake_id in sorted({*intake_of.values()})}
    if locks_people:
        lock_people(db, db.scalars(select(Enrolment.user_id).where(Enrolment.id.in_(chosen))))
    done: list[EnrolmentId] = []
    told: set[EnrolmentId] = set()
    reasons: dict[EnrolmentId, EnrolmentsReason] = {}
    for enrolment_id in chosen:
        intake_id = intake_of[enrolment_id]
        try:
            with db.begin_nested():
                # A second time, because the step before may have moved its counters.
                intake = locked.pop(intake_id, None) or lock_intake(db, intake_id)
                mail_id = step(intake_id, intake, enrolment_id)
        except EnrolmentRefused as refused:
            reasons[enrolment_id] = refused.why
        else:
            done.append(enrolment_id)
            if mail_id is not None:
                told.add(enrolment_id)
    return DecisionOutcome(tuple(done), _named(db, reasons), frozenset(told))


def _intakes_of(db: Session, chosen: Sequence[EnrolmentId]) -> dict[EnrolmentId, IntakeId]:
    rows = db.execute(
        select(Enrolment.id, Enrolment.intake_id).where(Enrolment.id.in_(chosen))
    ).all()
    if len(rows) < len(chosen):
        raise NotFound
    return {row.id: row.intake_id for row in rows}


def _named(
    db: Session, reasons: dict[EnrolmentId, EnrolmentsReason]
) -> tuple[RefusedDecision, ...]:
    if not reasons:
        return ()
    users = dict(
        db.execute(select(Enrolment.id, Enrolment.user_id).where(Enrolment.id.in_(reasons))).all()
    )
    names = people(db, list(users.values()))
    return tuple(
        RefusedDecision(enrolment_id, names[users[enrolment_id]].name, reason)
        for enrolment_id, reason in reasons.items()
    )


def _confirm(
    db: Session, actor: Actor, intake: Intake, enrolment_id: EnrolmentId, *, now: datetime
) -> EventId | None:
    row = row_of(db, enrolment_id)
    before = row.state
    _refuse(domain.confirm_refusal(intake, before))
    transitions.confirm(db, actor, row, transitions.current_revision(db, intake), now=now)
    mails = notifications.send(db, PlaceConfirmedMail, intake, [row.user_id], now=now, waits=True)
    undoing.note(
        db,
        enrolment_id,
        before,
        EnrolmentState.confirmed,
        intake=intake,
        mail_id=mails[row.user_id],
        now=now,
    )
    return mails[row.user_id]


def _decline(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    enrolment_id: EnrolmentId,
    *,
    reason: Text,
    now: datetime,
) -> EventId | None:
    row = row_of(db, enrolment_id)
    before = row.state
    _refuse(domain.decline_refusal(before))
    stored = reason if isinstance(reason, str) else stored_reason(reason)
    transitions.end(db, actor, row, EnrolmentState.declined, reason=stored, now=now)
    mails = notifications.send(
        db,
        PlaceDeclinedMail,
        intake,
        [row.user_id],
        now=now,
        waits=True,
        **words_of_reason(reason),
    )
    decision_id = undoing.note(
        db,
        enrolment_id,
        before,
        EnrolmentState.declined,
        intake=intake,
        mail_id=mails[row.user_id],
        now=now,
    )
    if before in domain.HOLDING:
        _give_place_on(db, actor, intake_id, intake, decision_id, now=now)
    return mails[row.user_id]


def _give_place_on(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    decision_id: DecisionId,
    *,
    now: datetime,
) -> None:
    """Give the place that a decision freed to the first person who waits, and note it as its consequence."""
    freed = release_places(db, intake_id, intake, 1)
    for moved_id, mail_id in promote(db, actor.user_id, intake_id, freed, now=now, waits=True):
        undoing.note(
            db,
            moved_id,
            EnrolmentState.waiting,
            EnrolmentState.requested,
            intake=intake,
            mail_id=mail_id,
            cause_id=decision_id,
            now=now,
        )


def _refuse(reason: EnrolmentsReason | None) -> None:
    if reason is not None:
        raise EnrolmentRefused(reason)
