"""Compares a typed password with a person's, outside every block, because it takes 0.1 s."""

from app.accounts import passwords, rate_limits
from app.accounts.errors import PasswordsBusy
from app.accounts.sign_in_values import SignInCandidate
from app.db.database import Database


def is_right(database: Database, candidate: SignInCandidate, typed: str) -> bool:
    """Return whether this is the candidate's password. If too many callers wait, raise
    PasswordsBusy and uncount the try, because nothing was compared."""
    try:
        return passwords.matches(candidate.password_hash, typed, is_stranger=candidate.is_stranger)
    except PasswordsBusy:
        with database.write() as db:
            rate_limits.reset_attempts(db, candidate.tries)
        raise
