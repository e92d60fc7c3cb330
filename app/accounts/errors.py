"""Refusals of accounts."""

from app.accounts.domain import MOST_API_TOKENS
from app.kit.errors import Conflict, Invalid, NotFound, TooMany
from app.kit.messages import msg, msgs


class SignInRefused(Invalid):
    """The address or password is wrong, or the account is closed. The message does not say which."""

    title = msg("You are not signed in")
    slug = "sign-in-refused"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "The e-mail address or the password is not right. Check both, or choose a new password."
            )
        )


class WrongPassword(Invalid):
    """The password typed as a proof of identity is wrong."""

    slug = "wrong-password"

    def __init__(self, field: str) -> None:
        message = msg("This is not your password. Type it again, or choose a new one by mail.")
        super().__init__(message, fields={field: message})


class LinkSpent(NotFound):
    """A mailed link was already used, is too old, or is not ours."""

    title = msg("This link no longer works")
    slug = "link-spent"

    def __init__(self) -> None:
        super().__init__(msg("It has been used already, or it is too old. Ask for a new one."))


class PersonRefused(Conflict):
    """A person's roles, access or membership may not be changed like this."""

    slug = "person-refused"


class TooManyTokens(Conflict):
    """A person already has the most API tokens allowed."""

    title = msg("You have as many tokens as you may have")
    slug = "too-many-tokens"

    def __init__(self) -> None:
        message = msgs(
            "You have {n} token. End one that you do not use any more first.",
            "You have {n} tokens. End one that you do not use any more first.",
            MOST_API_TOKENS,
        )
        super().__init__(message, fields={"name": message})


class PasswordsBusy(TooMany):
    """Too many passwords are waiting to be checked on this server."""

    title = msg("We are busy for a moment")
    slug = "passwords-busy"

    def __init__(self) -> None:
        super().__init__(
            msg("Many people are signing in. Wait a few seconds and try again."), retry_after=3
        )
