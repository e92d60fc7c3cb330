"""Who may call a route at all. What they may do to which object is the use-case's question."""

from dataclasses import dataclass, field

from app.accounts.actor import Actor, Role
from app.kit.errors import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Access:
    """The policy of a route: everyone, anybody who is signed in, or the holders of some roles."""

    name: str
    signed_in: bool = True
    roles: frozenset[Role] = field(default_factory=frozenset)

    def allows(self, actor: Actor | None) -> bool:
        if not self.signed_in:
            return True
        return actor is not None and (not self.roles or bool(self.roles & actor.roles))

    def demand(self, actor: Actor | None) -> None:
        """Raise Unauthenticated for a stranger, Forbidden for the wrong role."""
        if self.allows(actor):
            return
        if actor is None:
            raise Unauthenticated("Sign in to open this page.")
        raise Forbidden("This page is for other roles of the academy.")


EVERYONE = Access("everyone", signed_in=False)
SIGNED_IN = Access("signed in")
STUDENT = Access("student", roles=frozenset({Role.student}))
INSTRUCTOR = Access("instructor", roles=frozenset({Role.instructor}))
ADMIN = Access("admin", roles=frozenset({Role.admin}))
STAFF = Access("staff", roles=frozenset({Role.instructor, Role.admin}))
