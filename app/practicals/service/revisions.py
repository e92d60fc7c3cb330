"""Giving a planned day another revision of its course: a step of a use-case of assessments."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.actor import Actor, open_to_all
from app.courses.queries import Published
from app.practicals.domain.seats import Gate, PracticalStatus
from app.practicals.models import Practical
from app.practicals.queries.eligibility_facts import gate_of
from app.practicals.queries.summaries import instructor_ids
from app.practicals.service.notifications import tell_instructors
from app.practicals.service.plan_steps import record_act


@open_to_all
def adopt_revision(
    db: Session,
    actor: Actor,
    gate: Gate,
    published: Published,
    changes: tuple[str, ...],
    *,
    now: datetime,
) -> None:
    """Let a day follow a newer revision, record it, and tell its instructors what changes.

    The caller has checked the permission and holds the gate. Seats and the waiting list stay as they are.
    """
    kind = published.course.practical(gate.kind_key)
    db.execute(
        update(Practical)
        .where(Practical.id == gate.id)
        .values(revision_id=published.revision_id, title=kind.title if kind else gate.title)
        .execution_options(synchronize_session=False)
    )
    record_act(
        db,
        actor,
        gate.id,
        "practicals.checklist_corrected",
        now=now,
        details={
            "from_revision": str(gate.revision_id),
            "to_revision": str(published.revision_id),
            "changes": list(changes),
        },
    )
    after = gate_of(db, gate.id)
    if gate.status is PracticalStatus.published and after is not None:
        tell_instructors(
            db,
            "teaching-corrected",
            after,
            instructor_ids(db, gate.id),
            method="REQUEST",
            now=now,
            reason=" ".join(changes),
        )
