"""Hashes passwords with Argon2id, a few at a time, and never inside a write block."""

from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.accounts.errors import PasswordsBusy
from app.accounts.password_rules import LONGEST_PASSWORD, normal_password, password_problem
from app.kit.errors import Invalid

AT_ONCE = 2
MOST_IN_LINE = 12
MOST_STRANGERS = 9
"""How many places in the queue strangers may take. The others are reserved for known devices and
networks, so that people who sign in every day get in during a flood of wrong passwords."""
LONGEST_WAIT = 5.0

NOBODYS = (
    "$argon2id$v=19$m=47104,t=2,p=1$"
    "gg+UQtEQN+X/ovmL2FiRNg$1+yV+JFvRRc0/TXkjZVs4tsdWxc3oQf1NX2YDuAN6Y0"
)
"""The hash of an unknown random text, so that unknown addresses take the same time (R-024)."""

_hasher = PasswordHasher(
    time_cost=2, memory_cost=47_104, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_line = BoundedSemaphore(MOST_IN_LINE)
_strangers = BoundedSemaphore(MOST_STRANGERS)
_turn = BoundedSemaphore(AT_ONCE)


@contextmanager
def _my_turn(*, is_stranger: bool) -> Iterator[None]:
    """Wait for a turn, or raise PasswordsBusy. A flood of sign-ins must not take every thread, and
    46 MiB each, from people in a quiz."""
    with ExitStack() as held:
        for line in (_strangers, _line) if is_stranger else (_line,):
            if not line.acquire(blocking=False):
                raise PasswordsBusy
            held.callback(line.release)
        if not _turn.acquire(timeout=LONGEST_WAIT):
            raise PasswordsBusy
        held.callback(_turn.release)
        yield


def choose(
    typed: str,
    *,
    email: str,
    name: str,
    guessable: Set[str],
    has_factor: bool = False,
    field: str = "password",
    is_stranger: bool = False,
) -> str:
    """Return the hash of a new password, or raise Invalid with the reason at `field`. With
    `has_factor` the person has a second factor, so a shorter password is enough (R-001). `guessable` are
    the words of this academy (`guessable_words`)."""
    problem = password_problem(
        typed, email=email, name=name, has_factor=has_factor, guessable=guessable
    )
    if problem is not None:
        raise Invalid(problem, fields={field: problem})
    return hash_of_password(typed, is_stranger=is_stranger)


def hash_of_password(typed: str, *, is_stranger: bool = False) -> str:
    """Return the hash, or raise PasswordsBusy. `is_stranger` means that we do not recognise the
    sender."""
    with _my_turn(is_stranger=is_stranger):
        return _hasher.hash(normal_password(typed))


def matches(password_hash: str | None, typed: str, *, is_stranger: bool = False) -> bool:
    """Return whether this is the password; takes the same time if there is none. Raise
    PasswordsBusy if the queue is full, for strangers (`rate_limits`) earlier than for others."""
    password = normal_password(typed)[: LONGEST_PASSWORD + 1]
    with _my_turn(is_stranger=is_stranger):
        try:
            _hasher.verify(password_hash or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters and should be replaced (R-006)."""
    return _hasher.check_needs_rehash(password_hash)
