"""The networks from which a person has signed in before: look one up, note it, forget them all."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.known_devices import MOST_NETWORKS, NETWORK_LASTS, Recognition
from app.accounts.models import KnownNetwork
from app.accounts.rate_limits import Caller
from app.accounts.sign_in_values import Browser
from app.db.upsert import insert_into
from app.kit.ids import UserId


def caller_of(
    db: Session,
    user_id: UserId | None,
    password_hash: str | None,
    browser: Browser,
    *,
    account: str,
    now: datetime,
) -> Caller:
    """Return the caller who tries to sign in: a known device, a known network, or a stranger.
    `account` identifies the account in the counts; `user_id` is None if it does not exist."""
    recognition_data = browser.recognition
    if recognition_data is None:
        return Caller(account, browser.network)
    return Caller(
        account,
        browser.network,
        own=recognition_data.device_of(user_id, password_hash, now=now),
        is_network_known=is_known_network(db, recognition_data, user_id, browser.network, now=now),
    )


def is_known_network(
    db: Session, recognition: Recognition, user_id: UserId | None, network: str, *, now: datetime
) -> bool:
    """Return whether a person recently signed in from this network. None as person runs the same
    statement."""
    key = recognition.network_key(user_id, network) if user_id else ""
    seen = select(KnownNetwork.network).where(
        KnownNetwork.user_id == user_id,
        KnownNetwork.network == key,
        KnownNetwork.seen_at > now - NETWORK_LASTS,
    )
    return db.scalar(seen) is not None


def remember_network(
    db: Session, recognition: Recognition, user_id: UserId, network: str, *, now: datetime
) -> None:
    """Record that a person has signed in from this network; only the latest networks are kept."""
    key = recognition.network_key(user_id, network)
    db.execute(
        insert_into(db, KnownNetwork)
        .values(user_id=user_id, network=key, seen_at=now)
        .on_conflict_do_update(
            index_elements=[KnownNetwork.user_id, KnownNetwork.network], set_={"seen_at": now}
        )
    )
    newest = (
        select(KnownNetwork.network)
        .where(KnownNetwork.user_id == user_id)
        .order_by(KnownNetwork.seen_at.desc(), KnownNetwork.network)
        .limit(MOST_NETWORKS)
    )
    db.execute(
        delete(KnownNetwork).where(
            KnownNetwork.user_id == user_id, KnownNetwork.network.not_in(newest)
        )
    )


def forget_networks(db: Session, user_id: UserId) -> None:
    """Delete every known network of a person. Whoever used the old password there is now a
    stranger."""
    db.execute(delete(KnownNetwork).where(KnownNetwork.user_id == user_id))
