"""Giving a planned day another revision of its course."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.courses.queries import PublishedCourse
from app.db.search_texts import search_columns
from app.kit.actor import Actor
from app.kit.messages import Message
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.mails import ChecklistCorrectedMail
from app.practicals.models import PracticalRow
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.summaries import instructor_ids
from app.practicals.steps.notifications import tell_instructors
from app.practicals.steps.plans import record_act


def adopt_revision(
    db: Session,
    actor: Actor,
    practical: Practical,
    published: PublishedCourse,
    changes: tuple[Message, ...],
    *,
    now: datetime,
) -> None:
    """Let a day follow a newer revision, record it, and tell its instructors what changes.

    The practical is locked. Seats and the waiting list stay as they are.
    """
    _write_revision(db, practical, published)
    record_act(
        db,
        actor,
        practical.id,
        "practicals.checklist_corrected",
        now=now,
        details={
            "from_revision": str(practical.revision_id),
            "to_revision": str(published.revision_id),
            "changes": [str(change) for change in changes],
        },
    )
    after = read_practical(db, practical.id)
    if practical.status is PracticalStatus.published and after is not None:
        tell_instructors(
            db,
            ChecklistCorrectedMail,
            after,
            instructor_ids(db, practical.id),
            method="REQUEST",
            now=now,
            changes=changes,
        )


def _write_revision(db: Session, practical: Practical, published: PublishedCourse) -> None:
    kind = published.course.practical(practical.kind_key)
    title = kind.title if kind else practical.title
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id)
        .values(
            revision_id=published.revision_id,
            title=title,
            **search_columns(PracticalRow, {"title": title, "room": practical.room}),
        )
        .execution_options(synchronize_session=False)
    )
