"""Refusals that intakes and places can make."""

from collections.abc import Mapping

from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Conflict, Invalid
from app.kit.messages import Message, msg


class EnrolmentRefused(Conflict):
    """A rule refuses the command, for one of the reasons of `EnrolmentsReason`."""

    title = msg("This place cannot be changed so")
    slug = "enrolment-refused"

    def __init__(self, why: EnrolmentsReason) -> None:
        super().__init__(why.refusal)


class IntakeInvalid(Invalid):
    """Fields of an intake contradict each other."""

    slug = "intake-invalid"

    def __init__(self, fields: Mapping[str, Message]) -> None:
        super().__init__(msg("Some dates or numbers do not fit each other."), fields=fields)
