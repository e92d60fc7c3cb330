"""An instructor's home page: my day, what is not signed, and the days after."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.assessments import queries as assessments
from app.assessments.queries import Unsigned
from app.practicals.domain.times import start_of_day
from app.practicals.queries import briefs
from app.practicals.queries.briefs import Brief

MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class InstructorHome:
    """`today` are the days that are held today, `later` the next ones after."""

    today: tuple[Brief, ...]
    later: tuple[Brief, ...]
    unsigned: tuple[Unsigned, ...]


def instructor_home(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> InstructorHome:
    # A day stays "my day" when its last hour is over: there are assessments to sign.
    morning = start_of_day(now, zone.key)
    dates = briefs.upcoming_for_instructor(db, actor.user_id, now=morning, most=MOST_DATES)
    today = now.astimezone(zone).date()
    return InstructorHome(
        tuple(date for date in dates if date.starts_at.astimezone(zone).date() <= today),
        tuple(date for date in dates if date.starts_at.astimezone(zone).date() > today),
        assessments.unsigned_of(db, actor.user_id),
    )
