"""Refusals of practicals."""

from app.kit.errors import Conflict
from app.practicals.domain.seats import Unmet


class PlaceRefused(Conflict):
    """A place cannot be taken, given back or waited for now. `unmet` holds every reason; the first one
    gives the sentence and the reason code."""

    def __init__(self, unmet: tuple[Unmet, ...]) -> None:
        first = unmet[0]
        super().__init__(f"{first.sentence} {first.remedy}", reason=str(first.reason))
        self.unmet = unmet


class PlanRefused(Conflict):
    """A practical is not in a state that allows this change."""
