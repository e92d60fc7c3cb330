"""The limits on sending a question, counted in the database like those of every door.

Nobody is refused for what others typed: an address is whatever a visitor types. Above the limits of an
address and of everybody a question is kept and answered as ever, and only the mails about it are left out.
One network is told to wait, and there a first question for an address has a cap of its own.
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
    """Who is told of a question by mail."""

    to_sender: bool
    to_academy: bool


def count_question(db: Session, *, email: str, network: str, now: datetime) -> MailsToSend:
    """Count one question that is really sent, or raise TooMany for a network that sends too many.

    The address is not proved to be the sender's: five mails a day keep anybody from filling a stranger's
    mailbox through us. The academy is told of 300 questions in an hour; the list has them all.
    """
    blocks = network_blocks(network)
    address, everybody = FROM_ADDRESS.of(email), FROM_ALL.of("all")
    here = AT_NETWORK.of(f"{email} {blocks[-1]}")
    counts = count_all(db, (address, here, everybody), now=now)
    is_first = counts[here] <= AT_NETWORK.most
    of_network = FIRST_FROM_NETWORK if is_first else AGAIN_FROM_NETWORK
    take_all(db, of_network.of_blocks(blocks), now=now)
    return MailsToSend(counts[address] <= FROM_ADDRESS.most, counts[everybody] <= FROM_ALL.most)
