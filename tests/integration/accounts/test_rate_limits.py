"""The limits on signing in: nobody can lock another person, a class or the office out (R-020, R-023)."""

from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts import known_devices, passwords, rate_limits, service
from app.accounts.models import KnownNetwork, User
from app.accounts.rate_limits import Caller
from app.db.rate_limits import Count
from app.kit.errors import TooMany
from app.main import create_app
from app.retention.sweeping import sweep
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.mail import mails_to, token_in
from tests.make.people import A_PASSWORD, A_PASSWORD_HASH, a_user_with_password
from tests.make.rate_limits import a_door

WRONG = "apricot velvet orbit tundra"
OTHER = "gravel parsnip tuesday ninety"
CLASS = "203.0.113.9"


def sign_in(browser, email="sam@example.org", password=A_PASSWORD):
    return browser.post("/sign-in", data={"email": email, "password": password, "next": ""})


def told(response):
    """Return an answer without the parts that differ between any two pages."""
    page = response.text
    for mark in ("csrf_token", "idempotency_key", 'name="email"'):
        head, _, rest = page.partition(mark)
        page = head + rest.partition("value=")[2].partition(">")[2]
    request = response.headers["x-request-id"]
    return response.status_code, response.headers.get("retry-after"), page.replace(request, "")


@pytest.fixture
def door(monkeypatch):
    """Set the limits of the door of passwords: `door(again={"network": 4})`."""

    def narrow(**limits):
        monkeypatch.setattr(rate_limits, "PASSWORD", a_door(**limits))

    return narrow


@pytest.fixture
def statuses(browser_at):
    """Try a password from many networks: `statuses(["192.0.2.1"] * 3)` returns what each was told."""

    def tries(networks, email="sam@example.org", password=WRONG):
        return [sign_in(browser_at(each), email, password).status_code for each in networks]

    return tries


def networks(count, start=0):
    return [f"198.51.100.{number}" for number in range(start, start + count)]


class TestStrangers:
    def test_ten_wrong_passwords_close_the_door_for_a_while(
        self, settings, sam, browser_at, clock_file
    ):
        """R-020: also in another process and after a restart. The page says how long to wait and
        what else to do."""
        attacker = browser_at("198.51.100.1")
        answers = [sign_in(attacker, password=WRONG).status_code for _ in range(11)]
        assert answers == [422] * 10 + [429]
        with TestClient(
            create_app(settings),
            headers={"origin": "http://testserver"},
            client=("198.51.100.1", 1),
            follow_redirects=False,
        ) as other:
            refused = sign_in(other)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 300
        assert "too many tries" in refused.text
        assert "choose a new password" in refused.text
        clock_file.write_text((NOW + timedelta(minutes=5)).isoformat())
        assert sign_in(attacker).status_code == 303

    def test_fifty_in_a_day_are_the_most_of_one_network(self, database):
        caller = Caller("sam@example.org", "198.51.100.1")
        heard = 0
        for minute in range(0, 60, 5):
            for _ in range(11):
                try:
                    rate_limits.count_attempt(
                        database, rate_limits.PASSWORD, caller, now=NOW + timedelta(minutes=minute)
                    )
                except TooMany:
                    continue
                heard += 1
        assert heard <= 50

    def test_unknown_addresses_are_limited_the_same(self, statuses, door):
        """R-020, R-024."""
        door(caller=4)
        assert statuses(["198.51.100.1"] * 5, "nobody@example.org") == [422] * 4 + [429]

    def test_many_networks_together_are_limited_at_one_account(self, sam, statuses, door):
        """R-020, V11: without this limit twelve networks with three tries each got 36 answers, and
        more networks got more."""
        door(first={"account": 8}, again={"account": 3})
        answers = statuses(networks(4) * 3)
        assert answers == [422] * 8 + [422] * 3 + [429]

    def test_the_first_tries_at_a_new_place_are_heard_while_repeated_ones_are_stopped(
        self, sam, statuses, browser_at, door
    ):
        """R-023: the owner, on a device and a network that nobody knows, during an attack."""
        door(again={"account": 5})
        assert 429 in statuses(networks(4) * 4)
        owner = browser_at("192.0.2.1")
        assert sign_in(owner, password=WRONG).status_code == 422
        assert sign_in(owner).status_code == 303

    def test_tries_that_are_not_heard_use_nothing_up(self, sam, statuses, database, door):
        """R-023: refused attempts after a 429 do not count, so they use up nobody's attempts."""
        door(caller=3, again={"account": 6})
        statuses(["198.51.100.1"] * 20)
        with database.read() as db:
            assert max(db.scalars(select(Count.tries))) == 3

    def test_one_network_cannot_try_everybody(self, browser_at, door):
        """R-020: the limit counts wrong tries from one network for all accounts together."""
        door(first={"network": 4})
        attacker = browser_at("198.51.100.1")
        answers = [sign_in(attacker, f"a{n}@example.org", WRONG).status_code for n in range(5)]
        assert answers == [422] * 4 + [429]

    def test_all_tries_together_are_limited(self, statuses, door):
        """R-020: the limit over everybody."""
        door(first={"everybody": 2})
        assert statuses(networks(3), "nobody@example.org") == [422, 422, 429]

    def test_a_right_password_gives_its_tries_back(self, database, browser_at, door):
        """More people than the limit sign in from one network, on devices that nobody knows."""
        door(caller=1, first={"network": 2, "account": 1}, again={"network": 2})
        with database.write() as db:
            for number in range(4):
                a_user_with_password(db, f"S {number}", email=f"s{number}@example.org")
        for number in range(4):
            assert sign_in(browser_at(CLASS), f"s{number}@example.org").status_code == 303
        with database.read() as db:
            assert set(db.scalars(select(Count.tries))) == {0}

    def test_the_wider_block_of_an_ipv6_network_is_counted(self, sam, statuses, door):
        """V11: 34 networks of one /48 used to block signing in for everybody."""
        door(first={"network": 2})
        answers = []
        for number in range(9):
            answers += statuses([f"2001:db8:1:{number:x}::1"], f"a{number}@example.org")
        assert answers == [422] * 8 + [429]
        assert statuses(["2001:db8:2::1"], "nobody@example.org") == [422]
        assert statuses(["2001:db8:2::1"], password=A_PASSWORD) == [303]

    def test_a_wider_block_is_no_new_place_each_time(self, sam, statuses, door):
        """A customer with thousands of /64 networks gets the first attempts of one network only."""
        door(again={"account": 3})
        neighbours = [f"2001:db8:1:{number:x}::1" for number in range(8)]
        assert statuses(neighbours) == [422] * (rate_limits.FIRST_TRIES + 3) + [429] * 3


class TestOneClassroom:
    def test_wrong_tries_for_thirty_addresses_stop_no_classmate(self, database, browser_at):
        """B25, V11: the input of both findings, with the real limits, and ten times as much."""
        with database.write() as db:
            a_user_with_password(db, "Priya", email="priya@example.org")
        attacker = browser_at(CLASS)
        for number in range(rate_limits.PASSWORD.again.network.most * 3):
            sign_in(attacker, f"a{number}@example.org", WRONG)
        for _ in range(rate_limits.PASSWORD.again.network.most + 5):
            sign_in(attacker, "a0@example.org", WRONG)
        assert sign_in(browser_at(CLASS), "priya@example.org").status_code == 303

    def test_who_signed_in_there_before_is_not_stopped_at_all(self, database, browser_at, door):
        """Even where every stranger behind the address is stopped, and on a new device."""
        door()
        with database.write() as db:
            a_user_with_password(db, "Priya", email="priya@example.org")
            a_user_with_password(db, "Quentin", email="quentin@example.org")
        assert sign_in(browser_at(CLASS), "priya@example.org").status_code == 303
        door(first={"network": 3})
        for number in range(4):
            sign_in(browser_at(CLASS), f"a{number}@example.org", WRONG)
        assert sign_in(browser_at(CLASS), "quentin@example.org").status_code == 429
        assert sign_in(browser_at(CLASS), "priya@example.org").status_code == 303

    def test_a_wrong_password_shows_nobody_who_is_known_there(self, database, browser_at, door):
        """R-024: behind an address where strangers are stopped, a wrong password for somebody who signs in
        there is answered like that of anybody else."""
        door()
        with database.write() as db:
            a_user_with_password(db, "Priya", email="priya@example.org")
        sign_in(browser_at(CLASS), "priya@example.org")
        door(first={"network": 1})
        sign_in(browser_at(CLASS), "a@example.org", WRONG)
        answer_known = sign_in(browser_at(CLASS), "priya@example.org", WRONG)
        unknown = sign_in(browser_at(CLASS), "nobody@example.org", WRONG)
        assert told(answer_known) == told(unknown)
        assert answer_known.status_code == 429

    def test_strangers_in_the_wider_block_use_up_nothing_of_a_known_network(
        self, sam, browser_at, door
    ):
        door(caller=2)
        home, neighbours = "2001:db8:1:1::1", [f"2001:db8:1:{n:x}::1" for n in range(2, 9)]
        sign_in(browser_at(home))
        for each in neighbours:
            for _ in range(2):
                sign_in(browser_at(each), password=WRONG)
        assert sign_in(browser_at(neighbours[0])).status_code == 429
        assert sign_in(browser_at(home)).status_code == 303


class TestKnownDevices:
    @pytest.fixture
    def known_browser(self, sam, browser_at, door):
        """A browser from which Sam has signed in, and out again."""
        door()
        browser = browser_at(CLASS)
        sign_in(browser)
        browser.post("/sign-out", data={})
        assert "preceptor-device" in browser.cookies
        return browser

    def test_it_passes_although_somebody_behind_its_address_tries(
        self, known_browser, browser_at, door
    ):
        """R-023."""
        door(caller=3)
        for _ in range(5):
            assert sign_in(browser_at(CLASS), password=WRONG).status_code in (422, 429)
        assert sign_in(browser_at(CLASS)).status_code == 429
        assert sign_in(known_browser).status_code == 303

    def test_it_has_a_limit_of_its_own(self, known_browser, door):
        """R-020: a stolen laptop guesses no faster than anybody."""
        door(caller=3)
        assert [sign_in(known_browser, password=WRONG).status_code for _ in range(4)] == [
            422
        ] * 3 + [429]

    def test_signing_in_again_gives_no_second_set_of_tries(self, known_browser, browser_at, door):
        """The name of the device stays, so an old copy of its cookie counts with the new one."""
        copy = browser_at("192.0.2.1")
        copy.cookies.set("preceptor-device", known_browser.cookies["preceptor-device"])
        sign_in(known_browser)
        door(caller=3)
        answers = [
            sign_in(browser, password=WRONG).status_code
            for browser in (known_browser, copy, known_browser, copy)
        ]
        assert answers == [422, 422, 422, 429]

    def test_it_is_known_for_its_own_account_only(self, known_browser, database, door):
        with database.write() as db:
            a_user_with_password(db, "Eve", email="eve@example.org")
        door(caller=1)
        sign_in(known_browser, "eve@example.org", WRONG)
        assert sign_in(known_browser, "eve@example.org").status_code == 429
        assert sign_in(known_browser).status_code == 303

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda cookie: "",
            lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
            lambda cookie: cookie.replace("1.", "2.", 1),
            lambda cookie: cookie.replace(".", ".0", 1),
            lambda cookie: "~" * 400,
            lambda cookie: "a.b.c.d~1.x.y.z~\u00e9",
        ],
        ids=["none", "seal", "format", "device", "tildes", "junk"],
    )
    def test_a_cookie_that_is_not_ours_is_a_strangers(self, known_browser, browser_at, door, spoil):
        door(caller=1)
        browser = browser_at("192.0.2.1")
        cookie = spoil(known_browser.cookies["preceptor-device"])
        header = {"cookie": f"preceptor-device={cookie}".encode("latin-1")}
        data = {"email": "sam@example.org", "password": WRONG}
        assert browser.post("/sign-in", data=data, headers=header).status_code == 422
        assert browser.post("/sign-in", data=data, headers=header).status_code == 429
        assert sign_in(known_browser).status_code == 303

    def test_it_ends_with_the_password(self, known_browser, database, door):
        door(caller=1)
        with database.write() as db:
            db.execute(update(User).values(password_hash=A_PASSWORD_HASH + "x"))
        assert sign_in(known_browser, password=WRONG).status_code == 422
        assert sign_in(known_browser, password=WRONG).status_code == 429
        with database.write() as db:
            db.execute(update(User).values(password_hash=A_PASSWORD_HASH))
        assert sign_in(known_browser).status_code == 303

    def test_it_ends_after_half_a_year(self, known_browser, clock_file, browser_at, door):
        door(caller=1)
        clock_file.write_text((NOW + known_devices.DEVICE_LASTS).isoformat())
        sign_in(browser_at(CLASS), password=WRONG)
        assert sign_in(known_browser).status_code == 429
        clock_file.write_text((NOW + known_devices.DEVICE_LASTS - timedelta(seconds=1)).isoformat())
        sign_in(browser_at(CLASS), password=WRONG)
        assert sign_in(known_browser).status_code == 303

    def test_the_cookie_holds_a_few_accounts_and_names_none(self, known_browser, database):
        with database.write() as db:
            people = [
                a_user_with_password(db, f"P {n}", email=f"p{n}@example.org") for n in range(6)
            ]
        for person in people:
            sign_in(known_browser, person.email)
        cookie = known_browser.cookies["preceptor-device"]
        assert cookie.count("~") == known_devices.MOST_ACCOUNTS - 1
        for person in people:
            assert str(person.user_id) not in cookie
            assert person.email not in cookie

    def test_a_reset_makes_the_device_known(self, app, sam, client, browser_at, door):
        """R-023: the link of a reset always works during an attack, and so does the new password
        afterwards."""
        door(caller=1, first={"account": 0}, again={"account": 0})
        owner = browser_at("192.0.2.7")
        assert sign_in(owner).status_code == 429
        assert client.post("/forgot", data={"email": sam.email}).status_code == 303
        (mail,) = mails_to(app, sam.email)
        owner.post("/reset", data={"token": token_in(mail), "password": OTHER})
        assert sign_in(browser_at("192.0.2.7"), password=OTHER).status_code == 429
        assert sign_in(owner, password=OTHER).status_code == 303


class TestOtherProofs:
    def test_who_is_signed_in_proves_their_password_under_attack(
        self, sam, as_person, browser_at, door
    ):
        """R-023; and R-021: their own wrong tries are limited."""
        door(caller=2)
        owner = as_person(sam)
        for _ in range(3):
            sign_in(browser_at("testclient"), password=WRONG)
        both = {"current_password": WRONG, "password": OTHER}
        answers = [owner.post("/me/password", data=both).status_code for _ in range(3)]
        assert answers == [422, 422, 429]
        other = as_person(sam)
        done = other.post("/me/password", data={"current_password": A_PASSWORD, "password": OTHER})
        assert done.status_code == 303

    def test_a_proof_that_was_not_compared_is_no_try(self, sam, as_person, door, monkeypatch):
        """R-023: many sign-ins at once fill the queue, but an attempt that was not compared is not
        counted."""
        door(caller=2)
        owner, full = as_person(sam), BoundedSemaphore(1)
        full.acquire()
        with monkeypatch.context() as storm:
            storm.setattr(passwords, "_line", full)
            form = {"password": A_PASSWORD, "act": "x", "next": "/me"}
            told = [owner.post("/prove", data=form) for _ in range(4)]
        assert [each.status_code for each in told] == [429] * 4
        assert {each.headers["retry-after"] for each in told} == {"3"}
        assert owner.post("/prove", data=form).headers["location"] == "/me"

    def test_who_holds_the_link_confirms_under_attack(self, app, client, browser_at, door):
        """R-023: an attacker who knows the address cannot keep its owner from confirming it."""
        register = {"name": "Nia", "email": "nia@example.org", "password": A_PASSWORD}
        client.post("/register", data=register)
        (mail,) = mails_to(app, "nia@example.org")
        door(caller=2, first={"account": 1})
        for _ in range(4):
            sign_in(browser_at("testclient"), "nia@example.org", WRONG)
        wrong = {"token": token_in(mail), "password": WRONG}
        assert client.post("/confirm", data=wrong).status_code == 422
        right = {"token": token_in(mail), "password": A_PASSWORD}
        assert client.post("/confirm", data=right).status_code == 303

    def test_the_password_of_a_link_is_limited(self, app, client, door):
        """R-021."""
        register = {"name": "Nia", "email": "nia@example.org", "password": A_PASSWORD}
        client.post("/register", data=register)
        (mail,) = mails_to(app, "nia@example.org")
        door(caller=2)
        wrong = {"token": token_in(mail), "password": WRONG}
        answers = [client.post("/confirm", data=wrong).status_code for _ in range(3)]
        assert answers == [422, 422, 429]


class TestCodes:
    """The second step of signing in."""

    def tries(self, database, *callers, now=NOW):
        heard = []
        for caller in callers:
            try:
                rate_limits.count_attempt(database, rate_limits.SECOND_FACTOR, caller, now=now)
            except TooMany as refused:
                heard.append(refused.retry_after)
            else:
                heard.append(0)
        return heard

    def test_strangers_together_have_five_tries(self, database):
        callers = [Caller("sam", each) for each in networks(6)]
        assert self.tries(database, *callers) == [0] * 5 + [300]
        later = NOW + timedelta(minutes=5)
        assert self.tries(database, *callers, now=later) == [0] * 5 + [300]

    def test_twenty_in_an_hour_and_fifty_in_a_day(self, database):
        callers = [Caller("sam", each) for each in networks(5)]
        heard = [
            self.tries(database, *callers, now=NOW + timedelta(minutes=5 * turn)).count(0)
            for turn in range(12)
        ]
        assert sum(heard) == 20
        for hour in range(1, 10):
            for turn in range(4):
                moment = NOW + timedelta(hours=hour, minutes=5 * turn)
                heard.append(self.tries(database, *callers, now=moment).count(0))
        assert sum(heard) == 50

    def test_the_owners_device_and_network_have_tries_of_their_own(self, database):
        self.tries(database, *[Caller("sam", each) for each in networks(6)])
        own, home = Caller("sam", CLASS, own="laptop"), Caller("sam", CLASS, is_network_known=True)
        assert self.tries(database, own, *[home] * 6, own) == [0] * 6 + [300, 0]

    def test_wrong_codes_of_one_network_are_limited_and_stop_no_classmate(self, database):
        tried = [Caller(f"s{number // 3}", CLASS) for number in range(60)]
        heard = self.tries(database, *tried)
        assert heard.count(0) == 20 * rate_limits.FIRST_TRIES + 10
        assert self.tries(database, Caller("priya", CLASS)) == [0]

    def test_a_right_code_gives_its_try_back(self, database):
        for _ in range(8):
            caller = Caller("sam", CLASS)
            tries = rate_limits.count_attempt(database, rate_limits.SECOND_FACTOR, caller, now=NOW)
            with database.write() as db:
                rate_limits.reset_attempts(db, tries)
        with database.read() as db:
            assert set(db.scalars(select(Count.tries))) == {0}


def known_networks(database):
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(KnownNetwork))


def test_networks_are_forgotten(database, sam, ada, browser_at):
    """A new password and closing the account delete them; so does the worker after 60 days, and
    only the ten newest are kept."""
    for number in range(known_devices.MOST_NETWORKS + 2):
        sign_in(browser_at(f"192.0.2.{number}"))
    assert known_networks(database) == known_devices.MOST_NETWORKS
    sign_in(browser_at("192.0.2.200"), ada.email)
    sweep(database, now=NOW + known_devices.NETWORK_LASTS - timedelta(seconds=1))
    assert known_networks(database) == known_devices.MOST_NETWORKS + 1
    with database.write() as db:
        service.close_account(db, ada, sam.user_id, reason="Left", now=NOW)
    assert known_networks(database) == 1
    sweep(database, now=NOW + known_devices.NETWORK_LASTS)
    assert known_networks(database) == 0


def test_a_known_network_is_kept_without_its_address(database, sam, browser_at):
    sign_in(browser_at("192.0.2.1"))
    with database.read() as db:
        row = db.scalars(select(KnownNetwork)).one()
    assert "192.0.2.1" not in row.network
    assert (len(row.network), row.user_id) == (64, sam.user_id)


def test_a_known_network_is_one_of_a_person(database, sam, ada, browser_at, door):
    """A network is known only for the people who signed in there, and only for a limited time."""
    door()
    sign_in(browser_at(CLASS), ada.email)
    door(first={"account": 0}, again={"account": 0})
    assert sign_in(browser_at(CLASS)).status_code == 429
    assert sign_in(browser_at(CLASS), ada.email).status_code == 303


def test_every_caller_costs_the_same_statements(sam, browser_at):
    """R-024: for a known device, a known network, a stranger, and an address without an account."""
    home = browser_at(CLASS)
    sign_in(home)
    browsers = {"network": browser_at(CLASS), "stranger": browser_at("192.0.2.1")}
    costs = {name: statements_of(sign_in(b, password=WRONG)) for name, b in browsers.items()}
    costs["nobody"] = statements_of(sign_in(browser_at("192.0.2.2"), "n@example.org", WRONG))
    assert len(set(costs.values())) == 1
