"""Refusals of certificates."""

from app.kit.errors import Conflict, Link, Refusal
from app.kit.ids import UserId
from app.kit.messages import Message, msg


class AlreadyRevoked(Conflict):
    title = msg("This certificate is already revoked")

    def __init__(self) -> None:
        super().__init__(
            msg("It was revoked before. Open it to see when and why."), reason="already_revoked"
        )


class NotIssued(Conflict):
    """The rule is not met, or the certificate cannot be printed."""

    title = msg("This certificate cannot be issued")

    def __init__(self, why: Message) -> None:
        super().__init__(why, reason="not_complete")


class NotReplaced(Conflict):
    """A certificate has the name already that a new one would have."""

    title = msg("This certificate cannot be replaced")

    def __init__(self, holder_id: UserId) -> None:
        super().__init__(
            Refusal(
                "same_name",
                msg("The profile has the name that stands on this certificate."),
                msg("Correct the person’s name on certificates first, then replace it."),
                Link(f"/admin/people/{holder_id}/details", msg("Correct the details")),
            )
        )


class NotPrintable(Conflict):
    """The certificate is revoked, or its stored data were altered; it is not given out as a
    document."""

    title = msg("This certificate cannot be downloaded")
