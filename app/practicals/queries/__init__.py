"""Reading practicals: for the pages of this feature, and in short for other features."""

from app.practicals.queries.rosters import Roster, RosterSeat, roster, roster_page
from app.practicals.queries.summaries import (
    Brief,
    OwnDate,
    SeatBrief,
    attended_seats,
    is_instructor_of,
    practical_brief,
    seat,
    upcoming_for_instructor,
    upcoming_for_student,
)

__all__ = (
    "Brief",
    "OwnDate",
    "Roster",
    "RosterSeat",
    "SeatBrief",
    "attended_seats",
    "is_instructor_of",
    "practical_brief",
    "roster",
    "roster_page",
    "seat",
    "upcoming_for_instructor",
    "upcoming_for_student",
)
