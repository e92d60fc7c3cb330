"""Giving everybody the time of an outage back: in batches, for the page and the API alike."""

from datetime import datetime

from app.db.database import Database
from app.kit.actor import Actor
from app.quizzes.due_attempts import due_attempts_at
from app.reports import outages
from app.reports.outage_candidates import OutageScope, gaining, outage_lines


def give_everybody(
    database: Database,
    actor: Actor,
    scope: OutageScope,
    *,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> int:
    """Give the time back in batches, each in its own transaction, and return the number of attempts. What an
    interrupted run has not given, the next one gives."""
    with database.read() as db:
        due = due_attempts_at(db, scope.course_key, scope.quiz_key, now=now)
    for start in range(0, len(due), outages.AT_ONCE):
        with database.write() as db:
            batch_ids = due[start : start + outages.AT_ONCE]
            outages.settle_before_outage(db, actor, batch_ids, now=now)
    with database.read() as db:
        lines = gaining(outage_lines(db, scope, now=now), actor)
    attempts = 0
    for start in range(0, len(lines), outages.AT_ONCE):
        batch = [line for line, _ in lines[start : start + outages.AT_ONCE]]
        with database.write() as db:
            attempts += outages.give_time_back_after_outage(
                db,
                actor,
                scope,
                batch,
                reason=reason,
                reason_is_told=reason_is_told,
                now=now,
            )
    if attempts:
        with database.write() as db:
            outages.note_outage(db, actor, scope, reason, attempts=attempts, now=now)
    return attempts
