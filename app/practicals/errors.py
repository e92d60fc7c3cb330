"""Refusals of practicals."""

from app.kit.errors import Conflict
from app.practicals.domain.clashes import Clash
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import Practical, Unmet


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


class Clashing(Conflict):
    """A day needs an instructor, a room or a person at the same time as another day. It may be saved all
    the same by somebody who has read which."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(" ".join(clash.sentence for clash in clashes), reason="clash")
        self.clashes = clashes


class ToBeConfirmed(Conflict):
    """A change would mail people, and whoever makes it has not seen yet whom. It was made and taken back,
    so that what this says of it is exactly what would happen."""

    def __init__(self, told: Recipients, before: Practical, after: Practical) -> None:
        super().__init__(f"{told.sentence} Nothing is saved yet.", reason="to_be_confirmed")
        self.told = told
        self.before = before
        self.after = after


class BookedMeanwhile(Conflict):
    """A person got another place or wait while what they hold was being ended. Nothing has ended; the same
    command again sees all of it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody booked or gave a place in the same moment, so nothing was changed. Do it once more.",
            reason="booked_meanwhile",
        )
