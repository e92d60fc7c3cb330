"""R-028: a passkey is accepted only once, and only for this site, this browser and this challenge.
Its device is simulated; tests/browser/test_passkeys.py uses a real browser."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import cbor2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from app.accounts.api_tokens import make_for_address
from app.accounts.factors import challenges
from app.accounts.factors.ceremony import site_of
from app.accounts.factors.challenges import ChallengeHolder, PasskeyPurpose
from app.accounts.factors.models import Passkey, PasskeyChallenge, PendingSignIn, RecoveryCode
from app.accounts.factors.steps.person_factors import lock_person
from app.accounts.models import ApiToken, SignIn, User
from app.audit.models import AuditEvent
from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.errors import TooMany
from app.kit.ids import new_uuid
from tests.conftest import an_app
from tests.make import NOW
from tests.make.authenticator import PRESENT, Device, bytes_of, text_of
from tests.make.browsing import a_browser
from tests.make.factors import a_passkey, an_app_factor, codes_on
from tests.make.lock_waits import until_waiting
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.people import A_PASSWORD, a_sign_in, a_user_with_password

HERE = "/me/second-factor"
ADD = f"{HERE}/passkeys"
STEP = "/sign-in/second-factor/passkey"
ALONE = "/sign-in/passkey"
PROOF = "/prove/passkey"
MINUTE = timedelta(minutes=1)
REFUSED = "Your passkey was not accepted."
BASE = "http://localhost"


@pytest.fixture
def app(settings, made_apps) -> Iterator[FastAPI]:
    """The application at an address to which passkeys can be bound."""
    app = an_app(made_apps, settings.model_copy(update={"base_url": BASE}))
    yield app
    app.state.app_context.database.close()


@pytest.fixture
def browser_of(app, database, portal) -> Callable[..., TestClient]:
    """Return a browser of somebody who is signed in, or of a visitor."""

    def opened(person: Any = None, *, proved: timedelta = timedelta(0)) -> TestClient:
        if person is None:
            return a_browser(app, portal, address=BASE)
        token = str(new_uuid())
        with database.write() as db:
            a_sign_in(db, person, token=token)
            mine = update(SignIn).where(SignIn.user_id == person.user_id)
            db.execute(mine.values(proved_at=NOW - proved, second_factor_at=NOW))
        return a_browser(app, portal, token=token, address=BASE)

    return opened


def options(browser: TestClient, door: str) -> dict[str, Any]:
    answer = browser.post(f"{door}/options")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    said: dict[str, Any] = answer.json()
    return said


def add(browser: TestClient, device: Device, name: str = "My phone") -> Any:
    answer = device.registration_answer(options(browser, ADD))
    return browser.post(ADD, data={"name": name, "answer": answer})


@pytest.fixture
def phone(browser_of, sam) -> Device:
    """Sam's phone, which has a passkey."""
    device = Device(count=1)
    assert add(browser_of(sam), device).status_code == 303
    return device


def step_begun(browser_of, person) -> TestClient:
    """Return a browser in which the password was right and the second step waits."""
    browser = browser_of()
    form = {"email": person.email, "password": A_PASSWORD}
    assert "/sign-in/second-factor" in browser.post("/sign-in", data=form).headers["location"]
    return browser


def visitor(browser_of) -> TestClient:
    browser = browser_of()
    assert browser.get("/sign-in").status_code == 200
    return browser


def is_signed_in(browser: TestClient) -> bool:
    return bool(browser.get("/me").status_code == 200)


def counted(database, table: Any) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def acts(database, action: str) -> int:
    with database.read() as db:
        counting = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
        return db.scalar(counting) or 0


def test_a_person_adds_a_passkey(app, browser_of, database, sam):
    browser = browser_of(sam)
    page = browser.get(f"{ADD}/new")
    assert "Passkeys need JavaScript" in words(page)
    said = options(browser, ADD)
    assert said["rp"] == {"name": "Preceptor Academy", "id": "localhost"}
    assert said["authenticatorSelection"]["userVerification"] == "required"
    assert said["authenticatorSelection"]["residentKey"] == "required"
    assert said["attestation"] == "none"
    other = browser_of(sam)
    with database.write() as db:
        make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
    device = Device()
    done = browser.post(
        ADD, data={"name": "  My   phone ", "answer": device.registration_answer(said)}
    )
    assert done.headers["location"] == f"{HERE}/codes"
    assert len(codes_on(browser.get(f"{HERE}/codes").text)) == 10
    assert "My phone" in words(browser.get(HERE))
    assert not is_signed_in(other)
    with database.read() as db:
        key = db.scalars(select(Passkey)).one()
        assert (key.user_id, key.name, key.transports) == (sam.user_id, "My phone", "internal")
        assert db.get_one(User, sam.user_id).second_factor_since == NOW
        assert db.scalars(select(ApiToken.revoked_at)).one() == NOW
    assert counted(database, RecoveryCode) == 10
    assert counted(database, PasskeyChallenge) == 0
    assert acts(database, "accounts.second_factor_added") == 1
    assert "passkey" in mails_to(app, sam.email)[0].text


def test_a_second_passkey_knows_its_owner_and_the_first(browser_of, sam, phone):
    browser = browser_of(sam)
    said = options(browser, ADD)
    assert [credential["id"] for credential in said["excludeCredentials"]] == [
        text_of(phone.credential_id)
    ]
    assert said["user"]["id"] == text_of(phone.handle)
    assert add(browser, Device(), "My key").headers["location"] == HERE
    assert "My key" in words(browser.get(HERE))


LIES: dict[str, Callable[[Device], None]] = {
    "another origin": lambda device: setattr(device, "origin", "https://localhost.evil.example"),
    "the same name with https": lambda device: setattr(device, "origin", "https://localhost"),
    "another port": lambda device: setattr(device, "origin", "http://localhost:8000"),
    "another site": lambda device: setattr(device, "site", "evil.example"),
    "nobody verified": lambda device: setattr(device, "flags", PRESENT),
    "nobody present": lambda device: setattr(device, "flags", 0),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_new_passkey_of_elsewhere_is_refused(browser_of, database, sam, lie):
    """R-028: wrong origin, wrong site, no person present."""
    browser, device = browser_of(sam), Device()
    LIES[lie](device)
    refused = add(browser, device)
    assert refused.status_code == 422
    assert REFUSED in refused.text
    assert counted(database, Passkey) == counted(database, RecoveryCode) == 0


def doors(browser_of, sam) -> dict[str, tuple[TestClient, str]]:
    """Return each form that accepts a passkey, with a browser that has it open."""
    return {
        "step": (step_begun(browser_of, sam), STEP),
        "alone": (visitor(browser_of), ALONE),
        "proof": (browser_of(sam, proved=20 * MINUTE), PROOF),
    }


def opened(door: str, browser: TestClient) -> bool:
    if door == "proof":
        return bool(browser.get(f"{ADD}/new").status_code == 200)
    return is_signed_in(browser)


DOORS = ("step", "alone", "proof")


@pytest.mark.parametrize("door", DOORS)
def test_each_door_opens_to_the_passkey(browser_of, database, sam, phone, door):
    browser, path = doors(browser_of, sam)[door]
    assert not opened(door, browser)
    said = options(browser, path)
    assert said["rpId"] == "localhost"
    assert said["userVerification"] == "required"
    named = [credential["id"] for credential in said["allowCredentials"]]
    assert named == ([] if door == "alone" else [text_of(phone.credential_id)])
    done = browser.post(path, data={"answer": phone.signed(said), "next": "/enrolments"})
    assert done.headers["location"] == "/enrolments"
    assert opened(door, browser)
    with database.read() as db:
        key = db.scalars(select(Passkey)).one()
        assert (key.sign_count, key.used_at) == (2, NOW)
        newest = db.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
        assert (newest.proved_at, newest.second_factor_at) == (NOW, NOW)
    assert counted(database, PasskeyChallenge) == 0


def assert_refused(database, door: str, browser: TestClient, path: str, answer: str) -> None:
    """Send an answer that must be refused. The page says only that it was refused, and what to do
    next."""
    with database.read() as db:
        before = db.scalars(select(Passkey.sign_count).order_by(Passkey.id)).all()
    refused = browser.post(path, data={"answer": answer, "next": "/home"})
    assert refused.status_code == 422
    assert REFUSED in refused.text
    assert "password" in refused.text.lower() or "Recovery code" in refused.text
    for told in ("origin", "challenge", "signature", "sign count", "credential"):
        assert told not in words(refused)
    assert not opened(door, browser)
    with database.read() as db:
        assert db.scalars(select(Passkey.sign_count).order_by(Passkey.id)).all() == before


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("door", DOORS)
def test_an_answer_for_elsewhere_is_refused(browser_of, database, sam, phone, door, lie):
    """R-028: wrong origin and wrong site, at every form."""
    browser, path = doors(browser_of, sam)[door]
    LIES[lie](phone)
    assert_refused(database, door, browser, path, phone.signed(options(browser, path)))


@pytest.mark.parametrize("door", DOORS)
def test_a_replayed_answer_is_refused(browser_of, database, sam, phone, door):
    """R-028: the challenge is gone with its first answer, right or wrong."""
    phone.count = 0  # a passkey without a counter would not detect the replay
    with database.write() as db:
        db.execute(update(Passkey).values(sign_count=0))
    browser, path = doors(browser_of, sam)[door]
    answer = phone.signed(options(browser, path))
    assert browser.post(path, data={"answer": answer}).status_code == 303
    other, _ = doors(browser_of, sam)[door]
    assert_refused(database, door, other, path, answer)
    options(other, path)  # a challenge of its own does not help either
    assert_refused(database, door, other, path, answer)


@pytest.mark.parametrize("door", ["alone", "proof"])
def test_an_answer_is_accepted_once_in_its_own_browser(browser_of, database, sam, phone, door):
    """R-028: somebody who recorded the browser's answer cannot use it again. The second step has
    ended by then."""
    phone.count = 0
    with database.write() as db:
        db.execute(update(Passkey).values(sign_count=0))
    browser, path = doors(browser_of, sam)[door]
    answer = phone.signed(options(browser, path))
    assert browser.post(path, data={"answer": answer}).status_code == 303
    with database.read() as db:
        before = db.execute(select(SignIn.id, SignIn.token_hash)).all()
    again = browser.post(path, data={"answer": answer})
    assert again.status_code == 422
    assert REFUSED in again.text
    with database.read() as db:
        assert db.execute(select(SignIn.id, SignIn.token_hash)).all() == before


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_answer_uses_the_challenge_up(browser_of, database, sam, phone, door):
    """R-028: the refusal does not bring it back."""
    browser, path = doors(browser_of, sam)[door]
    right = phone.signed(options(browser, path))
    assert_refused(database, door, browser, path, changed(right, response={"signature": "AA"}))
    assert counted(database, PasskeyChallenge) == 0
    assert_refused(database, door, browser, path, right)


@pytest.mark.parametrize("door", DOORS)
def test_a_challenge_of_another_browser_or_purpose_is_refused(
    browser_of, database, sam, phone, door
):
    browser, path = doors(browser_of, sam)[door]
    for other_door in DOORS:
        other, other_path = doors(browser_of, sam)[other_door]
        answer = phone.signed(options(other, other_path))
        options(browser, path)
        assert_refused(database, door, browser, path, answer)


def test_a_challenge_for_something_else_is_refused_in_the_same_browser(
    browser_of, database, sam, phone
):
    """What was given for adding a passkey proves nothing, though it is the same sign-in."""
    browser = browser_of(sam)
    answer = phone.signed(options(browser, ADD))
    with database.write() as db:
        db.execute(update(SignIn).values(proved_at=NOW - 20 * MINUTE))
    assert_refused(database, "proof", browser, PROOF, answer)


@pytest.mark.parametrize("door", DOORS)
def test_a_challenge_lasts_five_minutes(browser_of, database, sam, phone, door, clock_file):
    browser, path = doors(browser_of, sam)[door]
    answer = phone.signed(options(browser, path))
    clock_file.write_text((NOW + 5 * MINUTE).isoformat())
    assert_refused(database, door, browser, path, answer)


@pytest.mark.parametrize("door", DOORS)
def test_a_foreign_passkey_is_refused(browser_of, database, sam, phone, door):
    """R-028: a passkey that nobody added, and another person's passkey where the person is known."""
    browser, path = doors(browser_of, sam)[door]
    assert_refused(
        database, door, browser, path, Device(handle=phone.handle).signed(options(browser, path))
    )
    if door == "alone":
        return
    with database.write() as db:
        eve = a_user_with_password(db, "Eve", email="eve@example.org")
    eves = Device()
    assert add(browser_of(eve), eves).status_code == 303
    assert_refused(database, door, browser, path, eves.signed(options(browser, path)))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("count", [0, 4, 5])
def test_a_count_that_does_not_rise_is_refused(browser_of, database, sam, phone, door, count):
    """A copied passkey has a counter of its own, which does not follow the original's."""
    with database.write() as db:
        db.execute(update(Passkey).values(sign_count=5))
    browser, path = doors(browser_of, sam)[door]
    phone.count = max(count - 1, 0)
    assert_refused(database, door, browser, path, phone.signed(options(browser, path)))


def changed(answer: str, **values: Any) -> str:
    said = json.loads(answer)
    response = {**said["response"], **values.pop("response", {})}
    return json.dumps({**said, **values, "response": response})


BENT: dict[str, Callable[[str], str]] = {
    "no JSON": lambda answer: "{",
    "empty": lambda answer: "{}",
    "a list": lambda answer: "[]",
    "an unknown field": lambda answer: changed(answer, extra=1),
    "another kind": lambda answer: changed(answer, type="password"),
    "a number for text": lambda answer: changed(answer, id=1),
    "another id": lambda answer: changed(answer, id="AAAA"),
    "no base64": lambda answer: changed(answer, rawId="%%%%", id="%%%%"),
    "a short signature": lambda answer: changed(answer, response={"signature": "AA"}),
    "no signature": lambda answer: changed(answer, response={"signature": ""}),
    "short data": lambda answer: changed(answer, response={"authenticatorData": "AAAA"}),
    "no client": lambda answer: changed(answer, response={"clientDataJSON": text_of(b"{}")}),
    "odd client": lambda answer: changed(answer, response={"clientDataJSON": text_of(b"\xff[1]")}),
    "another handle": lambda answer: changed(answer, response={"userHandle": text_of(b"x" * 32)}),
    "a bent length": lambda answer: changed(answer, response={"signature": "A"}),
    "a bent id": lambda answer: changed(answer, id="A", rawId="A"),
    "a longer bent id": lambda answer: changed(answer, id="AAAAA", rawId="AAAAA"),
    "a bent handle": lambda answer: changed(answer, response={"userHandle": "A"}),
}


@pytest.mark.parametrize("bend", BENT)
def test_a_bent_answer_is_refused_and_never_an_error(browser_of, database, sam, phone, bend):
    browser, path = doors(browser_of, sam)["alone"]
    answer = BENT[bend](phone.signed(options(browser, path)))
    assert_refused(database, "alone", browser, path, answer)


@pytest.mark.parametrize(
    "text", ["", "{}", "x", '{"id":"AAAA","rawId":"AAAA","type":"public-key"}']
)
def test_a_bent_new_passkey_is_refused(browser_of, database, sam, text):
    browser = browser_of(sam)
    options(browser, ADD)
    assert browser.post(ADD, data={"name": "x", "answer": text}).status_code == 422
    assert counted(database, Passkey) == 0


def test_a_passkey_that_is_known_cannot_be_added_again(browser_of, database, sam, phone):
    with database.write() as db:
        eve = a_user_with_password(db, "Eve", email="eve@example.org")
    refused = add(browser_of(eve), phone)
    assert (refused.status_code, REFUSED in refused.text) == (422, True)
    with database.read() as db:
        assert db.scalars(select(Passkey.user_id)).all() == [sam.user_id]
        assert db.get_one(User, eve.user_id).second_factor_since is None


def test_a_wrong_passkey_at_the_step_is_counted(browser_of, database, sam, phone):
    """Wrong passkeys count like wrong codes: after five the password is required again."""
    browser = step_begun(browser_of, sam)
    for number in range(1, 5):
        assert browser.post(STEP, data={"answer": "{}"}).status_code == 422
        with database.read() as db:
            assert db.scalars(select(PendingSignIn.wrong_tries)).one() == number
    browser.post(STEP, data={"answer": "{}"})
    assert browser.post(f"{STEP}/options").status_code == 404
    assert acts(database, "accounts.second_factor_refused") == 5


@pytest.mark.parametrize("response", [["x"], 5, 1.5, True])
def test_an_odd_word_of_its_maker_is_refused_and_never_an_error(
    browser_of, database, sam, response
):
    """The library parses the formats of several makers, and crashes on input that none of them
    writes."""
    browser = browser_of(sam)
    answer = json.loads(Device().registration_answer(options(browser, ADD)))
    said = cbor2.loads(bytes_of(answer["response"]["attestationObject"]))
    said |= {"fmt": "android-safetynet", "attStmt": {"ver": "1", "response": response}}
    bent = changed(json.dumps(answer), response={"attestationObject": text_of(cbor2.dumps(said))})
    refused = browser.post(ADD, data={"name": "x", "answer": bent})
    assert (refused.status_code, REFUSED in refused.text) == (422, True)
    assert counted(database, Passkey) == 0


@pytest.mark.parametrize("door", ["alone", "proof"])
def test_a_refusal_is_kept_in_the_trail(browser_of, database, sam, phone, door):
    browser, path = doors(browser_of, sam)[door]
    options(browser, path)
    browser.post(path, data={"answer": "{}"})
    assert acts(database, "accounts.passkey_refused") == 1


@pytest.mark.parametrize("door", ["alone", "proof"])
def test_what_answers_no_challenge_fills_no_trail(browser_of, database, sam, phone, door):
    """Challenges are limited. Anybody can send any number of answers that belong to none."""
    browser, path = doors(browser_of, sam)[door]
    before = counted(database, AuditEvent)
    for answer in ("{}", "", "x" * 1000):
        refused = browser.post(path, data={"answer": answer})
        assert refused.status_code == 422
    assert counted(database, AuditEvent) == before


def test_challenges_are_limited(browser_of, database, sam, phone):
    browser = browser_of(sam)
    statuses = [browser.post(f"{PROOF}/options").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    network = ChallengeHolder(
        PasskeyPurpose.sign_in, "cookie", challenges.OF_A_NETWORK, "192.0.2.1"
    )
    for number in range(300):
        with database.write() as db:
            challenges.make(db, replace(network, secret=str(number)), now=NOW)
    with pytest.raises(TooMany), database.write() as db:
        challenges.make(db, replace(network, secret="one more"), now=NOW)
    assert browser_of().get("/sign-in").status_code == 200


def test_a_closed_account_is_not_let_in(browser_of, database, sam, phone):
    browser = visitor(browser_of)
    with database.write() as db:
        db.execute(update(User).values(disabled_at=NOW))
    assert_refused(database, "alone", browser, ALONE, phone.signed(options(browser, ALONE)))


def test_a_passkey_is_removed(app, browser_of, database, sam, phone):
    browser, other = browser_of(sam), browser_of(sam)
    with database.read() as db:
        key_id = db.scalars(select(Passkey.id)).one()
    path = f"{ADD}/{key_id}/remove"
    assert "Remove the passkey “My phone”" in words(browser.get(path))
    assert "Enter your current password." in browser.post(path).text
    assert browser.post(path, data={"current_password": A_PASSWORD}).headers["location"] == HERE
    assert counted(database, Passkey) == counted(database, RecoveryCode) == 0
    assert not is_signed_in(other)
    with database.read() as db:
        assert db.get_one(User, sam.user_id).second_factor_since is None
    assert "passkey" in mails_to(app, sam.email)[0].text
    assert browser.post(path, data={"current_password": A_PASSWORD}).status_code == 404


@pytest.mark.parametrize("door", DOORS)
def test_a_passkey_that_is_removed_while_it_is_used_opens_nothing(
    browser_of, database, sam, phone, door
):
    """Both lock the person first; with different orders each would wait for the other."""
    browser, path = doors(browser_of, sam)[door]
    answer = phone.signed(options(browser, path))
    with ThreadPoolExecutor(1) as aside:
        with database.write() as db:
            lock_person(db, sam.user_id)
            used = aside.submit(browser.post, path, data={"answer": answer})
            until_waiting(database, 1, used)
            db.execute(delete(Passkey))
        refused = used.result()
    assert refused.status_code == 422
    assert REFUSED in refused.text
    assert not opened(door, browser)


def test_with_the_passkey_first_each_waits_for_the_other(database, sam):
    """Negative control: with another order there is a deadlock, and the database ends one of the
    two."""
    if database.url.get_backend_name() == "sqlite":
        return
    with database.write() as db:
        a_passkey(db, sam)

    is_removing = Event()

    def use() -> None:
        own = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        is_removing.wait()
        try:
            with own.write() as db:
                db.execute(update(Passkey).values(used_at=NOW))
                lock_person(db, sam.user_id)
        finally:
            own.close()

    def remove() -> None:
        with database.write() as db:
            lock_person(db, sam.user_id)
            is_removing.set()
            until_waiting(database, 1)
            db.execute(delete(Passkey))

    with ThreadPoolExecutor(2) as aside:
        ends = [work.exception() for work in (aside.submit(remove), aside.submit(use))]
    (ended,) = filter(None, ends)
    assert isinstance(ended, OperationalError)
    assert "deadlock" in str(ended)


def test_nobody_removes_anybody_elses(browser_of, database, sam, phone):
    with database.write() as db:
        eve = a_user_with_password(db, "Eve", email="eve@example.org")
        an_app_factor(db, eve)
    with database.read() as db:
        key_id = db.scalars(select(Passkey.id)).one()
    browser = browser_of(eve)
    for answer in (browser.get(f"{ADD}/{key_id}/remove"), browser.post(f"{ADD}/{key_id}/remove")):
        assert answer.status_code == 404
    assert counted(database, Passkey) == 1


@pytest.mark.parametrize("path", [f"{ADD}/options", ADD])
def test_adding_a_passkey_needs_a_fresh_proof(browser_of, database, sam, path):
    answer = browser_of(sam, proved=16 * MINUTE).post(path)
    assert answer.headers["location"].startswith("/prove?")
    assert counted(database, PasskeyChallenge) == 0


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://academy.example", "academy.example"),
        ("https://academy.example:8443", "academy.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("http://academy.example", None),
    ],
)
def test_passkeys_are_bound_to_a_domain_over_a_safe_connection(base_url, name):
    site = site_of(base_url, "The Academy")
    assert (site.name if site else None) == name
    assert site is None or site.origin == base_url


def test_where_passkeys_do_not_work_the_pages_say_so(app, browser_of, sam):
    """At a numeric address the page does not show a button that cannot work."""
    settings = app.state.app_context.settings.model_copy(
        update={"base_url": "http://127.0.0.1:8000"}
    )
    app.state.app_context = replace(app.state.app_context, settings=settings)
    assert "passkey" not in browser_of().get("/sign-in").text
    browser = browser_of(sam)
    assert "bound to the name of a site" in words(browser.get(f"{ADD}/new"))
    refused = browser.post(f"{ADD}/options")
    assert refused.status_code == 409
    assert "Passkeys do not work at this address." in words(refused)
