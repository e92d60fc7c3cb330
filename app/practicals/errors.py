"""Refusals of practicals."""

from dataclasses import dataclass

from app.kit.errors import Conflict, Refusal
from app.kit.messages import msg, sentences
from app.practicals.domain.clashes import Clash
from app.practicals.domain.recipients import Recipients, ToldGroup, recipients_of
from app.practicals.domain.seats import Practical


class PlaceRefused(Conflict):
    """A place cannot be taken, given up or waited for now. `unmet` has all reasons; the first gives
    the message and the reason code."""

    def __init__(self, unmet: tuple[Refusal, ...]) -> None:
        super().__init__(unmet[0])
        self.unmet = unmet


class PlanRefused(Conflict):
    """The state of a practical does not allow this change."""


class Clashing(Conflict):
    """A practical needs an instructor, a room or a person at the same time as another practical. A
    person who has seen which may save it anyway."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(sentences(*(clash.message for clash in clashes)), reason="clash")
        self.clashes = clashes


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of a day would do: the day before and after it with the names of its instructors, and who
    would be told what. `warning` says what the day would lack."""

    before: Practical
    after: Practical
    taught: tuple[str, ...]
    teaches: tuple[str, ...]
    groups: tuple[ToldGroup, ...]
    warning: Refusal | None = None

    @property
    def told(self) -> Recipients:
        return recipients_of(self.groups)


class ToBeConfirmed(Conflict):
    """A change would send mails, and the admin has not yet seen to whom. The change was made and
    rolled back, so that `preview` is exactly what would happen."""

    def __init__(self, preview: ChangePreview) -> None:
        super().__init__(
            sentences(preview.told.message, msg("Nothing is saved yet.")), reason="to_be_confirmed"
        )
        self.preview = preview


class SeriesRefused(Conflict):
    """A day of a series cannot be planned, or other days speak against it that the admin has not seen.
    Nothing was planned; the page shows the days again."""

    def __init__(self) -> None:
        super().__init__(
            msg("Nothing is planned yet. Look at the marked days, then save again."),
            reason="series_refused",
        )


class BookedMeanwhile(Conflict):
    """A person got another place or waiting-list entry while their commitments were being ended.
    Nothing was ended; repeating the command includes everything."""

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Somebody booked or gave a place in the same moment, so nothing was changed. Do it once "
                "more."
            ),
            reason="booked_meanwhile",
        )
