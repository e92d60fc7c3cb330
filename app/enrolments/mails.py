"""Mails to people about their place on a course. `intake` and `course` are titles."""

from datetime import date
from typing import ClassVar

from app.kit.messages import Text
from app.mail.kinds import PersonMail
from app.mail.values import Amount, Words


class IntakeMail(PersonMail):
    """A mail about a place, or a wish for one, on an intake."""

    course: str
    course_key: str
    intake: str
    starts_on: date


class IntakeMailWithReason(IntakeMail):
    """`reason` is what the admin wrote."""

    reason: str


class PlaceRequestedMail(IntakeMail):
    """A place is held while the academy decides."""

    template: ClassVar[str] = "enrolments/requested"
    is_own_deed: ClassVar[bool] = True


class PlaceWaitingMail(IntakeMail):
    """`position` is the one on the waiting list, from 1."""

    template: ClassVar[str] = "enrolments/waiting"
    is_own_deed: ClassVar[bool] = True

    position: int


class PlacePromotedMail(IntakeMail):
    """A place became free for a person who waited."""

    template: ClassVar[str] = "enrolments/promoted"


class PlaceConfirmedMail(IntakeMail):
    """The modules are open."""

    template: ClassVar[str] = "enrolments/confirmed"


class PlaceDeclinedMail(IntakeMailWithReason):
    """A request was declined. `usual_reason` is set if the admin chose one of the usual reasons, with what
    they added; it is read in the language of the reader, and `reason` is the same in English."""

    template: ClassVar[str] = "enrolments/declined"

    usual_reason: Words | None = None


def words_of_reason(reason: Text) -> dict[str, Text | None]:
    """Return the fields of a declined request that say why."""
    usual = None if isinstance(reason, str) else reason
    return {"reason": str(reason), "usual_reason": usual}


class PlaceCancelledMail(IntakeMailWithReason):
    """The academy cancelled a place."""

    template: ClassVar[str] = "enrolments/cancelled"


class PlaceWithdrawnMail(IntakeMail):
    """The person gave up their place."""

    template: ClassVar[str] = "enrolments/withdrawn"
    is_own_deed: ClassVar[bool] = True


class IntakeMovedMail(IntakeMail):
    """The start of the intake changed."""

    template: ClassVar[str] = "enrolments/changed"


class PlacePriceChangedMail(IntakeMailWithReason):
    """The price of this place changed, and of no other."""

    template: ClassVar[str] = "enrolments/price-changed"

    old_price: Amount
    new_price: Amount


class IntakeListClosedMail(IntakeMail):
    """Reservations closed while the person waited."""

    template: ClassVar[str] = "enrolments/list-closed"
