"""What a change of somebody's second factors needs and returns."""

from dataclasses import dataclass, field

from app.accounts.sign_in_values import SignInCandidate, StartedSignIn


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A change of somebody's second factors: their new sign-in, and the recovery codes that were made."""

    started: StartedSignIn
    codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The actor's password, which was typed for a removal and was right; see `sign_ins.begin_proof`."""

    candidate: SignInCandidate
    is_too_short_alone: bool
