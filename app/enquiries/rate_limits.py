"""Rate limits on sending a question, counted in the database like all rate limits.

The address is whatever a visitor types, so nobody may be refused because of what others typed.
Above the limit of an address, or of all visitors together, a question is stored and confirmed as
usual; only the mails about it are left out. A network above its limit is told to wait; first
questions for an address have a limit of their own there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.domain import network_blocks
from app.db.rate_limits import Limit, count_all, take_all

FROM_ADDRESS = Limit("enquiry address", 5, timedelta(days=1))
AT_NETWORK = Limit("enquiry address and network", 1, timedelta(days=1))
FIRST_FROM_NETWORK = Limit("enquiry network first", 60, timedelta(hours=1))
AGAIN_FROM_NETWORK = Limit("enquiry network", 20, timedelta(hours=1))
FROM_ALL = Limit("enquiry all", 300, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class MailsToSend:
    """Which mails are sent about a question."""

    to_sender: bool
    to_academy: bool


def count_question(db: Session, *, email: str, network: str, now: datetime) -> MailsToSend:
    """Count one valid question, or raise TooMany for a network that sends too many.

    The address may be a stranger's, so it gets at most five mails a day. The academy gets mails
    about at most 300 questions an hour; the list shows all of them.
    """
    blocks = network_blocks(network)
    address, everybody = FROM_ADDRESS.of(email), FROM_ALL.of("all")
    here = AT_NETWORK.of(f"{email} {blocks[-1]}")
    counts = count_all(db, (address, here, everybody), now=now)
    is_first = counts[here] <= AT_NETWORK.most
    of_network = FIRST_FROM_NETWORK if is_first else AGAIN_FROM_NETWORK
    take_all(db, of_network.of_blocks(blocks), now=now)
    return MailsToSend(counts[address] <= FROM_ADDRESS.most, counts[everybody] <= FROM_ALL.most)
