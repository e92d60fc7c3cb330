"""Hashing passwords: Argon2id, a few at a time, and never inside a write block."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.accounts import domain
from app.accounts.errors import PasswordsBusy
from app.kit.errors import Invalid

AT_ONCE = 2
MOST_IN_LINE = 12
LONGEST_WAIT = 5.0

NOBODYS = (
    "$argon2id$v=19$m=47104,t=2,p=1$"
    "gg+UQtEQN+X/ovmL2FiRNg$1+yV+JFvRRc0/TXkjZVs4tsdWxc3oQf1NX2YDuAN6Y0"
)
"""The hash of a random text that nobody knows: an unknown address costs the same time (R-024)."""

_hasher = PasswordHasher(
    time_cost=2, memory_cost=47_104, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_line = BoundedSemaphore(MOST_IN_LINE)
_turn = BoundedSemaphore(AT_ONCE)


@contextmanager
def _my_turn() -> Iterator[None]:
    """Take a turn, or raise PasswordsBusy: a storm of sign-ins must not take every thread and 46 MiB
    for each from the people who sit in a quiz."""
    if not _line.acquire(blocking=False):
        raise PasswordsBusy
    try:
        if not _turn.acquire(timeout=LONGEST_WAIT):
            raise PasswordsBusy
        try:
            yield
        finally:
            _turn.release()
    finally:
        _line.release()


def choose(
    typed: str, *, email: str, name: str, has_factor: bool = False, field: str = "password"
) -> str:
    """Return the hash of a new password, or raise Invalid with the reason at `field`. `has_factor`: the
    person has a second factor besides, so that a shorter one will do (R-001)."""
    problem = domain.password_problem(typed, email=email, name=name, has_factor=has_factor)
    if problem is not None:
        raise Invalid(problem, fields={field: problem})
    return hash_of_password(typed)


def hash_of_password(typed: str) -> str:
    with _my_turn():
        return _hasher.hash(domain.normal_password(typed))


def matches(password_hash: str | None, typed: str) -> bool:
    """Tell whether this is the password; takes the same time where there is none."""
    password = domain.normal_password(typed)[: domain.LONGEST_PASSWORD + 1]
    with _my_turn():
        try:
            _hasher.verify(password_hash or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters and should be made again (R-006)."""
    return _hasher.check_needs_rehash(password_hash)
