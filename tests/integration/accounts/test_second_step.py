"""The second step of signing in: codes, recovery codes, limits, and that no way of signing in skips
it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts.domain import LinkPurpose
from app.accounts.factors import second_step
from app.accounts.factors.domain import step_of, step_of_code
from app.accounts.factors.models import PendingSignIn, RecoveryCode, TotpFactor
from app.accounts.factors.steps.codes import use_app_code, use_recovery_code
from app.accounts.mailed_links import sign_link
from app.accounts.models import KeptFormRow, SignIn, User
from app.accounts.sign_in_values import Browser
from app.accounts.steps.links import make_link
from app.audit.models import AuditEvent
from app.db.sealed import Sealed
from app.demo.people import ADMIN
from app.kit.keys import SealingKeys
from app.main import create_app
from app.settings import Environment
from tests.make import NOW
from tests.make.factors import SECRET, a_passkey, an_app_factor, code_at, recovery_codes, secret_on
from tests.make.keys import sealing_keys
from tests.make.lock_waits import another_process
from tests.make.mail import mails_to
from tests.make.people import A_PASSWORD, a_sign_in, a_user_with_password

STEP = timedelta(seconds=30)
HERE, RECOVERY = "/sign-in/second-factor", "/sign-in/recovery-code"
NOT_RIGHT = "This code is not right."


@pytest.fixture
def owner(database):
    """A student with a password, an app, and nothing else."""
    with database.write() as db:
        owner = a_user_with_password(db, "Olga Owner", email="olga@example.org")
        an_app_factor(db, owner)
    return owner


@pytest.fixture
def codes(database, owner) -> tuple[str, ...]:
    """The recovery codes of the owner."""
    with database.write() as db:
        return recovery_codes(db, owner)


def password(browser, **more):
    form = {"email": "olga@example.org", "password": A_PASSWORD}
    return browser.post("/sign-in", data={**form, **more})


def typed(browser, code: str, **more):
    return browser.post(HERE, data={"code": code, **more})


def is_in(browser) -> bool:
    return browser.get("/me").status_code == 200


def counted(database, column) -> int:
    with database.read() as db:
        return db.scalar(select(func.count(column))) or 0


def last_act(database) -> str | None:
    with database.read() as db:
        return db.scalar(select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(1))


def test_the_password_alone_lets_nobody_in(client, database, owner):
    response = password(client, next="/courses/mesotherapy?tab=dates")
    assert response.headers["location"].startswith(f"{HERE}?next=%2Fcourses")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("preceptor-step=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=600"):
        assert part in cookie
    assert counted(database, SignIn.id) == 0
    assert not is_in(client)
    page = client.get(response.headers["location"])
    assert "Code from your app" in page.text
    assert 'autocomplete="one-time-code"' in page.text
    response = typed(client, code_at(NOW), next="/courses/mesotherapy?tab=dates")
    assert response.headers["location"] == "/courses/mesotherapy?tab=dates"
    assert is_in(client)
    assert "preceptor-step" not in client.cookies
    assert counted(database, PendingSignIn.id) == 0
    with database.read() as db:
        row = db.scalars(select(SignIn)).one()
    assert (row.proved_at, row.second_factor_at) == (NOW, NOW)


def test_the_token_of_the_step_opens_nothing_else(client, database, owner):
    """R-013: neither as a sign-in, nor from the database."""
    password(client)
    token = client.cookies["preceptor-step"]
    assert len(token) == 43
    client.cookies.set("preceptor-sid", token)
    assert not is_in(client)
    with database.read() as db:
        row = db.scalars(select(PendingSignIn)).one()
    assert token.encode() not in row.token_hash
    assert len(row.token_hash) == 32


@pytest.mark.parametrize(
    ("away", "accepted"), [(-2, False), (-1, True), (0, True), (1, False)], ids=str
)
def test_a_code_may_be_one_step_late(client, database, owner, away, accepted):
    """R-026."""
    password(client)
    response = typed(client, code_at(NOW + away * STEP))
    assert response.status_code == (303 if accepted else 422)
    assert is_in(client) is accepted
    if not accepted:
        assert NOT_RIGHT in response.text
        assert last_act(database) == "accounts.second_factor_refused"


def test_a_code_works_once(client, database, owner):
    """R-026: a code works once, and afterwards the code before it does not work."""
    for code in (code_at(NOW), code_at(NOW), code_at(NOW - STEP)):
        client.cookies.clear()
        password(client)
        response = typed(client, f"{code[:3]} {code[3:]}")
    assert response.status_code == 422
    assert NOT_RIGHT in response.text
    assert counted(database, SignIn.id) == 1
    with database.read() as db:
        assert db.scalars(select(TotpFactor.last_step)).one() == step_of(NOW)


def test_the_late_code_and_then_the_present_one_both_work(client, database, owner, clock_file):
    """R-026: each code must belong to a later time step than the last used one, not to the present
    step."""
    for code in (code_at(NOW - STEP), code_at(NOW)):
        client.cookies.clear()
        password(client)
        assert typed(client, code).status_code == 303
    assert counted(database, SignIn.id) == 2


def test_the_code_that_set_the_app_up_does_not_sign_in(client, as_person, database, sam):
    """R-026: it was used."""
    browser = as_person(sam)
    browser.post("/me/second-factor/app/begin")
    code = code_at(NOW, secret_on(browser.get("/me/second-factor/app").text))
    browser.post("/me/second-factor/app", data={"code": code})
    client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD})
    assert typed(client, code).status_code == 422
    assert not is_in(client)


def test_a_recovery_code_works_once(app, client, database, owner, codes):
    """R-027: with a mail."""
    password(client)
    assert client.post(RECOVERY, data={"recovery_code": codes[0].lower()}).status_code == 303
    assert is_in(client)
    mail = mails_to(app, owner.email)[0]
    assert mail.subject == "A recovery code of your account at Preceptor Academy was used"
    assert "Codes left: 9" in mail.text
    assert codes[0] not in mail.text
    client.cookies.clear()
    password(client)
    response = client.post(RECOVERY, data={"recovery_code": codes[0]})
    assert response.status_code == 422
    assert NOT_RIGHT in response.text
    assert "<details" in response.text
    assert " open>" in response.text
    assert not is_in(client)
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.used_at))) == 1


def test_few_codes_left_are_said_in_the_mail(app, client, database, owner, codes):
    with database.write() as db:
        ids = list(db.scalars(select(RecoveryCode.id)).all())
        db.execute(
            update(RecoveryCode)
            .where(RecoveryCode.id.in_(ids[1:8]))
            .values(used_at=NOW - timedelta(days=1))
        )
    password(client)
    client.post(RECOVERY, data={"recovery_code": codes[0]})
    text = mails_to(app, owner.email)[0].text
    assert "Codes left: 2" in text
    assert "Make new codes before you run out of them." in text


def test_codes_of_somebody_else_do_not_work(client, database, owner, sam):
    with database.write() as db:
        an_app_factor(db, sam, secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        (theirs, *_) = recovery_codes(db, sam)
    password(client)
    assert client.post(RECOVERY, data={"recovery_code": theirs}).status_code == 422
    foreign = code_at(NOW, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert typed(client, foreign).status_code == 422
    assert not is_in(client)
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.used_at))) == 0


def test_every_refusal_of_a_code_looks_the_same(client, database, owner, codes, clock_file):
    """Wrong, too old, used: an attacker learns nothing from the difference."""
    password(client)
    used = code_at(NOW)
    typed(client, used)
    answers = set()
    for code in ("000000", code_at(NOW - 5 * STEP), used, "abcdef", "1"):
        client.cookies.clear()
        password(client)
        response = typed(client, code)
        assert response.status_code == 422
        answers.add(response.text.partition("error-summary")[2].partition("</div>")[0])
    assert len(answers) == 1


def test_after_five_wrong_codes_the_password_is_asked_for_again(client, database, owner):
    """R-021: counted even though each try is refused."""
    password(client)
    for _ in range(4):
        assert typed(client, "000000").status_code == 422
    with database.read() as db:
        assert db.scalars(select(PendingSignIn.wrong_tries)).one() == 4
    assert typed(client, "000000").headers["location"] == "/sign-in"
    assert typed(client, code_at(NOW)).headers["location"] == "/sign-in"
    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "is_open"), [(9, True), (10, False), (60, False)], ids=str)
def test_the_step_is_open_for_ten_minutes(client, database, owner, clock_file, minutes, is_open):
    password(client)
    late = NOW + timedelta(minutes=minutes)
    clock_file.write_text(late.isoformat())
    response = typed(client, code_at(late), next="/me")
    assert response.headers["location"] == ("/me" if is_open else "/sign-in?next=%2Fme")
    assert is_in(client) is is_open
    if not is_open:
        assert "Sign in again" in client.get("/sign-in").text


def test_who_has_no_step_is_led_to_the_first_one(client, as_person, owner):
    assert client.get(HERE).headers["location"] == "/sign-in"
    assert typed(client, "123456").headers["location"] == "/sign-in"
    assert as_person(owner).get(f"{HERE}?next=/me").headers["location"] == "/me"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example"])
def test_next_stays_on_this_site(client, owner, wanted):
    """R-109."""
    password(client, next=wanted)
    assert typed(client, code_at(NOW), next=wanted).headers["location"] == "/home"


def test_a_closed_account_does_not_come_in_by_the_second_step(client, database, owner):
    password(client)
    with database.write() as db:
        db.execute(update(User).where(User.id == owner.user_id).values(disabled_at=NOW))
    assert typed(client, code_at(NOW)).status_code == 303
    assert not is_in(client)
    assert counted(database, SignIn.id) == 0


def link(app, database, purpose, person) -> str:
    secret = app.state.app_context.settings.secret_key.get_secret_value()
    with database.write() as db:
        link_id = make_link(db, purpose, person.user_id, person.email, now=NOW)
    return sign_link(secret, str(link_id))


def test_a_new_password_by_mail_does_not_go_past_the_factor(app, client, database, owner, codes):
    """R-029: the factor and the codes stay; a sign-in that waited for its second step has ended."""
    password(client)
    token = link(app, database, LinkPurpose.reset, owner)
    assert "At least 10 characters." in client.get(f"/reset?token={token}").text
    new = "otter plum velvet"
    assert client.post("/reset", data={"token": token, "password": new}).status_code == 303
    assert not is_in(client)
    assert typed(client, code_at(NOW)).headers["location"] == "/sign-in"
    with database.read() as db:
        assert db.get_one(User, owner.user_id).second_factor_since == NOW
    assert counted(database, TotpFactor.id) == 1
    assert counted(database, RecoveryCode.id) == 10
    assert password(client, password=new).headers["location"].startswith(HERE)
    assert not is_in(client)


def test_confirming_an_address_does_not_go_past_the_factor(app, client, database, owner):
    """R-029: the link and the right password are not enough."""
    token = link(app, database, LinkPurpose.confirm, owner)
    form = {"token": token, "password": A_PASSWORD, "next": "/me"}
    assert client.post("/confirm", data=form).headers["location"] == f"{HERE}?next=%2Fme"
    assert not is_in(client)
    assert typed(client, code_at(NOW), next="/me").headers["location"] == "/me"
    assert is_in(client)


def test_an_invitation_does_not_go_past_the_factor(app, client, database, owner):
    """R-029."""
    token = link(app, database, LinkPurpose.invitation, owner)
    form = {"token": token, "password": "otter plum velvet"}
    assert client.post("/invitation", data=form).headers["location"] == "/sign-in"
    assert not is_in(client)
    assert counted(database, TotpFactor.id) == 1


def test_a_sign_in_without_the_factor_is_worth_nothing(as_person, database, owner):
    """R-029, R-025: however the sign-in began, it is one row and passes the same check."""
    browser = as_person(owner)
    assert is_in(browser)
    with database.write() as db:
        db.execute(update(SignIn).values(second_factor_at=None))
    assert not is_in(browser)
    assert browser.get("/api/v1/me").status_code == 401


def test_a_changed_sealing_key_leaves_the_recovery_codes(app, client, database, owner, codes):
    """Without the key of a secret the code is refused as wrong; there is no error page."""
    with database.write() as db:
        db.execute(update(TotpFactor).values(sealed=Sealed(b"\x01\x03abc" + b"0" * 40)))
    password(client)
    assert client.get(HERE).status_code == 200
    assert typed(client, code_at(NOW)).status_code == 422
    assert client.post(RECOVERY, data={"recovery_code": codes[3]}).status_code == 303
    assert is_in(client)
    assert client.get("/me/second-factor").status_code == 200
    client.post("/me/second-factor/app/begin")
    secret = secret_on(client.get("/me/second-factor/app").text)
    client.post("/me/second-factor/app", data={"code": code_at(NOW - STEP, secret)})
    client.post("/sign-out")
    password(client)
    assert typed(client, code_at(NOW, secret)).status_code == 303
    assert is_in(client)


def test_the_newest_sealing_key_takes_over_when_a_code_is_used(database, owner):
    old = sealing_keys()
    ring = SealingKeys("newer-key", {"newer-key": b"k" * 32, **old.secrets})
    with database.write() as db:
        assert use_app_code(db, ring, owner.user_id, code_at(NOW), now=NOW)
        later = NOW + STEP
    only = SealingKeys("newer-key", {"newer-key": b"k" * 32})
    with database.write() as db:
        assert use_app_code(db, only, owner.user_id, code_at(later), now=later)


def test_the_demo_shows_the_code(settings, database, owner):
    """Without an app at hand, at the second step too; nowhere else."""
    app = create_app(settings.model_copy(update={"env": Environment.demo}))
    headers = {"origin": "http://testserver"}
    with TestClient(app, headers=headers, follow_redirects=False) as browser:
        password(browser)
        code = code_at(NOW)
        assert f"{code[:3]} {code[3:]}" in browser.get(HERE).text
        assert typed(browser, code).status_code == 303
        browser.post("/me/second-factor/app/begin")
        assert "The code is now" in browser.get("/me/second-factor/app").text


def test_only_the_demo_shows_the_code(client, owner):
    password(client)
    page = client.get(HERE)
    code = code_at(NOW)
    assert page.status_code == 200
    assert 'name="code"' in page.text
    assert "demo" not in page.text.partition("<main")[2]
    assert f"{code[:3]} {code[3:]}" not in page.text


def test_one_press_in_the_demo_does_not_go_past_the_factor(settings, database):
    with database.write() as db:
        guest = a_user_with_password(db, ADMIN.name, email=ADMIN.email, roles=("admin",))
        an_app_factor(db, guest)
    app = create_app(settings.model_copy(update={"env": Environment.demo}))
    headers = {"origin": "http://testserver"}
    with TestClient(app, headers=headers, follow_redirects=False) as browser:
        response = browser.post("/demo/sign-in", data={"email": ADMIN.email})
        assert response.headers["location"].startswith(HERE)
        assert not is_in(browser)
        assert typed(browser, code_at(NOW)).status_code == 303
        assert is_in(browser)


def test_who_has_only_a_passkey_is_asked_for_no_code(client, database):
    with database.write() as db:
        pat = a_user_with_password(db, "Pat", email="olga@example.org")
        a_passkey(db, pat)
    assert password(client).headers["location"].startswith(HERE)
    page = client.get(HERE).text
    assert "Code from your app" not in page
    assert "Recovery code" in page


THREADS = 8


def at_once(database, act) -> list[bool]:
    """Run a function in eight threads at the same moment; return the result of each."""
    start, came = Barrier(THREADS), []

    def work() -> None:
        own = another_process(database.url)
        start.wait()
        try:
            with own.write() as db:
                came.append(act(db))
        finally:
            own.close()

    threads = [Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == THREADS
    return came


def test_of_many_with_one_code_at_once_one_wins(database, owner):
    """R-026: in each of ten time steps."""
    for number in range(10):
        moment = NOW + number * STEP

        def use(db, moment=moment) -> bool:
            return use_app_code(db, sealing_keys(), owner.user_id, code_at(moment), now=moment)

        assert at_once(database, use).count(True) == 1


def test_of_many_with_one_recovery_code_at_once_one_wins(database, owner, codes):
    """R-027."""
    for code in codes[:5]:

        def use(db, code=code) -> bool:
            return use_recovery_code(db, db.get_one(User, owner.user_id), code, now=NOW)

        assert at_once(database, use).count(True) == 1
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.used_at))) == 5


def test_without_the_conditional_update_several_win(database, owner):
    """Negative control: compare first, then write. If only one thread succeeded here, the tests
    above would prove nothing. SQLite has one writer at a time, so only one succeeds there in any
    case."""
    if database.url.get_backend_name() == "sqlite":
        return
    most = 0
    for number in range(10):
        moment = NOW + number * STEP
        compared = Barrier(THREADS)

        def use(db, moment=moment, compared=compared) -> bool:
            mine = TotpFactor.user_id == owner.user_id
            step = step_of_code(SECRET, code_at(moment), now=moment)
            last = db.scalars(select(TotpFactor.last_step).where(mine)).one()
            compared.wait()
            if step is None or last is None or last >= step:
                return False
            db.execute(update(TotpFactor).where(mine).values(last_step=step))
            return True

        most = max(most, at_once(database, use).count(True))
    assert most > 1


def test_of_two_who_finish_one_sign_in_at_once_one_wins(client, database, owner):
    """One pending sign-in, one sign-in: a double click starts no second one."""
    password(client)
    token, browser = client.cookies["preceptor-step"], Browser("192.0.2.1")
    attempt = second_step.begin_step(database, token, browser, of="codes", now=NOW)

    def finish(db) -> bool:
        try:
            started = second_step.finish_with_app(
                db, sealing_keys(), attempt, code=code_at(NOW), now=NOW
            )
        except second_step.PendingEnded:
            return False
        return started is not None

    assert at_once(database, finish).count(True) == 1
    assert counted(database, SignIn.id) == 1


def test_ending_all_sign_ins_ends_what_waits(as_person, client, database, owner, ada):
    password(client)
    with database.write() as db:
        a_sign_in(db, ada, token="of-ada")
    as_person(ada).post(f"/admin/people/{owner.user_id}/sign-ins/end")
    assert counted(database, PendingSignIn.id) == 0
    assert typed(client, code_at(NOW)).headers["location"] == "/sign-in"


def attack(browser_at, *, tries: int = 60) -> list[int]:
    """Guess codes from ten addresses, with the right password; return the statuses."""
    statuses = []
    for number in range(tries):
        stranger = browser_at(f"198.51.100.{number % 10}")
        password(stranger)
        statuses.append(typed(stranger, "000000").status_code)
    return statuses


def test_guesses_are_few_whatever_they_come_from(browser_at, database, owner):
    """R-020, R-021: all strangers together have five attempts in five minutes; typing the password
    again restores none."""
    statuses = attack(browser_at, tries=12)
    assert statuses == [422] * 5 + [429] * 7
    assert counted(database, SignIn.id) == 0
    stranger = browser_at("198.51.100.99")
    password(stranger)
    response = typed(stranger, code_at(NOW))
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert "somebody knows your password" in response.text


def test_the_owner_signs_in_under_attack(browser_at, database, owner, codes, clock_file):
    """R-023: on a device that is known, and with a recovery code on a new one."""
    known_device = browser_at("192.0.2.7")
    password(known_device)
    assert typed(known_device, code_at(NOW - STEP)).status_code == 303
    known_device.post("/sign-out")
    assert 429 in attack(browser_at, tries=8)
    password(known_device)
    assert typed(known_device, code_at(NOW)).status_code == 303
    new = browser_at("203.0.113.5")
    password(new)
    assert new.post(RECOVERY, data={"recovery_code": codes[0]}).status_code == 303


def test_recovery_codes_are_limited_too(browser_at, database, owner, codes):
    """R-021, R-027."""
    statuses = []
    for number in range(8):
        stranger = browser_at(f"198.51.100.{number}")
        password(stranger)
        statuses.append(stranger.post(RECOVERY, data={"recovery_code": "AAAA"}).status_code)
    assert statuses == [422] * 5 + [429] * 3
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.used_at))) == 0


def test_a_code_is_kept_in_no_form(as_person, database, owner):
    """A form that arrives after the sign-in has ended is kept, but without the code in it."""
    browser = as_person(owner)
    browser.post("/me/second-factor/app/begin")
    with database.write() as db:
        db.execute(update(SignIn).values(ends_at=NOW, idle_ends_at=NOW))
    response = browser.post("/me/second-factor/app", data={"code": "123456"})
    assert "kept=nothing" in response.headers["location"]
    with database.read() as db:
        assert db.scalar(select(func.count(KeptFormRow.id))) == 0
