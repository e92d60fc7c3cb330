"""Reading practicals: for the pages of this feature, and in short for other features."""

from app.practicals.queries.briefs import (
    Brief,
    OwnDate,
    Roster,
    RosterSeat,
    SeatBrief,
    attended_seats,
    is_instructor_of,
    practical_brief,
    roster,
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
    "seat",
    "upcoming_for_instructor",
    "upcoming_for_student",
)
