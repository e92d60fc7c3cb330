"""An admin's home page: only what needs somebody, and the next practical days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.home.exceptions import Exceptional, exceptions
from app.practicals.queries import briefs
from app.practicals.queries.briefs import Brief

MOST_DATES = 6


@dataclass(frozen=True, slots=True)
class AdminHome:
    """Only what needs somebody, each with its action, and the next practical days."""

    exceptions: tuple[Exceptional, ...]
    dates: tuple[Brief, ...]


def admin_home(db: Session, now: datetime) -> AdminHome:
    return AdminHome(exceptions(db, now=now), briefs.upcoming(db, now=now, most=MOST_DATES))
