"""The limits on sending a question, counted in the database like those of every door."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.domain import network_blocks
from app.db.limits import Limit, take, take_all

FROM_ADDRESS = Limit("enquiry address", 5, timedelta(days=1))
FROM_NETWORK = Limit("enquiry network", 20, timedelta(hours=1))
FROM_ALL = Limit("enquiry all", 300, timedelta(hours=1))


def knock(db: Session, *, email: str, network: str, now: datetime) -> None:
    """Count one question that is really sent, or raise TooMany.

    The address is not proved to be the sender's and gets a mail: five a day keep anybody from filling
    a stranger's mailbox through us.
    """
    take(db, FROM_ADDRESS, email, now=now)
    take_all(db, FROM_NETWORK.of_blocks(network_blocks(network)), now=now)
    take(db, FROM_ALL, "all", now=now)
