"""Refusals of assessing."""

from dataclasses import dataclass
from datetime import datetime

from app.assessments.domain import WORDS, Mark
from app.kit.errors import Conflict, Forbidden, Refusal
from app.kit.messages import Message, msg


@dataclass(frozen=True, slots=True)
class RecordedMark:
    """A mark as it is recorded. `mark` is None, with revision 0, if there is none yet."""

    step_key: str
    revision: int
    mark: Mark | None
    note: str
    by: str
    at: datetime | None


class StaleMark(Conflict):
    """Somebody marked the step after this page was opened; nothing was written.

    `theirs` is the recorded mark; `mark` and `note` are what was sent. The page shows both.
    """

    title = msg("This step was marked by somebody else in the meantime")

    def __init__(self, theirs: RecordedMark, mark: Mark, note: str) -> None:
        on_record = WORDS[theirs.mark] if theirs.mark else msg("no mark")
        super().__init__(
            msg("The mark on record is newer than the one you saw. Compare both and choose."),
            reason="stale",
            fields={
                "mark": msg(
                    "On record: {recorded}, revision {revision}. Sent: {sent}.",
                    recorded=on_record,
                    revision=theirs.revision,
                    sent=WORDS[mark],
                )
            },
        )
        self.theirs = theirs
        self.mark = mark
        self.note = note


class StaleComment(Conflict):
    """Somebody changed the comment after this page was opened; nothing was written."""

    title = msg("The comment was changed by somebody else in the meantime")

    def __init__(self, theirs: str, revision: int, yours: str) -> None:
        super().__init__(
            msg("The comment on record is newer than the one you saw. Compare both and choose."),
            reason="stale",
            fields={
                "comment": msg(
                    "On record, revision {revision}: {theirs}", revision=revision, theirs=theirs
                )
            },
        )
        self.theirs = theirs
        self.revision = revision
        self.yours = yours


class SignRefused(Conflict):
    """The assessment cannot be signed as it stands."""

    title = msg("This assessment cannot be signed yet")

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)


class ChangedBeforeSigning(Conflict):
    """The marks are no longer those that were shown before the signature."""

    title = msg("The marks changed before you signed")

    def __init__(self) -> None:
        super().__init__(
            msg(
                "A mark or the comment changed after you opened this page. Check the marks again, then sign."
            ),
            reason="stale",
        )


class AssessmentStartRefused(Conflict):
    """This person cannot be assessed on this practical now."""

    title = msg("This assessment cannot be started")


class MarkRefused(Conflict):
    """This mark cannot be given to this step."""

    title = msg("This mark was not saved")


class StopRefused(Conflict):
    """There is nothing to stop."""

    title = msg("This assessment cannot be stopped")


class DiscardRefused(Conflict):
    """The sheet is signed or discarded: it cannot be marked or discarded."""

    title = msg("This assessment is closed")

    def __init__(self, detail: Message) -> None:
        super().__init__(detail, reason="closed")


class OtherPerson(Forbidden):
    """One person marked on this device, and another person is signed in."""

    title = msg("Somebody else is signed in")

    def __init__(self) -> None:
        super().__init__(
            msg("This was marked by another person. Sign in as that person to send it."),
            reason="other-person",
        )


class CorrectionRefused(Conflict):
    """This day cannot take the corrected checklist now."""

    title = msg("The checklist was not changed")

    def __init__(self, detail: Message, reason: str) -> None:
        super().__init__(detail, reason=reason)
