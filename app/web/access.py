"""Who may call a route at all. Use-cases decide what a person may do with which object."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.kit.actor import Actor, Role
from app.kit.errors import Forbidden, ProofNeeded, Unauthenticated
from app.kit.messages import Message, msg

READER: Final = "x-reader"


class OtherReader(Forbidden):
    """A page that sends by itself was made for another person than who is signed in now: two people share a
    browser, and the page of the first is still open."""

    title = msg("Somebody else is signed in")
    slug = "other-reader"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Somebody else has signed in since this page was opened, so nothing was saved. What you "
                "typed stays on this device until you sign in again."
            ),
            reason="other-reader",
        )


def demand_reader(actor: Actor | None, reader: str | None) -> None:
    """Raise OtherReader if a page names the person for whom it was made, and that is not the actor. A proof
    against cross-site requests does not tell: each page of ours has that, whoever reads it."""
    if reader is not None and (actor is None or reader != str(actor.user_id)):
        raise OtherReader


class SecondFactorNeeded(Forbidden):
    """A staff member has not set up the second factor that the academy requires (R-025)."""

    title = msg("Set up your second factor first")
    slug = "second-factor-needed"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Your role needs a second factor, and you have none yet. Nothing was done. Set it up under "
                "“Second factor”; what you typed may still stand on the page before."
            ),
            reason="second-factor-needed",
        )


@dataclass(frozen=True, slots=True)
class Access:
    """The policy of a route: everyone, people who are signed in, or people with certain roles.
    `enrolling` routes are also open to staff who must first set up a second factor."""

    name: str
    signed_in: bool = True
    roles: frozenset[Role] = field(default_factory=frozenset)
    enrolling: bool = False

    def allows(self, actor: Actor | None) -> bool:
        if not self.signed_in:
            return True
        if actor is None or (actor.must_enrol and not self.enrolling):
            return False
        return not self.roles or bool(self.roles & actor.roles)

    def demand(self, actor: Actor | None) -> None:
        """Raise Unauthenticated if nobody is signed in, SecondFactorNeeded for staff who must set
        one up, Forbidden for people without the role."""
        if self.allows(actor):
            return
        if actor is None:
            raise Unauthenticated(msg("Sign in to open this page."))
        if actor.must_enrol:
            raise SecondFactorNeeded
        raise Forbidden(msg("This page is for other roles of the academy."))


EVERYONE = Access("everyone", signed_in=False)
SIGNED_IN = Access("signed in")
ENROLLING = Access("enrolling", enrolling=True)
STUDENT = Access("student", roles=frozenset({Role.student}))
INSTRUCTOR = Access("instructor", roles=frozenset({Role.instructor}))
ADMIN = Access("admin", roles=frozenset({Role.admin}))
STAFF = Access("staff", roles=frozenset({Role.instructor, Role.admin}))


@dataclass(frozen=True, slots=True)
class FreshProof:
    """A further condition of a route: the person proved their identity within the last 15 minutes.

    `act` completes the sentence "So that nobody else can …". With `by_use_case` only a part of the
    route needs the proof, and the use-case decides. `is_file` means that the response is a
    download.
    """

    act: Message
    by_use_case: bool = False
    is_file: bool = False

    def demand(self, actor: Actor | None, *, now: datetime) -> None:
        """Raise ProofNeeded if the proof is too old, or if there can be none (API tokens)."""
        if not self.by_use_case and (actor is None or not actor.has_fresh_proof(now)):
            raise ProofNeeded
