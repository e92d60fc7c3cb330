"""Who acts, and how a use-case says who may call it: by `require`, `public_use_case` or `own_use_case`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from app.kit.errors import Forbidden
from app.kit.ids import SignInId, UserId
from app.kit.messages import Message, msg

PROOF_LASTS = timedelta(minutes=15)
"""How long a fresh proof of identity is valid."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""How far in the future a proof may be, because the clocks of two servers differ a little. A proof
further ahead was made before the clock was set back, and does not count."""


class Role(StrEnum):
    student = "student"
    instructor = "instructor"
    admin = "admin"


def roles_held(*, is_student: bool, is_instructor: bool, is_admin: bool) -> frozenset[Role]:
    """Return the roles for the three flags of an account."""
    held = {Role.student: is_student, Role.instructor: is_instructor, Role.admin: is_admin}
    return frozenset(role for role, has in held.items() if has)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who is signed in, as of this request. `sign_in_id` is None for an API token or a
    job."""

    user_id: UserId
    name: str
    roles: frozenset[Role]
    email: str = field(repr=False)
    sign_in_id: SignInId | None = None
    confirmed: bool = True
    """Whether the address has been confirmed by mail."""
    theme: str = "auto"
    language: str | None = None
    """The tag of the language that they chose, or None: as their browser asks."""
    sign_in_ends_at: datetime | None = None
    """When this sign-in ends if nothing more is done in it."""
    life_support_until: date | None = None
    """The last day on which their proof of basic life support is valid, or None if none was seen."""
    has_certificate_name: bool = False
    """Whether they have said which name their certificates carry."""
    proved_at: datetime | None = None
    """When they last proved their identity in this sign-in. None for an API token or a job, which
    cannot."""
    second_factor: bool = False
    """Whether they have set up a second factor."""
    unread_notices: int = 0
    """How many notices they have not read; the most that is counted stands for any number above it."""
    must_enrol: bool = False
    """Whether the academy requires a second factor and they have none. Until they set one up they
    have no roles."""

    def has_fresh_proof(self, now: datetime) -> bool:
        """Return whether they proved their identity within the last 15 minutes."""
        if self.proved_at is None:
            return False
        return -CLOCKS_DIFFER <= now - self.proved_at <= PROOF_LASTS

    @property
    def is_student(self) -> bool:
        return Role.student in self.roles

    @property
    def is_instructor(self) -> bool:
        return Role.instructor in self.roles

    @property
    def is_admin(self) -> bool:
        return Role.admin in self.roles

    @property
    def is_staff(self) -> bool:
        return self.is_instructor or self.is_admin

    def without_roles(self) -> "Actor":
        """Return the same person without roles, because they must set up a second factor first."""
        return replace(self, roles=frozenset(), must_enrol=True)


NOT_ALLOWED: Final = msg("Your role does not allow this.")


def require(allowed: bool, detail: Message = NOT_ALLOWED) -> None:
    """Raise Forbidden unless `allowed`. This is the first line of every use-case."""
    if not allowed:
        raise Forbidden(detail)


class SystemActor(StrEnum):
    """Who acts when no person does. Jobs and commands pass it; no page and no API route does, which a house
    rule checks."""

    worker = "worker"
    command_line = "command line"
    """A person who is signed in to the server itself: they hold its keys and its database already."""


UseCase = TypeVar("UseCase", bound=Callable[..., object])


def public_use_case(use_case: UseCase) -> UseCase:
    """Mark a use-case that anyone may call, signed in or not: register, sign in, follow a mailed link, send
    an enquiry. It checks a secret that the caller sends, such as a password or a link, or it gives nothing
    away that is not public. It takes no `actor`."""
    return use_case


def own_use_case(use_case: UseCase) -> UseCase:
    """Mark a use-case that every signed-in person may call, because it reads and writes only what is theirs.
    `actor` alone says whose data these are: it takes no id of a person. The id of another person's object is
    NotFound."""
    return use_case
