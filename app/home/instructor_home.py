"""An instructor's home page: unsigned assessments, today's practicals, students who need help, and
later practicals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.assessments import queries as assessments
from app.assessments.queries import AssessmentSummary, Unsigned
from app.conversations.staff_queries import WaitingQuestions, waiting_questions
from app.home.at_risk import AtRiskList, students_at_risk
from app.kit.actor import Actor
from app.kit.ids import SeatId
from app.practicals.domain.times import start_of_day
from app.practicals.queries import rosters, summaries
from app.practicals.queries.rosters import RosterSeat
from app.practicals.queries.summaries import PracticalSummary

MOST_DATES = 6
MOST_PEOPLE = 16
"""How many people of one practical the home page names; the roster has all of them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A person who comes today. `standing` is None if no assessment has begun."""

    seat: RosterSeat
    standing: AssessmentSummary | None


@dataclass(frozen=True, slots=True)
class DayNow:
    """One of today's practicals: who comes, and how much work is left."""

    practical: PracticalSummary
    note: str | None
    people: tuple[Expected, ...]
    unmarked: int
    unsigned: int

    @property
    def shown(self) -> tuple[Expected, ...]:
        return self.people[:MOST_PEOPLE]


@dataclass(frozen=True, slots=True)
class InstructorHome:
    """`today` are today's practicals, `later` the next ones. `questions` are those of students that wait, or
    None."""

    today: tuple[DayNow, ...]
    later: tuple[PracticalSummary, ...]
    unsigned: tuple[Unsigned, ...]
    helping: AtRiskList
    questions: WaitingQuestions | None


def instructor_home(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> InstructorHome:
    # A practical stays in "my day" after its end, because there are assessments to sign.
    morning = start_of_day(now, zone.key)
    dates = summaries.upcoming_for_instructor(db, actor.user_id, now=morning, most=MOST_DATES)
    today = now.astimezone(zone).date()
    return InstructorHome(
        _days(db, [date for date in dates if date.starts_at.astimezone(zone).date() <= today]),
        tuple(date for date in dates if date.starts_at.astimezone(zone).date() > today),
        assessments.unsigned_of(db, actor.user_id),
        students_at_risk(db, actor, now=now),
        waiting_questions(db, actor, now=now),
    )


def _days(db: Session, days: Sequence[PracticalSummary]) -> tuple[DayNow, ...]:
    """Return the practicals with their people, in three statements for any number of them."""
    if not days:
        return ()
    ids = [day.practical_id for day in days]
    seats, notes = rosters.expected_on(db, ids), rosters.notes_of(db, ids)
    standings = assessments.standings_on(db, ids)
    return tuple(
        _day(day, notes.get(day.practical_id), seats[day.practical_id], standings) for day in days
    )


def _day(
    day: PracticalSummary,
    note: str | None,
    seats: tuple[RosterSeat, ...],
    standings: dict[SeatId, AssessmentSummary],
) -> DayNow:
    people = tuple(Expected(seat, standings.get(seat.seat_id)) for seat in seats)
    return DayNow(
        day,
        note,
        people,
        sum(expected.seat.attendance is None for expected in people),
        sum(
            expected.standing is not None and expected.standing.outcome is None
            for expected in people
        ),
    )
