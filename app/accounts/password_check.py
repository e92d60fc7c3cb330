"""Compares a typed password with a person's, outside every block, because it takes 0.1 s, and names what is
wrong with a new one together with the rest of its form."""

from collections.abc import Callable, Set
from typing import TypeVar

from app.accounts import passwords, rate_limits
from app.accounts.errors import PasswordsBusy
from app.accounts.password_rules import password_problem
from app.accounts.sign_in_values import SignInCandidate
from app.db.database import Database
from app.kit.errors import Invalid
from app.web.forms import Form, Submission

FormRead = TypeVar("FormRead", bound=Form)


def is_right(database: Database, candidate: SignInCandidate, typed: str) -> bool:
    """Return whether this is the candidate's password. If too many callers wait, raise
    PasswordsBusy and uncount the try, because nothing was compared."""
    try:
        return passwords.matches(candidate.password_hash, typed, is_stranger=candidate.is_stranger)
    except PasswordsBusy:
        with database.write() as db:
            rate_limits.reset_attempts(db, candidate.tries)
        raise


def read_with_password(
    form: type[FormRead], submitted: Submission, guessable: Callable[[], Set[str]]
) -> FormRead:
    """Return the form. Raise Invalid with every problem at once: those of its fields, and what is wrong with
    the new password by the rules, so that nobody types the password twice to learn it."""
    try:
        return form.read(submitted)
    except Invalid as refused:
        typed = submitted.fields.get("password", ("",))[0]
        if typed and "password" not in refused.fields:
            problem = password_problem(typed, guessable=guessable())
            if problem is not None:
                refused.fields["password"] = problem
        raise
