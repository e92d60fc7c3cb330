"""Refusals that intakes and places can make."""

from collections.abc import Mapping

from app.enrolments.domain import EnrolmentsReason
from app.kit.errors import Conflict, Invalid
from app.kit.messages import msg


class EnrolmentRefused(Conflict):
    """A rule refuses the command; `why` is the reason."""

    title = msg("This place cannot be changed so")
    slug = "enrolment-refused"

    def __init__(self, why: EnrolmentsReason, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(why.detail, reason=why.value, fields=fields)
        self.why = why


class IntakeInvalid(Invalid):
    """Fields of an intake contradict each other."""

    slug = "intake-invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("Some dates or numbers do not fit each other.", fields=fields)
