"""The limits on the doors of accounts (R-020 to R-023), all counted in the database.

A network is an IPv4 address or an IPv6 /64. A whole class sits behind one address of the academy, so
the limits per network are wider than those per account, and the right password gives its try back.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.domain import network_block
from app.db.database import Database
from app.db.limits import Limit, forget, give_back, take, take_while_reading
from app.kit.errors import TooMany

SIGN_IN_ACCOUNT = Limit("sign-in account", 10, timedelta(minutes=5))
SIGN_IN_FRESH = Limit("sign-in fresh", 3, timedelta(minutes=5))
SIGN_IN_NETWORK = Limit("sign-in network", 30, timedelta(minutes=5))
SIGN_IN_ALL = Limit("sign-in all", 1000, timedelta(minutes=5))
TOKEN_NETWORK = Limit("token network", 30, timedelta(minutes=5))
LINK_NETWORK = Limit("link network", 60, timedelta(hours=1))
MAIL_NETWORK = Limit("mail network", 60, timedelta(hours=1))
CONFIRM_MAIL = Limit("confirm mail", 3, timedelta(hours=6))
RESET_MAIL = Limit("reset mail", 5, timedelta(days=1))
INVITATION_MAIL = Limit("invitation mail", 5, timedelta(days=1))
INVITATION_SENDER = Limit("invitation sender", 300, timedelta(days=1))
NEW_ADDRESS = Limit("new address", 2, timedelta(days=1))

EVERYBODY = "all"


def knock(db: Session, *, email: str, network: str, now: datetime) -> None:
    """Count a try of a password, or raise TooMany.

    When an account has been tried too often, a network that has not tried it gets a few tries of its
    own: an attacker cannot lock its owner out (R-023). The typed address counts whether or not an
    account has it.
    """
    block = network_block(network)
    try:
        take(db, SIGN_IN_ACCOUNT, email, now=now)
    except TooMany:
        take(db, SIGN_IN_FRESH, f"{email} {block}", now=now)
    else:
        _note_network(db, email, block, now=now)
    take(db, SIGN_IN_NETWORK, block, now=now)
    take(db, SIGN_IN_ALL, EVERYBODY, now=now)


def _note_network(db: Session, email: str, block: str, *, now: datetime) -> None:
    """Remember that this network tried the account, so that it is not taken for a fresh one."""
    try:
        take(db, SIGN_IN_FRESH, f"{email} {block}", now=now)
    except TooMany:
        return


def let_in(db: Session, *, email: str, network: str, now: datetime) -> None:
    """Give the try back after the right password."""
    block = network_block(network)
    forget(db, SIGN_IN_ACCOUNT, email)
    forget(db, SIGN_IN_FRESH, f"{email} {block}")
    give_back(db, SIGN_IN_NETWORK, block, now=now)
    give_back(db, SIGN_IN_ALL, EVERYBODY, now=now)


def open_link_door(db: Session, *, network: str, now: datetime) -> None:
    """Count the use of a mailed link, or raise TooMany (R-021)."""
    take(db, LINK_NETWORK, network_block(network), now=now)


def refuse_token(database: Database, *, network: str, now: datetime) -> None:
    """Count a wrong token of the API, or raise TooMany (R-021). A right one is not counted and always
    works: nobody behind the same address is locked out by somebody's old script."""
    take_while_reading(database, TOKEN_NETWORK, network_block(network), now=now)


def ask_for_mail(db: Session, limit: Limit, *, email: str, network: str, now: datetime) -> None:
    """Count a mail to an address nobody has proved to own, or raise TooMany (R-022)."""
    take(db, limit, email, now=now)
    take(db, MAIL_NETWORK, network_block(network), now=now)
