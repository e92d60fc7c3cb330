"""Comparing a password that was typed with a person's, outside every block: it takes a tenth of a second."""

from app.accounts import passwords, rate_limits
from app.accounts.errors import PasswordsBusy
from app.accounts.sign_in_values import SignInCandidate
from app.db.database import Database


def is_right(database: Database, candidate: SignInCandidate, typed: str) -> bool:
    """Tell whether this is the candidate's password. Raise PasswordsBusy, and give the try back, when too
    many wait: nothing was compared, so nothing was tried."""
    try:
        return passwords.matches(candidate.password_hash, typed, is_stranger=candidate.is_stranger)
    except PasswordsBusy:
        with database.write() as db:
            rate_limits.reset_attempts(db, candidate.tries)
        raise
