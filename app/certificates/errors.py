"""Refusals of certificates."""

from collections.abc import Sequence

from app.kit.errors import Conflict


class AlreadyRevoked(Conflict):
    title = "This certificate is already revoked"

    def __init__(self) -> None:
        super().__init__(
            "It was revoked before. Open it to see when and why.", reason="already_revoked"
        )


class NotIssued(Conflict):
    """The rule is not fulfilled, or what would be printed cannot be."""

    title = "This certificate cannot be issued"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("What is missing: " + "; ".join(reasons) + ".", reason="not_complete")


class NotPrintable(Conflict):
    """What is stored is revoked or altered; such a certificate is not handed out as a document."""

    title = "This certificate cannot be downloaded"
