"""Giving many attempts the time back that an outage took, in as many statements as for one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.errors import Refusal
from app.kit.ids import EventId, UserId, new_uuid
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.extending import ExtensionKind
from app.quizzes.domain.outage import Outage, OutageGain
from app.quizzes.domain.transitions import AttemptClock, AttemptEvent, decide, next_deadline
from app.quizzes.errors import AttemptRefused
from app.quizzes.models import ExtensionRow
from app.quizzes.steps.ending import END_ATTEMPT, UNMARKED


def give_outage_back(
    db: Session,
    gains: Sequence[tuple[AttemptFacts, OutageGain]],
    outage: Outage,
    *,
    by: UserId,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> None:
    """Let attempts that are locked end later, or run again. The time is added to the end and to what was
    given back, as `extending.extend_to` does for one attempt."""
    if not gains:
        return
    db.execute(END_ATTEMPT, [_changes(attempt, gain, now) for attempt, gain in gains])
    db.add_all(_reopening(attempt, by=by, now=now) for attempt, gain in gains if gain.is_reopened)
    db.add_all(
        ExtensionRow(
            id=EventId(new_uuid()),
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            kind=ExtensionKind.outage,
            seconds=gain.seconds,
            outage_from=outage.began_at,
            outage_to=outage.ended_at,
            reason=reason,
            reason_is_told=reason_is_told,
            given_at=now,
            given_by=by,
        )
        for attempt, gain in gains
    )


def _reopening(attempt: AttemptFacts, *, by: UserId, now: datetime) -> ExtensionRow:
    """Return the row that says when an attempt was opened again, so that a seal from before does not send it.
    The row of the outage holds its time and its reason."""
    return ExtensionRow(
        id=EventId(new_uuid()),
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        kind=ExtensionKind.reopened,
        seconds=0,
        given_at=now,
        given_by=by,
    )


def _changes(attempt: AttemptFacts, gain: OutageGain, now: datetime) -> dict[str, object]:
    event = AttemptEvent.reopen if gain.is_reopened else AttemptEvent.extend
    transition = decide(attempt.state_at(now), event, attempt.at_time_out)
    if isinstance(transition, Refusal):
        raise AttemptRefused(transition)
    clock = AttemptClock(
        due_at=gain.new_end, at_time_out=attempt.at_time_out, grace_minutes=attempt.grace_minutes
    )
    return {
        "attempt": attempt.id,
        "state": transition.to,
        "due_at": gain.new_end,
        "given_back_seconds": attempt.given_back_seconds + gain.seconds,
        "next_deadline_at": next_deadline(transition.to, clock),
        "submitted_at": None,
        **UNMARKED,
    }
