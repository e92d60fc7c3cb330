"""Reads practicals, for the pages of this feature and in summaries for other features."""

from app.practicals.queries.rosters import Roster, RosterSeat, roster, roster_page
from app.practicals.queries.summaries import (
    OwnDate,
    PracticalSummary,
    SeatSummary,
    attended_seats,
    is_instructor_of,
    own_days,
    practical_summary,
    seat,
    upcoming_for_instructor,
)

__all__ = (
    "OwnDate",
    "PracticalSummary",
    "Roster",
    "RosterSeat",
    "SeatSummary",
    "attended_seats",
    "is_instructor_of",
    "own_days",
    "practical_summary",
    "roster",
    "roster_page",
    "seat",
    "upcoming_for_instructor",
)
