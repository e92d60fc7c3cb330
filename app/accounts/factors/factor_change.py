"""Arguments and results of changes of a person's second factors."""

from dataclasses import dataclass, field

from app.accounts.sign_in_values import SignInCandidate, StartedSignIn


@dataclass(frozen=True, slots=True)
class FactorChange:
    """The result of a change of second factors: the person's new sign-in, and new recovery codes."""

    started: StartedSignIn
    codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The actor's password, typed for a removal and checked; see `sign_ins.begin_proof`."""

    candidate: SignInCandidate
    is_too_short_alone: bool
