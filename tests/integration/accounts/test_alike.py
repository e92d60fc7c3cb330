"""Known and unknown addresses get the same answers, byte for byte and in the same time (R-024)."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from app.accounts import mail_rate_limits, mailed_links, passwords, rate_limits
from app.accounts.domain import LinkPurpose
from app.accounts.mail_rate_limits import MailLimits
from app.accounts.models import User
from app.accounts.steps.links import make_link
from app.db.rate_limits import Limit
from tests.make import NOW
from tests.make.rate_limits import WIDE_OPEN, a_door

WRONG = "apricot velvet orbit tundra"
KNOWN, UNKNOWN = "sam@example.org", "nob@example.org"
RANDOM = re.compile(
    r'(name="(?:csrf_token|idempotency_key)" value=")[^"]*|req-[\w-]+|[0-9a-f]{32}', re.ASCII
)
OWN_OF_A_RESPONSE = {"x-request-id", "server-timing", "date", "set-cookie", "content-length"}


def sign_in(browser, email):
    return browser.post("/sign-in", data={"email": email, "password": WRONG, "next": ""})


def forgot(browser, email):
    return browser.post("/forgot", data={"email": email})


def register(browser, email):
    form = {"name": "Nia New", "email": email, "password": WRONG, "next": ""}
    return browser.post("/register", data=form)


DOORS = {"/sign-in": sign_in, "/forgot": forgot, "/register": register}


def told(answer, email):
    """Return everything in an answer except random values and the sender's own input."""
    page = RANDOM.sub(
        r"\1", answer.text.replace(email, "").replace(answer.headers["x-request-id"], "")
    )
    headers = {k: v for k, v in answer.headers.items() if k not in OWN_OF_A_RESPONSE}
    cookies = sorted(cookie.partition("=")[0] for cookie in answer.headers.get_list("set-cookie"))
    return answer.status_code, headers, cookies, page


@pytest.mark.parametrize("path", DOORS)
def test_the_answers_are_the_same_to_the_byte(sam, browser_at, path):
    """R-024: from the first try to far above every limit."""
    assert sam.email == KNOWN
    ask = DOORS[path]
    for number in range(14):
        network = "192.0.2.1" if number < 12 else f"192.0.2.{number}"
        answer_known, unknown = (ask(browser_at(network), each) for each in (KNOWN, UNKNOWN))
        assert told(answer_known, KNOWN) == told(unknown, UNKNOWN)


@pytest.mark.parametrize("path", ["/reset", "/invitation", "/confirm", "/new-address"])
def test_a_link_that_was_used_is_answered_as_one_that_never_was(
    client, database, settings, sam, path
):
    """R-024: somebody with an old or invented link learns nothing about an account."""
    purposes = {"/confirm": LinkPurpose.confirm, "/new-address": LinkPurpose.email}
    purpose = purposes.get(path, LinkPurpose(path[1:]) if path not in purposes else None)
    with database.write() as db:
        link_id = make_link(db, purpose, sam.user_id, sam.email, now=NOW - timedelta(days=9))
    token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    made_up = token[:-1] + ("0" if token[-1] != "0" else "1")
    client.get("/sign-in")  # the cookie of a visitor is set once
    form = {} if path == "/new-address" else {"password": WRONG}
    answers = [client.post(path, data={"token": each, **form}) for each in (token, made_up)]
    assert told(answers[0], token) == told(answers[1], made_up)
    assert answers[0].status_code == 404


@pytest.mark.deep
@pytest.mark.full_cost
@pytest.mark.parametrize("path", DOORS)
def test_the_answers_take_the_same_time(client, database, sam, monkeypatch, path):
    """R-024: within 15 ms in the median of 200 pairs, so that a busy machine weighs on both alike."""
    hashed = passwords.hash_of_password("plum velvet orbit tundra")
    with database.write() as db:
        db.get(User, sam.user_id).password_hash = hashed
    wide = MailLimits(*(Limit(name, WIDE_OPEN, timedelta(days=1)) for name in ("a", "b")))
    monkeypatch.setattr(rate_limits, "PASSWORD", a_door())
    for name in ("RESET", "CONFIRM"):
        monkeypatch.setattr(mail_rate_limits, name, wide)
    for name in ("FIRST_OF_NETWORK", "AGAIN_OF_NETWORK"):
        monkeypatch.setattr(mail_rate_limits, name, Limit(name, WIDE_OPEN, timedelta(days=1)))
    differences = []
    for number in range(200):
        unknown = f"nob{number:03}@example.org"
        taken = []
        for email in (KNOWN, unknown) if number % 2 else (unknown, KNOWN):
            started = perf_counter()
            DOORS[path](client, email)
            taken.append(perf_counter() - started)
        differences.append((taken[0] - taken[1]) * (1 if number % 2 else -1))
    print(f"\n{path}: {median(differences) * 1000:+.1f} ms in the median")
    assert abs(median(differences)) < 0.015
