"""The mail about everything that ended with a right."""

from typing import ClassVar, Literal, TypeAlias

from app.mail.kinds import PersonMail
from app.mail.values import Words

Cause: TypeAlias = Literal["account", "student", "instructor", "place"]


class RightsEndedMail(PersonMail):
    """`cause` is the right that was lost; `ended` has a line for each thing that ended with it.
    `data_end_after` is the number of days after which the data of a closed account end."""

    template: ClassVar[str] = "rights/ended"
    goes_to_closed_accounts: ClassVar[bool] = True

    cause: Cause
    ended: tuple[Words, ...]
    has_calendar: bool
    data_end_after: int | None = None
