"""Refusals of second factors."""

from app.accounts.password_rules import TOO_SHORT_ALONE
from app.kit.errors import Conflict, Invalid
from app.kit.messages import msg, msgs, sentences


class WrongCode(Invalid):
    """The code is wrong, too old, or was used before. The message does not say which."""

    slug = "wrong-code"

    def __init__(self, field: str) -> None:
        message = msg(
            "This code is not right. Type the six digits that your app shows now; each code works once. "
            "If they are refused as well, let your phone set its clock by itself."
        )
        if field == "recovery_code":
            message = msg(
                "This code is not right. Check each letter, or use another of your codes."
            )
        super().__init__(message, fields={field: message})


class NothingToSetUp(Conflict):
    """Setting up an app was not started, or was started more than half an hour ago."""

    slug = "nothing-to-set-up"

    def __init__(self) -> None:
        super().__init__(
            msg("Setting up took longer than 30 minutes. Begin again with a new picture.")
        )


class PasswordNeeded(Invalid):
    """Without the last factor only the password is left, and it was not typed or is too short."""

    slug = "password-needed"

    def __init__(self, *, is_typed: bool) -> None:
        message = msg("Enter your current password.")
        if is_typed:
            message = sentences(TOO_SHORT_ALONE, msg("Change your password first, then come back."))
        super().__init__(message, fields={"current_password": message})


class ResetRefused(Conflict):
    """A person's second factors may not be reset."""

    slug = "reset-refused"


class PendingEnded(Conflict):
    """No sign-in waits for a second factor: it is too late, had too many wrong codes, or is done
    already."""

    slug = "pending-ended"

    def __init__(self) -> None:
        super().__init__(msg("Sign in again: the code was typed too late, or too often wrong."))


class PasskeyRefused(Invalid):
    """The answer of a passkey was not accepted. The message does not say why."""

    title = msg("The passkey was not accepted")
    slug = "passkey-refused"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Your passkey was not accepted. Nothing was changed. Try it once more, or go on another way."
            )
        )


class NoPasskeysHere(Conflict):
    """Passkeys cannot be bound to the site's address."""

    slug = "no-passkeys-here"

    def __init__(self) -> None:
        super().__init__(msg("Passkeys do not work at this address. Use your password and a code."))


class TooManyPasskeys(Conflict):
    """A person already has the most passkeys allowed."""

    slug = "too-many-passkeys"

    def __init__(self, most: int) -> None:
        super().__init__(
            msgs(
                "You have {n} passkey. Remove one that you do not use first.",
                "You have {n} passkeys. Remove one that you do not use first.",
                most,
            )
        )
