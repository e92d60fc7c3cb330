"""Rate limits on mails to addresses whose owner is not proved (R-022).

Anyone can request a mail to anyone's address. The limit of an address must protect the mailbox from
floods but must not keep its owner from getting a link. So above that limit nobody is refused: a
mail is sent only if the address has no link that still works for a while. Known devices and
networks of the account have separate limits.

The total requests of one network are limited too, because the addresses may be those of strangers.
First requests for an address have a separate limit there, which is much higher than that of
repeated ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.domain import network_blocks
from app.accounts.rate_limits import DAY, HOUR, Caller
from app.db import rate_limits
from app.db.rate_limits import Limit, LimitedTry

LONG_ENOUGH = timedelta(minutes=10)
"""How long a link must still work, so that its owner needs no other."""


@dataclass(frozen=True, slots=True)
class MailLimits:
    """How many mails to one address are sent in any case: for requests of one network, device or
    sign-in (`caller`), and of all strangers together (`address`)."""

    caller: Limit
    address: Limit


RESET = MailLimits(Limit("reset mail", 3, DAY), Limit("strangers reset mail", 10, DAY))
CONFIRM = MailLimits(
    Limit("confirm mail", 3, timedelta(hours=6)),
    Limit("strangers confirm mail", 6, timedelta(hours=6)),
)
FIRST_OF_NETWORK = Limit("strangers mail network first", 60, timedelta(minutes=10))
AGAIN_OF_NETWORK = Limit("strangers mail network", 60, HOUR)

OFFICE_RESET = Limit("office reset", 10, DAY)
INVITATION = Limit("invitation mail", 5, DAY)
INVITATION_SENDER = Limit("invitation sender", 300, DAY)
"""The limit of one admin; requests of strangers do not count."""
NEW_ADDRESS = Limit("new address", 2, DAY)


def count_mail_request(db: Session, limits: MailLimits, caller: Caller, *, now: datetime) -> bool:
    """Count a request for a mail to `caller.account`, an address that anyone may have typed.

    Return whether it may be sent although an earlier link still works. Raise TooMany if a network
    of strangers requests too many mails.
    """
    alone = _try_alone(limits, caller)
    if not caller.is_stranger:
        return _has_room(rate_limits.count_all(db, (alone,), now=now))
    counts = rate_limits.count_all(db, (alone, limits.address.of(caller.account)), now=now)
    of_network = FIRST_OF_NETWORK if counts[alone] == 1 else AGAIN_OF_NETWORK
    rate_limits.take_all(db, of_network.of_blocks(network_blocks(caller.network)), now=now)
    return _has_room(counts)


def _try_alone(limits: MailLimits, caller: Caller) -> LimitedTry:
    if caller.own is not None:
        return limits.caller.of(f"{caller.account} own {caller.own}")
    widest = network_blocks(caller.network)[0 if caller.is_network_known else -1]
    return limits.caller.of(f"{caller.account} {widest}")


def _has_room(counts: dict[LimitedTry, int]) -> bool:
    return all(tries <= each.limit.most for each, tries in counts.items())
