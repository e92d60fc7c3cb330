"""Reads how far people are on their way to a certificate.

The last steps of the way are practical days, about which learning does not know; `app.binding` registers the
function of a higher feature that does.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.learning.queries import LearningState
from app.learning.way import Way

WayReader = Callable[[Session, UserId, Mapping[str, LearningState]], dict[str, Way]]

_readers: list[WayReader] = []


def bind_ways(reader: WayReader) -> None:
    """Register the function that returns the way of one person on each of some courses. Called at the start
    of the process; a second call replaces the first."""
    _readers[:] = [reader]


def ways_on(db: Session, user_id: UserId, standings: Mapping[str, LearningState]) -> dict[str, Way]:
    """Return a person’s way on each course, by its key, on which they hold a confirmed place, in one
    statement while the courses are in memory.

    Raise RuntimeError if nothing was registered, because a count without the practical days would be wrong.
    """
    if not _readers:
        raise RuntimeError("No reader of ways is bound; call app.binding.bind() first.")
    return _readers[0](db, user_id, standings)


def way_on(db: Session, standing: LearningState) -> Way:
    """Return the way of the person who holds a place."""
    key = standing.place.course_key
    return ways_on(db, standing.place.user_id, {key: standing})[key]
