"""Refusals of practicals."""

from app.kit.errors import Conflict
from app.practicals.domain.seats import Unmet


class PlaceRefused(Conflict):
    """A place cannot be taken, given back or waited for now. `unmet` holds every reason; the first one
    gives the sentence and the reason code."""

    def __init__(self, unmet: tuple[Unmet, ...], *, about: str | None = None) -> None:
        """`about` is a person's name, where an admin acts for several."""
        first = unmet[0]
        words = f"{first.sentence} {first.remedy}"
        super().__init__(f"{about}: {words}" if about else words, reason=str(first.reason))
        self.unmet = unmet


class PlanRefused(Conflict):
    """A practical is not in a state that allows this change."""
