"""Refusals of second factors."""

from app.accounts.password_rules import TOO_SHORT_ALONE
from app.kit.errors import Conflict, Invalid


class WrongCode(Invalid):
    """The code is wrong, too old, or was used before: which of them is not said."""

    slug = "wrong-code"

    def __init__(self, field: str) -> None:
        message = (
            "This code is not right. Type the six digits that your app shows now; each code works once. "
            "If they are refused as well, let your phone set its clock by itself."
        )
        if field == "recovery_code":
            message = "This code is not right. Check each letter, or use another of your codes."
        super().__init__(message, fields={field: message})


class NothingToSetUp(Conflict):
    """An app is confirmed that was never begun, or was begun more than half an hour ago."""

    slug = "nothing-to-set-up"

    def __init__(self) -> None:
        super().__init__("Setting up took longer than 30 minutes. Begin again with a new picture.")


class PasswordNeeded(Invalid):
    """Nothing but the password is left when the last factor goes, and it was not typed or is too short."""

    slug = "password-needed"

    def __init__(self, *, is_typed: bool) -> None:
        message = "Enter your current password."
        if is_typed:
            message = f"{TOO_SHORT_ALONE} Change your password first, then come back."
        super().__init__(message, fields={"current_password": message})


class ResetRefused(Conflict):
    """Somebody's second factors may not be reset so."""

    slug = "reset-refused"


class PendingEnded(Conflict):
    """Nobody waits for a second factor here (any more): too late, too many wrong codes, or done already."""

    slug = "pending-ended"

    def __init__(self) -> None:
        super().__init__("Sign in again: the code was typed too late, or too often wrong.")


class PasskeyRefused(Invalid):
    """The answer of a passkey was not accepted: why is not said."""

    title = "The passkey was not accepted"
    slug = "passkey-refused"

    def __init__(self) -> None:
        super().__init__(
            "Your passkey was not accepted. Nothing was changed. Try it once more, or go on another way."
        )


class NoPasskeysHere(Conflict):
    """The site's address is none that passkeys can be bound to."""

    slug = "no-passkeys-here"

    def __init__(self) -> None:
        super().__init__("Passkeys do not work at this address. Use your password and a code.")


class TooManyPasskeys(Conflict):
    """A person has as many passkeys as anybody may."""

    slug = "too-many-passkeys"

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} passkeys. Remove one that you do not use first.")
