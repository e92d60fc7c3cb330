"""The words of every refusal about people and their access, once. Other tests look at reasons and values."""

from app.accounts import correction_rules
from app.accounts import domain as accounts_domain
from app.accounts import errors as accounts_errors
from app.accounts.factors import domain as factors_domain
from app.accounts.factors import errors as factors_errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "accounts.correction_rules.OWN_DETAILS": (
        "Your own details are on your own page. Change them there: it asks for your password."
    ),
    "accounts.correction_rules.ADDRESS_OF_AN_ADMIN": (
        "An admin changes their own address, with their password. If they cannot sign in any "
        "more, take the role of an admin from them first."
    ),
    "accounts.correction_rules.ACCOUNT_CLOSED": "This account is closed. Open it first.",
    "accounts.correction_rules.NO_ADDRESS_WAITS": (
        "No new address waits to be confirmed. Its owner may have confirmed it in the meantime. To give the "
        "person another address, correct the details."
    ),
    "accounts.domain.YOURSELF": "You cannot change your own roles or access. Ask another admin.",
    "accounts.domain.LAST_ADMIN": "Nobody else is an admin. Make another person an admin first.",
    "accounts.domain.NO_ROLE": (
        "Choose at least one role. To keep a person out, close their account instead."
    ),
    "accounts.errors.SignInRefused": (
        "You are not signed in: The e-mail address or the password is not right. Check both, "
        "or choose a new password."
    ),
    "accounts.errors.WrongPassword": "There is a problem with what you entered",
    "accounts.errors.LinkSpent": (
        "This link no longer works: It has been used already, or it is too old. Ask for a new one."
    ),
    "accounts.errors.PersonRefused": "This cannot be done now",
    "accounts.errors.TooManyTokens": (
        "You have as many tokens as you may have: You have 10 tokens. End one that you do not "
        "use any more first."
    ),
    "accounts.errors.PasswordsBusy": (
        "We are busy for a moment: Many people are signing in. Wait a few seconds and try again."
    ),
    "accounts.factors.domain.OWN_RESET": (
        "You cannot reset your own second factor. Ask another admin, or use a recovery code."
    ),
    "accounts.factors.domain.NO_FACTOR": (
        "This person has no second factor. There is nothing to reset."
    ),
    "accounts.factors.domain.CLOSED": "This account is closed. Open it first.",
    "accounts.factors.domain.UNDER_WAY": (
        "A reset is under way already. It is done when its waiting time is over."
    ),
    "accounts.factors.errors.WrongCode": "There is a problem with what you entered",
    "accounts.factors.errors.NothingToSetUp": (
        "This cannot be done now: Setting up took longer than 30 minutes. Begin again with a "
        "new picture."
    ),
    "accounts.factors.errors.PasswordNeeded": "There is a problem with what you entered",
    "accounts.factors.errors.ResetRefused": "This cannot be done now",
    "accounts.factors.errors.PendingEnded": (
        "This cannot be done now: Sign in again: the code was typed too late, or too often wrong."
    ),
    "accounts.factors.errors.PasskeyRefused": (
        "The passkey was not accepted: Your passkey was not accepted. Nothing was changed. "
        "Try it once more, or go on another way."
    ),
    "accounts.factors.errors.NoPasskeysHere": (
        "This cannot be done now: Passkeys do not work at this address. Use your password and "
        "a code."
    ),
    "accounts.factors.errors.TooManyPasskeys": "This cannot be done now",
}


def test_the_words_of_every_refusal():
    assert (
        words_of_refusals(
            correction_rules, accounts_domain, accounts_errors, factors_domain, factors_errors
        )
        == SAID
    )
