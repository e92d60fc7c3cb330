"""How the assessments of past days ended, which only a higher feature knows.

This feature cannot import it, so `app.binding` registers its function.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from app.kit.ids import PracticalId, SeatId


class SeatOutcome(StrEnum):
    """The newest assessment of a place. `to_sign` is one that was begun and is not signed."""

    competent = "competent"
    not_yet = "not_yet"
    to_sign = "to_sign"


SeatOutcomes = Mapping[SeatId, SeatOutcome]
Reader = Callable[[Session, Sequence[PracticalId]], Mapping[PracticalId, SeatOutcomes]]
"""A function that returns the outcomes of the places of many practicals. Places without an assessment are
left out, and so are practicals without any."""

_readers: list[Reader] = []


def bind_outcomes(reader: Reader) -> None:
    """Register the function that reads outcomes. Called at the start of the process; a second call
    replaces the first."""
    _readers[:] = [reader]


def outcomes_of(
    db: Session, practical_ids: Sequence[PracticalId]
) -> Mapping[PracticalId, SeatOutcomes]:
    """Return how the assessments of many practicals ended, in one statement. Callers check permissions.

    Raise RuntimeError if nothing was registered, because an empty answer would be untrue.
    """
    if not _readers:
        raise RuntimeError("No reader of outcomes is bound; call app.binding.bind() first.")
    return _readers[0](db, practical_ids) if practical_ids else {}
