"""Gives a planned practical the corrected checklist and requirements of the current revision of its
course."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.assessments import policy
from app.assessments.course_changes import differences
from app.assessments.errors import CorrectionRefused
from app.assessments.queries.outdated import begun_on
from app.courses import queries as courses
from app.kit.actor import Actor, require
from app.kit.ids import PracticalId, RevisionId
from app.kit.messages import msg
from app.practicals.domain.seats import PracticalStatus
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.revisions import adopt_revision


def take_corrected_checklist(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    *,
    expected_revision_id: RevisionId,
    now: datetime,
) -> None:
    """Make one practical follow the current revision of its course, and tell its instructors.

    `expected_revision_id` is the revision whose changes were shown. Refused if an assessment has
    begun, if the practical is cancelled or over, if nothing would change, or if the course was
    published again in the meantime. All places stay, even those of people who do not meet the new
    requirements.
    """
    require(policy.may_correct_checklists(actor), msg("Only admins correct checklists."))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.cancelled or now >= practical.ends_at:
        raise CorrectionRefused(
            msg("This day is cancelled or over. It keeps its checklist."), "over"
        )
    if begun_on(db, [practical_id]):
        raise CorrectionRefused(
            msg(
                "An assessment has begun on this day, so the day keeps the checklist it began with. If it "
                "was begun by mistake, its instructor can discard it first."
            ),
            "assessment_begun",
        )
    head = courses.current_to_pin(db, practical.course_key)
    if head is None or head.revision_id != expected_revision_id:
        raise CorrectionRefused(
            msg(
                "The course was published again in the meantime. Read the changes once more, then confirm."
            ),
            "stale",
        )
    old = courses.revision(db, practical.revision_id).course
    changes = differences(old, head.course, practical.kind_key)
    if not changes:
        raise CorrectionRefused(
            msg("This day has the corrected checklist already."), "nothing_changes"
        )
    adopt_revision(db, actor, practical, head, changes, now=now)
