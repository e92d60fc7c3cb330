"""People sign in and reset while somebody tries a thousand passwords (bar 2 of limits, R-023)."""

from collections import Counter
from itertools import cycle, islice
from queue import Empty, Queue
from statistics import median
from threading import Event, Thread
from time import perf_counter

import pytest
from sqlalchemy import select

from app.accounts import passwords, rate_limits
from app.accounts.models import User
from tests.make.mail import mails_to, token_in
from tests.make.patience import SECONDS
from tests.make.people import A_PASSWORD, a_user_with_password

CLASS, HOME, OFFICE = "203.0.113.9", "192.0.2.1", "2001:db8:aff::1"
OWNER, ADMIN = "owner@example.org", "office@example.org"
NEW = "gravel parsnip tuesday ninety"
ADDRESSES = (
    CLASS,  # the attacker uses the class room's address, too
    *(f"198.51.100.{number}" for number in range(19)),
    *(f"2001:db8:bad:{number:x}::1" for number in range(10)),  # one /48
    *(f"2001:db8:{number:x}::1" for number in range(100, 110)),
)
CLASSMATES = tuple(f"student{number}@example.org" for number in range(20))
ATTACKERS = 6


def sign_in(browser, email, password=A_PASSWORD):
    return browser.post("/sign-in", data={"email": email, "password": password, "next": ""})


@pytest.fixture
def laptop(database, browser_at):
    """The owner's laptop, which has signed in at home. Nobody else has signed in anywhere."""
    with database.write() as db:
        for email in (OWNER, *CLASSMATES):
            a_user_with_password(db, email.partition("@")[0].title(), email=email)
        a_user_with_password(db, "Office", email=ADMIN)
    browser = browser_at(HOME)
    assert sign_in(browser, OWNER).status_code == 303
    browser.post("/sign-out", data={})
    return browser


class Attack:
    """Wrong passwords for the owner's account from forty addresses in turn, and many requests for a reset."""

    def __init__(self, browser_at, tries):
        self.told, self.is_well_on, self._browser_at = Counter(), Event(), browser_at
        self._waiting = Queue()
        for number, address in enumerate(islice(cycle(ADDRESSES), tries)):
            self._waiting.put((number, address))
        self._threads = [Thread(target=self._run) for _ in range(ATTACKERS)]

    def _run(self):
        while True:
            try:
                number, address = self._waiting.get_nowait()
            except Empty:
                return
            browser = self._browser_at(address)
            answer = sign_in(browser, OWNER, f"wrong password number {number}")
            self.told[answer.status_code] += 1
            if number % 5 == 0:
                assert browser.post("/forgot", data={"email": OWNER}).status_code in (303, 429)
            if number > 3 * len(ADDRESSES):
                self.is_well_on.set()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        assert self.is_well_on.wait(SECONDS)
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()


class Victims:
    """The owner, the class and the office. `waits` holds the seconds of each of their sign-ins."""

    def __init__(self, app, browser_at, laptop):
        self.app, self.browser_at, self.laptop = app, browser_at, laptop
        self.waits, self._places = [], 0

    def all_sign_in(self):
        self._in(self.laptop, OWNER)
        self._in(self.browser_at(HOME), OWNER)  # another device on a known network
        self._places += 1
        self._in(self.browser_at(f"192.0.2.{100 + self._places}"), OWNER)  # nothing is known here
        self._in(self.browser_at(OFFICE), ADMIN)
        for email in CLASSMATES:
            self._in(self.browser_at(CLASS), email)

    def _in(self, browser, email, password=A_PASSWORD):
        started = perf_counter()
        answer = sign_in(browser, email, password)
        self.waits.append(perf_counter() - started)
        assert (email, answer.status_code) == (email, 303)
        browser.post("/sign-out", data={})

    def all_reset(self):
        """From the attacker's address the class and the office ask for a reset, and the owner
        resets the password on an unknown device."""
        for email in (ADMIN, *CLASSMATES):
            answer = self.browser_at(CLASS).post("/forgot", data={"email": email})
            assert (email, answer.status_code) == (email, 303)
            assert len(mails_to(self.app, email)) >= 1
        phone = self.browser_at(CLASS)
        assert phone.post("/forgot", data={"email": OWNER}).status_code == 303
        link = next(mail for mail in mails_to(self.app, OWNER) if "/reset?" in mail.text)
        form = {"token": token_in(link), "password": NEW}
        assert phone.post("/reset", data=form).headers["location"] == "/sign-in"
        self._in(phone, OWNER, NEW)


def under_attack(app, browser_at, laptop, tries):
    """Let everybody sign in during the attack and once more after its last try. The clock stands
    still, so no count has expired. Return what the attacker and the victims saw."""
    victims = Victims(app, browser_at, laptop)
    with Attack(browser_at, tries) as attack:
        victims.all_sign_in()
    victims.all_sign_in()
    victims.all_reset()
    assert set(attack.told) == {422, 429}
    assert sum(attack.told.values()) == tries
    hourly = rate_limits.PASSWORD.again.account[0].most + rate_limits.PASSWORD.first.account[0].most
    assert attack.told[422] <= hourly
    return attack, victims


def test_everybody_gets_in_during_an_attack(app, browser_at, laptop):
    """Bar 2, R-023: 240 tries; the thousand are in the deep test below."""
    under_attack(app, browser_at, laptop, tries=240)


@pytest.mark.deep
@pytest.mark.full_cost
def test_everybody_gets_in_during_a_thousand_tries(app, database, browser_at, laptop):
    """Bar 2, R-023: with the full cost of a password."""
    costly = passwords.hash_of_password(A_PASSWORD)
    with database.write() as db:
        for user in db.scalars(select(User)):
            user.password_hash = costly
    sign_in(laptop, OWNER)  # its cookie ended with the old hash
    attack, victims = under_attack(app, browser_at, laptop, tries=1000)
    print(
        f"\nheard {attack.told[422]}, refused {attack.told[429]}; {len(victims.waits)} sign-ins of victims, "
        f"median {median(victims.waits):.2f} s, longest {max(victims.waits):.2f} s"
    )
    assert max(victims.waits) < 5
