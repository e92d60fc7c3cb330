"""Protects the attendance that an assessment relies on. Registered by `app.binding`."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assessments.models import Assessment, StepMark
from app.kit.errors import Refusal
from app.kit.ids import SeatId
from app.kit.messages import msg
from app.practicals.domain.seats import PracticalsReason

SIGNED = Refusal(
    PracticalsReason.assessed,
    msg("A signed assessment relies on this attendance."),
    msg(
        "A signed assessment stays. If the wrong person was assessed, tell the office what happened: it can "
        "revoke a certificate."
    ),
)
BEGUN = Refusal(
    PracticalsReason.assessed,
    msg("This person's assessment has marks already, and it relies on this attendance."),
    msg("Open the assessment first, and discard it if it was begun by mistake."),
)


def relies_on_attendance(db: Session, seat_id: SeatId) -> Refusal | None:
    """Return why the attendance of a seat must stay: a signed assessment, or one with marks
    that is not discarded."""
    signed = select(func.count(Assessment.signed_at)).where(Assessment.seat_id == seat_id)
    marked = (
        select(func.count(StepMark.id))
        .join(Assessment, Assessment.id == StepMark.assessment_id)
        .where(Assessment.seat_id == seat_id, Assessment.discarded_at.is_(None))
    )
    if db.scalar(signed):
        return SIGNED
    return BEGUN if db.scalar(marked) else None
