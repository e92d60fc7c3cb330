"""Limits on mails to unconfirmed addresses: nobody is flooded, and everybody can still get a link."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import mail_rate_limits, service
from app.accounts.domain import LINK_LASTS, LinkPurpose
from app.accounts.models import User
from app.db.rate_limits import Limit
from tests.make import NOW
from tests.make.mail import mails_to, token_in
from tests.make.people import A_PASSWORD, a_user_with_password

NEW = "new@example.org"
CLASS = "203.0.113.9"
MINUTE = timedelta(minutes=1)


def forgot(browser, email="sam@example.org"):
    return browser.post("/forgot", data={"email": email})


def register(browser, email=NEW, password=A_PASSWORD):
    form = {"name": "Nia New", "email": email, "password": password, "next": ""}
    return browser.post("/register", data=form)


ASKS = {"/forgot": forgot, "/register": register}


@pytest.fixture
def set_clock(clock_file):
    return lambda since: clock_file.write_text((NOW + since).isoformat())


class TestNobodyIsKeptFromALink:
    def test_an_attacker_cannot_use_up_a_reset(self, app, sam, browser_at, set_clock):
        """V10: after five posts by strangers the owner was refused until midnight. The owner always
        has a working link."""
        for turn in range(20):
            set_clock(turn * 7 * MINUTE)
            for number in range(3):
                attacker = browser_at(f"198.51.100.{turn % 4 * 50 + number}")
                assert forgot(attacker).status_code == 303
            answer = forgot(browser_at("192.0.2.1"))
            assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-mail")
            newest = mails_to(app, sam.email)[0]
            page = browser_at("192.0.2.1").get(f"/reset?token={token_in(newest)}")
            assert page.status_code == 200

    def test_nor_behind_the_owners_own_address(self, app, sam, browser_at, set_clock):
        for turn in range(8):
            set_clock(turn * 21 * MINUTE)
            for _ in range(4):
                assert forgot(browser_at(CLASS)).status_code == 303
            newest = mails_to(app, sam.email)[0]
            assert browser_at(CLASS).get(f"/reset?token={token_in(newest)}").status_code == 200

    def test_nor_what_the_office_starts(self, app, client, sam, ada, as_person, browser_at):
        """V10: the office's own request was refused as well."""
        for number in range(20):
            forgot(browser_at(f"198.51.100.{number}"))
        before = len(mails_to(app, sam.email))
        office = as_person(ada)
        assert office.post(f"/admin/people/{sam.user_id}/reset", data={}).status_code == 303
        assert len(mails_to(app, sam.email)) == before + 1

    def test_the_office_has_a_limit_of_its_own(self, sam, ada, as_person, monkeypatch):
        """R-022: it counts for each pair of admin and person separately."""
        monkeypatch.setattr(mail_rate_limits, "OFFICE_RESET", Limit("office", 2, timedelta(days=1)))
        office = as_person(ada)
        path = f"/admin/people/{sam.user_id}/reset"
        assert [office.post(path, data={}).status_code for _ in range(3)] == [303, 303, 429]

    def test_an_attacker_cannot_use_up_a_registration(self, app, browser_at):
        """V10: three posts kept everybody from registering an address for six hours. The owner's password
        holds, and the link that was sent first still works."""
        for number in range(20):
            assert register(browser_at(f"198.51.100.{number}"), password=A_PASSWORD + " x")
        owner = browser_at("192.0.2.1")
        answer = register(owner)
        assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-mail")
        first = mails_to(app, NEW)[-1]
        done = owner.post("/confirm", data={"token": token_in(first), "password": A_PASSWORD})
        assert done.status_code == 303

    def test_a_registration_whose_password_was_replaced_ends_in_a_reset(self, app, browser_at):
        owner, attacker = browser_at("192.0.2.1"), browser_at("198.51.100.1")
        register(owner)
        register(attacker, password=A_PASSWORD + " x")
        link = token_in(mails_to(app, NEW)[-1])
        refused = owner.post("/confirm", data={"token": link, "password": A_PASSWORD})
        assert refused.status_code == 422
        assert 'href="/forgot"' in refused.text
        forgot(owner, NEW)
        owner.post(
            "/reset", data={"token": token_in(mails_to(app, NEW)[0]), "password": A_PASSWORD}
        )
        done = owner.post("/sign-in", data={"email": NEW, "password": A_PASSWORD})
        assert done.headers["location"] == "/home"

    def test_a_known_device_has_mails_of_its_own(self, app, sam, browser_at):
        """It gets a mail at once, although the mailbox already has a link and strangers have used
        up their limit."""
        owner = browser_at(CLASS)
        owner.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD})
        owner.post("/sign-out", data={})
        for number in range(20):
            forgot(browser_at(f"198.51.100.{number}"))
        before = len(mails_to(app, sam.email))
        assert forgot(owner).status_code == 303
        assert len(mails_to(app, sam.email)) == before + 1

    def test_one_class_asks_for_mails_while_somebody_there_floods(
        self, app, database, browser_at, monkeypatch
    ):
        """R-023: repeated requests from one network do not block other people's first requests
        there."""
        narrow = replace(mail_rate_limits.AGAIN_OF_NETWORK, most=2)
        monkeypatch.setattr(mail_rate_limits, "AGAIN_OF_NETWORK", narrow)
        with database.write() as db:
            for number in range(5):
                a_user_with_password(db, f"S {number}", email=f"s{number}@example.org")
        attacker = browser_at(CLASS)
        answers = [forgot(attacker, "nobody@example.org").status_code for _ in range(5)]
        assert answers == [303, 303, 303, 429, 429]
        for number in range(5):
            assert forgot(browser_at(CLASS), f"s{number}@example.org").status_code == 303
            assert len(mails_to(app, f"s{number}@example.org")) == 1
        assert register(browser_at(CLASS)).status_code == 303


class TestNoFlood:
    def test_a_mailbox_gets_a_few_and_then_one_while_none_works(
        self, app, sam, browser_at, set_clock
    ):
        """R-022: asked by many networks every two minutes for three hours."""
        for turn in range(90):
            set_clock(turn * 2 * MINUTE)
            assert forgot(browser_at(f"198.51.100.{turn}")).status_code == 303
        wait = LINK_LASTS[LinkPurpose.reset] - mail_rate_limits.LONG_ENOUGH
        most = mail_rate_limits.RESET.address.most + 180 * MINUTE / wait + 1
        assert mail_rate_limits.RESET.address.most <= len(mails_to(app, sam.email)) <= most

    def test_one_network_gets_three_at_once(self, app, sam, browser_at):
        """R-022."""
        for _ in range(6):
            assert forgot(browser_at(CLASS)).status_code == 303
        assert len(mails_to(app, sam.email)) == 3

    @pytest.mark.parametrize("state", ["unconfirmed", "confirmed"])
    def test_registering_one_address_again_and_again(self, app, database, browser_at, state):
        """R-022: the mails to confirm, and those that tell of an account that is there already."""
        with database.write() as db:
            confirmed = NOW if state == "confirmed" else None
            a_user_with_password(db, "New", email=NEW, confirmed_at=confirmed)
        for number in range(20):
            assert register(browser_at(f"198.51.100.{number}")).status_code == 303
        assert len(mails_to(app, NEW)) == mail_rate_limits.CONFIRM.address.most
        for _ in range(5):
            register(browser_at(CLASS))
        assert len(mails_to(app, NEW)) == mail_rate_limits.CONFIRM.address.most

    @pytest.mark.parametrize("path", ASKS)
    def test_one_network_cannot_mail_everybody(self, database, browser_at, monkeypatch, path):
        """R-022: IPv6 by the /48 too; the answer is honest, and another network is not concerned."""
        narrow = replace(mail_rate_limits.FIRST_OF_NETWORK, most=2)
        monkeypatch.setattr(mail_rate_limits, "FIRST_OF_NETWORK", narrow)
        ask = ASKS[path]
        answers = [ask(browser_at(CLASS), f"a{n}@example.org").status_code for n in range(3)]
        assert answers == [303, 303, 429]
        with database.read() as db:
            assert db.scalar(select(User.id).where(User.email == "a2@example.org")) is None
        neighbours = [f"2001:db8:1:{n:x}::1" for n in range(9)]
        answers = [
            ask(browser_at(each), f"b{n}@example.org").status_code
            for n, each in enumerate(neighbours)
        ]
        assert answers == [303] * 8 + [429]
        assert ask(browser_at("192.0.2.1"), "c@example.org").status_code == 303

    def test_invitations_of_one_admin_use_up_none_of_another(self, database, ada):
        with database.write() as db:
            bea = a_user_with_password(db, "Bea", email="bea@example.org", roles=("admin",))
            person = service.invite_person(
                db, ada, name="Ned", email="ned@example.org", roles=frozenset(), now=NOW
            )
            for _ in range(mail_rate_limits.INVITATION.most - 1):
                service.start_reset(db, ada, person, now=NOW)
            service.start_reset(db, bea, person, now=NOW)


@pytest.mark.parametrize("path", ASKS)
def test_above_every_limit_known_and_unknown_are_told_the_same(sam, browser_at, path):
    """R-024."""
    answers = [
        [
            (answer.status_code, answer.headers.get("location"))
            for answer in (ASKS[path](browser_at(CLASS), email) for _ in range(8))
        ]
        for email in (sam.email, "nobody@example.org")
    ]
    assert answers[0] == answers[1] == [(303, "/check-your-mail")] * 8
