"""Refusals of certificates."""

from app.kit.errors import Conflict
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


class NotPrintable(Conflict):
    """The certificate is revoked, or its stored data were altered; it is not given out as a
    document."""

    title = msg("This certificate cannot be downloaded")
