"""What signing in reads and returns: the password to check, the browser that asks, and the new sign-in."""

from dataclasses import dataclass, field

from app.accounts import rate_limits
from app.accounts.errors import SignInRefused
from app.accounts.known_devices import Recognition
from app.accounts.rate_limits import CountedTries
from app.kit.errors import Refused
from app.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class SignInCandidate:
    """What is needed to check a password. Empty for an unknown address, so that both look the same."""

    email: str
    user_id: UserId | None = None
    password_hash: str | None = field(default=None, repr=False)
    tries: CountedTries = field(default_factory=CountedTries)
    is_stranger: bool = True


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from. `token` is the token that the browser already has, if any, and
    `recognition` the means to recognise it."""

    network: str
    user_agent: str = ""
    token: str | None = field(default=None, repr=False)
    recognition: Recognition | None = None


@dataclass(frozen=True, slots=True)
class StartedSignIn:
    """A new sign-in: the token for the cookie, how long the cookie may live, and the cookie by which this
    device is recognised from now on."""

    token: str = field(repr=False)
    seconds: int
    device: str | None = field(default=None, repr=False)


def refusal_of(candidate: SignInCandidate) -> Refused:
    """Return the refusal for a wrong password. If a limit of strangers is reached, a caller from a
    known network gets the same answer as a stranger, so that it does not reveal that the account
    exists."""
    if candidate.tries.wait:
        return rate_limits.too_many(rate_limits.PASSWORD, candidate.tries.wait)
    return SignInRefused()
