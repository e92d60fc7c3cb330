"""Requests that are running while a password changes: nothing that they create remains valid
afterwards."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from app.accounts import api_tokens, own_account, sign_ins
from app.accounts.domain import LinkPurpose
from app.accounts.factors.models import PendingSignIn
from app.accounts.models import ApiToken, SignIn, User
from app.accounts.sign_in_values import Browser
from app.accounts.steps.links import make_link
from app.accounts.steps.sign_in_end import end_access
from app.db.rate_limits import Count
from app.kit.errors import Unauthenticated
from tests.make import NOW
from tests.make.factors import an_app_factor
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_sign_in

NEW_HASH = "a new hash"
BROWSER = Browser("192.0.2.1")
ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""SQLite has one writer, so the two transactions cannot overlap there."""


def signed_in_as(database, person):
    with database.write() as db:
        a_sign_in(db, person, token="here")
    with database.read() as db:
        return replace(person, sign_in_id=db.scalars(select(SignIn.id)).one())


def meanwhile(database, person, act) -> None:
    """Run `act` in a transaction that commits only after a reset has set a new password, or waits
    to set it."""
    with database.write() as db:
        link_id = make_link(db, LinkPurpose.reset, person.user_id, person.email, now=NOW)
    acted, may_commit = threading.Event(), threading.Event()

    def hold():
        with database.write() as db:
            act(db)
            db.flush()
            acted.set()
            assert may_commit.wait(SECONDS)

    def reset():
        with database.write() as db:
            own_account.set_password(db, link_id, LinkPurpose.reset, NEW_HASH, now=NOW)

    with ThreadPoolExecutor(2) as threads:
        holding = threads.submit(hold)
        assert acted.wait(SECONDS)
        resetting = threads.submit(reset)
        until_waiting(database, 1, resetting)
        may_commit.set()
        holding.result(SECONDS)
        resetting.result(SECONDS)


def counted(database, table) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def password_of(database, person) -> str | None:
    with database.read() as db:
        return db.get_one(User, person.user_id).password_hash


@ON_POSTGRES
@pytest.mark.parametrize("has_factor", [False, True])
def test_a_sign_in_with_the_old_password_ends_with_it(database, sam, has_factor):
    """R-005: whether it is complete, or waits for the second factor."""
    if has_factor:
        with database.write() as db:
            an_app_factor(db, sam)
    candidate = sign_ins.begin_sign_in(database, email=sam.email, browser=BROWSER, now=NOW)
    meanwhile(database, sam, lambda db: sign_ins.sign_in(db, candidate, BROWSER, now=NOW))
    assert (counted(database, SignIn), counted(database, PendingSignIn)) == (0, 0)
    assert password_of(database, sam) == NEW_HASH


@ON_POSTGRES
def test_an_old_password_that_is_hashed_anew_does_not_come_back(database, sam):
    """The new hash of the old password must not be written over the new password."""
    candidate = sign_ins.begin_sign_in(database, email=sam.email, browser=BROWSER, now=NOW)
    with database.write() as db:
        link_id = make_link(db, LinkPurpose.reset, sam.user_id, sam.email, now=NOW)

    def act():
        with database.write() as db:
            sign_ins.sign_in(db, candidate, BROWSER, new_hash="hashed anew", now=NOW)

    def reset():
        with database.write() as db:
            own_account.set_password(db, link_id, LinkPurpose.reset, NEW_HASH, now=NOW)

    with ThreadPoolExecutor(2) as threads:
        with database.write() as db:
            db.execute(select(Count).with_for_update())
            acting = threads.submit(act)  # has read the account, and waits to uncount its attempt
            until_waiting(database, 1, acting)
            resetting = threads.submit(reset)
            until_waiting(database, 2, acting, resetting)
        acting.result(SECONDS)
        resetting.result(SECONDS)
    assert password_of(database, sam) == NEW_HASH
    assert counted(database, SignIn) == 0


def test_no_token_is_made_by_a_sign_in_that_has_just_ended(database, sam):
    """R-019: the password changes after the request was authenticated and before it creates the
    token."""
    actor = signed_in_as(database, sam)
    with database.write() as db:
        end_access(db, sam.user_id, now=NOW)
    with pytest.raises(Unauthenticated), database.write() as db:
        api_tokens.make_own(db, actor, name="Mine", now=NOW)
    assert counted(database, ApiToken) == 0


def test_no_token_is_made_by_a_sign_in_that_has_expired(database, sam):
    actor = signed_in_as(database, sam)
    with database.write() as db:
        db.execute(update(SignIn).values(ended_at=NOW))
    with pytest.raises(Unauthenticated), database.write() as db:
        api_tokens.make_own(db, actor, name="Mine", now=NOW)
    assert counted(database, ApiToken) == 0
