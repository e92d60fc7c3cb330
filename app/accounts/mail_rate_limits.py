"""The limits on mails to addresses that nobody has proved to own (R-022).

Anybody can ask for a mail to anybody's address. The limit of an address must keep the mailbox from being
flooded and must not keep its owner from getting a link. So above that limit nobody is refused: a mail is sent
only when its address holds no link that still works for a while. Known devices and networks of the account
have mails of their own.

What one network may ask for in all is limited too, because the addresses may be those of strangers. There a
first request for an address has a cap of its own, much wider than that of repeated ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.domain import network_blocks
from app.accounts.rate_limits import DAY, HOUR, Caller
from app.db import rate_limits
from app.db.rate_limits import Limit, LimitedTry

LONG_ENOUGH = timedelta(minutes=10)
"""How long a link must still work to count as one that its owner has."""


@dataclass(frozen=True, slots=True)
class MailLimits:
    """How many mails are sent freely: to one address at the request of one network, device or sign-in
    (`caller`), and at the request of all strangers (`address`)."""

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
"""Of one admin: what strangers ask for uses up nothing of these."""
NEW_ADDRESS = Limit("new address", 2, DAY)


def count_mail_request(db: Session, limits: MailLimits, caller: Caller, *, now: datetime) -> bool:
    """Count a request for a mail to `caller.account`, an address that anybody can have typed.

    Return whether it may be sent although an earlier link still works. Raise TooMany when a network of
    strangers asks for too many mails.
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
