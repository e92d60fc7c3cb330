"""Who acts, and the one way to demand a permission."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar

from app.kit.errors import Forbidden
from app.kit.ids import SignInId, UserId


class Role(StrEnum):
    student = "student"
    instructor = "instructor"
    admin = "admin"


@cache
def roles_held(*, is_student: bool, is_instructor: bool, is_admin: bool) -> frozenset[Role]:
    """Return the roles behind the three flags of an account."""
    held = {Role.student: is_student, Role.instructor: is_instructor, Role.admin: is_admin}
    return frozenset(role for role, has in held.items() if has)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is signed in, as of this request. `sign_in_id` None: an API token or a job."""

    user_id: UserId
    name: str
    roles: frozenset[Role]
    email: str = field(repr=False)
    sign_in_id: SignInId | None = None
    confirmed: bool = True
    """Whether the address has been confirmed by mail."""
    theme: str = "auto"
    sign_in_ends_at: datetime | None = None
    """When this sign-in ends if nothing more is done in it."""
    life_support_until: date | None = None
    """The last day of their proof of basic life support; None: none was seen."""

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


def require(allowed: bool, detail: str = "Your role does not allow this.") -> None:
    """Raise Forbidden unless `allowed`: the first line of every use-case."""
    if not allowed:
        raise Forbidden(detail)


UseCase = TypeVar("UseCase", bound=Callable[..., object])


def open_to_all(use_case: UseCase) -> UseCase:
    """Mark a use-case that asks no permission, on purpose; its docstring says who asked or why not."""
    return use_case
