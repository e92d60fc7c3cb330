"""Reads how past days ended, for lists and pages of staff."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.ids import PracticalId
from app.practicals.domain.day_outcomes import DayOutcome
from app.practicals.domain.seats import Attendance
from app.practicals.outcomes import SeatOutcome, outcomes_of
from app.practicals.queries.summaries import IS_EXPECTED, SEAT


def day_outcomes(
    db: Session, practical_ids: Sequence[PracticalId]
) -> dict[PracticalId, DayOutcome]:
    """Return how each of some practicals ended, in two statements. Callers check permissions."""
    if not practical_ids:
        return {}
    came = {
        practical_id: counted
        for practical_id, *counted in db.execute(
            select(
                SEAT.practical_id,
                func.count(),
                func.count().filter(SEAT.attendance == Attendance.attended),
                func.count().filter(SEAT.attendance == Attendance.absent),
            )
            .where(SEAT.practical_id.in_(practical_ids), IS_EXPECTED)
            .group_by(SEAT.practical_id)
        )
    }
    outcomes = outcomes_of(db, practical_ids)
    return {
        practical_id: _outcome(
            came.get(practical_id, (0, 0, 0)), Counter(outcomes.get(practical_id, {}).values())
        )
        for practical_id in practical_ids
    }


def _outcome(came: Sequence[int], ended: Counter[SeatOutcome]) -> DayOutcome:
    expected, present, absent = came
    return DayOutcome(
        expected,
        present,
        absent,
        ended[SeatOutcome.competent],
        ended[SeatOutcome.not_yet],
        ended[SeatOutcome.to_sign],
    )
