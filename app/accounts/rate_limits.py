"""Rate limits on signing in and on secrets of accounts (R-020 to R-023), counted in the database.

Nobody can lock out another person. There are three kinds of callers for an account:

- A caller with something of their **own**: a known device, a sign-in, a mailed link that works. They have
  tries of their own, which nobody else can use up.
- A caller from a **known network** of the account: tries of this account and network, which only somebody
  behind the same network can use up.
- A **stranger**: the same, and besides a share in caps over all strangers: at this account, from this
  network, and in all. The first two tries of a network at an account in a day have caps of their own, much
  wider than those of repeated tries: a person at a new place is not stopped by the noise of an attack.

A network is an IPv4 address or an IPv6 /64; the /48 around it is counted too. A right password or
code uncounts its tries. A person who is stopped although they know their password can use the link
of a reset; afterwards their device is known. Figures and worst cases: docs/decisions/0014.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy.orm import Session

from app.accounts.domain import network_blocks
from app.db import rate_limits
from app.db.database import Database
from app.db.rate_limits import Limit, LimitedTry
from app.kit.errors import TooMany
from app.kit.messages import Message, msg, sentences

MINUTES, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
FIRST_TRIES = 2
"""How many tries of one network at one account in a day the limits on repeated tries ignore."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits that strangers share: at one account, from one network, and over everybody."""

    account: tuple[Limit, ...] = ()
    network: Limit | None = None
    everybody: Limit | None = None


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """The limits on guessing passwords, or codes. `caller` limits one caller at one account. For
    strangers, `first` limits first tries and `again` the others. `advice` tells people who are
    stopped what to do."""

    caller: tuple[Limit, ...]
    first: Caps
    again: Caps
    advice: Message


PASSWORD = GuessLimits(
    caller=(Limit("sign-in", 10, MINUTES), Limit("sign-in day", 50, DAY)),
    first=Caps(
        (Limit("strangers sign-in account first", 120, HOUR),),
        Limit("strangers sign-in network first", 300, MINUTES),
        Limit("strangers sign-in all first", 3000, MINUTES),
    ),
    again=Caps(
        (Limit("strangers sign-in account", 30, HOUR),),
        Limit("strangers sign-in network", 30, MINUTES),
        Limit("strangers sign-in all", 1000, MINUTES),
    ),
    advice=msg(
        "Or choose a new password: the link that we mail you works at once, whatever others try."
    ),
)
_CODES_OF_ONE = (
    Limit("code", 5, MINUTES),
    Limit("code hour", 20, HOUR),
    Limit("code day", 50, DAY),
)
_CODES_OF_ALL = (
    Limit("strangers code", 5, MINUTES),
    Limit("strangers code hour", 20, HOUR),
    Limit("strangers code day", 50, DAY),
)
SECOND_FACTOR = GuessLimits(
    caller=_CODES_OF_ONE,
    first=Caps(_CODES_OF_ALL, Limit("strangers code network first", 100, MINUTES)),
    again=Caps(_CODES_OF_ALL, Limit("strangers code network", 10, MINUTES)),
    advice=msg(
        "If it was not you who tried, somebody knows your password: choose a new one by mail."
    ),
)
"""Six-digit codes can be guessed, so all strangers together have as few tries as one caller."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller who tries to sign in to an account, as far as known before the secret is checked.

    `account` is the typed address, or the person's id. `own` identifies something that only the
    account's owner can have (a known device, a sign-in, a mailed link), or is None.
    """

    account: str
    network: str
    own: str | None = None
    is_network_known: bool = False

    @property
    def is_stranger(self) -> bool:
        return self.own is None and not self.is_network_known


@dataclass(frozen=True, slots=True)
class CountedTries:
    """Tries that were counted at one time. If `wait` is set, a limit of strangers is reached; a
    wrong secret from this known network is then answered like that of a stopped stranger, with so
    many seconds to wait."""

    taken: tuple[LimitedTry, ...] = ()
    at: datetime | None = None
    wait: int = 0


def count_attempt(
    database: Database, limits: GuessLimits, caller: Caller, *, now: datetime
) -> CountedTries:
    """Count a try in a separate write block before its secret is checked, or raise TooMany.

    Call it outside every block, then check the secret. If it is right, call `reset_attempts` in the block
    that acts on it. If it is wrong, call nothing: the try stays counted.
    """
    with database.write() as db:
        return count_attempt_within(db, limits, caller, now=now)


def count_attempt_within(
    db: Session, limits: GuessLimits, caller: Caller, *, now: datetime
) -> CountedTries:
    """As `count_attempt`, in the caller's block, which must not end with a refusal."""
    try:
        return _count(db, limits, caller, now)
    except TooMany as refused:
        raise too_many(limits, refused.retry_after) from None


def reset_attempts(db: Session, tries: CountedTries) -> None:
    """Uncount the tries, because the secret was right."""
    if tries.at is not None:
        rate_limits.give_back(db, tries.taken, now=tries.at)


def too_many(limits: GuessLimits, wait: int) -> TooMany:
    """Return the refusal for a caller with too many tries, with advice."""
    return TooMany(sentences(rate_limits.wait_words(wait), limits.advice), retry_after=wait)


def _count(db: Session, limits: GuessLimits, caller: Caller, now: datetime) -> CountedTries:
    alone = _tries_alone(limits, caller)
    counts = rate_limits.take_all(db, alone, now=now)
    if caller.own is not None:
        return CountedTries(alone, now)
    longest = max(limit.per for limit in limits.caller)
    today = max(tries for each, tries in counts.items() if each.limit.per == longest)
    shared = _shared_tries(limits.first if today <= FIRST_TRIES else limits.again, caller)
    if caller.is_network_known:
        there = rate_limits.counts_of(db, shared, now=now)
        full = {each: tries + 1 for each, tries in there.items()}
        return CountedTries(alone, now, wait=rate_limits.seconds_to_wait(full, now=now))
    rate_limits.take_all(db, shared, now=now)
    return CountedTries((*alone, *shared), now)


def _tries_alone(limits: GuessLimits, caller: Caller) -> tuple[LimitedTry, ...]:
    """Return the tries that count only for this caller at this account."""
    if caller.own is not None:
        return tuple(limit.of(f"{caller.account} own {caller.own}") for limit in limits.caller)
    blocks = network_blocks(caller.network)
    if caller.is_network_known:
        blocks = blocks[:1]  # other networks in the wider block must not use up the tries of this
        # one
    each = (limit.of_blocks(blocks, about=caller.account) for limit in limits.caller)
    return tuple(chain.from_iterable(each))


def _shared_tries(caps: Caps, caller: Caller) -> tuple[LimitedTry, ...]:
    tries = [limit.of(caller.account) for limit in caps.account]
    if caps.network is not None:
        tries += caps.network.of_blocks(network_blocks(caller.network))
    if caps.everybody is not None:
        tries.append(caps.everybody.of("all"))
    return tuple(tries)


TOKEN_NETWORK = Limit("token network", 30, MINUTES)
LINK_NETWORK = Limit("link network", 60, HOUR)


def refuse_link(database: Database, *, network: str, now: datetime) -> None:
    """Count a mailed link that does not work, or raise TooMany (R-021). A valid link is not counted
    and always opens, so that invented links do not lock out other people behind the same address."""
    rate_limits.take_now(database, LINK_NETWORK.of_blocks(network_blocks(network)), now=now)


def refuse_link_while_reading(database: Database, *, network: str, now: datetime) -> None:
    """As `refuse_link`, for the page of a link, which only reads."""
    tries = LINK_NETWORK.of_blocks(network_blocks(network))
    rate_limits.take_while_reading(database, tries, now=now)


def refuse_token(database: Database, *, network: str, now: datetime) -> None:
    """Count a wrong API token, or raise TooMany (R-021). A valid token is not counted and always
    works, so that an old script does not lock out other people behind the same address."""
    tries = TOKEN_NETWORK.of_blocks(network_blocks(network))
    rate_limits.take_while_reading(database, tries, now=now)
