"""Facts that accounts announce."""

from typing import ClassVar

from app.kit.ids import UserId
from app.outbox.facts import Fact


class NameSaved(Fact):
    """The name of a person, or on their certificate, has changed; or somebody whose name
    certificates print as assessor became an instructor."""

    name: ClassVar[str] = "account.name_saved"
    handled_by: ClassVar[tuple[str, ...]] = ("issue-waiting-certificates",)

    user_id: UserId


class LifeSupportSeen(Fact):
    """An admin saw a person's proof of basic life support."""

    name: ClassVar[str] = "life_support.seen"
    handled_by: ClassVar[tuple[str, ...]] = ("offer-places-in-every-course",)

    user_id: UserId


class RightLost(Fact):
    """A right of a person has ended. `by` is the person whose act ended it. With `ends_places`,
    places on courses that have not begun end too."""

    handled_by: ClassVar[tuple[str, ...]] = ("end-what-depended",)

    user_id: UserId
    by: UserId | None = None
    ends_places: bool = False


class AccountClosed(RightLost):
    name: ClassVar[str] = "account.closed"


class RolesLost(RightLost):
    name: ClassVar[str] = "account.roles_lost"
