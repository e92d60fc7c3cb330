"""How the assessments of past days ended, for the lists and pages of practicals. Registered by
`app.binding`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.domain import Outcome
from app.assessments.models import Assessment
from app.kit.ids import PracticalId, SeatId
from app.practicals.outcomes import SeatOutcome, SeatOutcomes


def outcomes_on(
    db: Session, practical_ids: Sequence[PracticalId]
) -> Mapping[PracticalId, SeatOutcomes]:
    """Return the outcome of the newest assessment of each place, by practical, in one statement. Discarded
    assessments do not count."""
    rows = db.execute(
        select(
            Assessment.practical_id, Assessment.seat_id, Assessment.signed_at, Assessment.outcome
        )
        .where(Assessment.practical_id.in_(practical_ids), Assessment.discarded_at.is_(None))
        .order_by(Assessment.number)
    )
    outcomes: dict[PracticalId, dict[SeatId, SeatOutcome]] = {}
    for row in rows:
        if row.signed_at is None:
            outcome = SeatOutcome.to_sign
        elif row.outcome is Outcome.competent:
            outcome = SeatOutcome.competent
        else:
            outcome = SeatOutcome.not_yet
        outcomes.setdefault(row.practical_id, {})[row.seat_id] = outcome
    return outcomes
