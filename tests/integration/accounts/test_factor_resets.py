"""The way back after a lost phone: an admin's reset with its waiting time, and the command of the server."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from app import jobs
from app.accounts.api_tokens import make_for_address
from app.accounts.domain import LinkPurpose
from app.accounts.factors import queries as factor_queries
from app.accounts.factors import resets
from app.accounts.factors.errors import ResetRefused
from app.accounts.factors.models import FactorReset, RecoveryCode, TotpFactor
from app.accounts.mailed_links import sign_link
from app.accounts.models import ApiToken, SignIn, User
from app.accounts.passwords import hash_of_password
from app.accounts.steps.links import make_link
from app.audit.models import AuditEvent
from app.cli import app as commands
from app.kit.actor import SystemActor
from app.kit.errors import Forbidden, NotFound
from app.kit.stored_messages import read_reason
from app.kit.stored_reasons import RESETTER_LEFT
from tests.make import NOW
from tests.make.factors import an_app_factor, code_at, recovery_codes, secret_on
from tests.make.keys import ISSUER
from tests.make.mail import link_in, mails_to
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password

REASON = "Rang her on the number we know"
DAY = timedelta(hours=24)


@pytest.fixture
def olga(database):
    """An instructor with an app, recovery codes, and a device that is signed in."""
    with database.write() as db:
        olga = a_user_with_password(
            db, "Olga Owner", email="olga@example.org", roles=("instructor",)
        )
        an_app_factor(db, olga)
        recovery_codes(db, olga)
        a_sign_in(db, olga, token="olgas")
        make_for_address(db, SystemActor.command_line, email=olga.email, now=NOW)
    return olga


def page_of(person) -> str:
    return f"/admin/people/{person.user_id}/second-factor"


def start(browser, person, reason: str = REASON):
    return browser.post(f"{page_of(person)}/reset", data={"reason": reason})


def held(database, person) -> tuple[bool, int, int]:
    """Return whether a person has a factor, and their rows of factors and codes."""
    with database.read() as db:
        return (
            db.get_one(User, person.user_id).second_factor_since is not None,
            db.scalar(select(func.count(TotpFactor.id))) or 0,
            db.scalar(select(func.count(RecoveryCode.id))) or 0,
        )


def acts(database, person) -> list[tuple[str, str | None]]:
    with database.read() as db:
        rows = db.execute(
            select(AuditEvent.action, AuditEvent.reason)
            .where(AuditEvent.person_id == person.user_id, AuditEvent.action.contains("reset"))
            .order_by(AuditEvent.id)
        )
        return [(row.action, row.reason) for row in rows]


WHOLE, NOTHING = (True, 1, 10), (False, 0, 0)


def test_a_reset_waits_a_day_and_then_removes_the_factor(app, as_person, database, ada, olga):
    admin = as_person(ada)
    assert "Reset after a lost phone" in admin.get(page_of(olga)).text
    assert start(admin, olga).headers["location"] == page_of(olga)
    mail = mails_to(app, olga.email)[0]
    assert "Ada Admin has begun to reset" in mail.text
    assert "Wed 2 Dec 2026, 09:00" in mail.text
    assert jobs.reset_factors(database, now=NOW + DAY - timedelta(seconds=1)) == 0
    assert held(database, olga) == WHOLE
    assert jobs.reset_factors(database, now=NOW + DAY) == 1
    assert held(database, olga) == NOTHING
    assert jobs.reset_factors(database, now=NOW + DAY) == 0
    with database.read() as db:
        assert db.scalar(select(func.count(SignIn.id)).where(SignIn.user_id == olga.user_id)) == 0
        assert db.scalars(select(ApiToken.revoked_at)).one() == NOW + DAY
    assert acts(database, olga) == [
        ("accounts.factor_reset_started", REASON),
        ("accounts.factor_reset_done", None),
    ]


def test_nothing_is_removed_before_its_time(as_person, database, ada, olga):
    """Both the list of due resets and the reset itself check the waiting time."""
    start(as_person(ada), olga)
    early = NOW + DAY - timedelta(seconds=1)
    with database.write() as db:
        assert factor_queries.due_resets(db, now=early) == []
        (reset_id,) = factor_queries.due_resets(db, now=NOW + DAY)
        assert resets.carry_out(db, SystemActor.worker, reset_id, now=early) is False
    assert held(database, olga) == WHOLE


@pytest.mark.parametrize(
    "change", [{"is_admin": False}, {"disabled_at": NOW}, {"is_admin": False, "disabled_at": NOW}]
)
def test_an_order_ends_with_the_admin_who_gave_it(app, as_person, database, ada, olga, change):
    """An admin who lost the role for misuse must not remove a factor a day later."""
    start(as_person(ada), olga)
    with database.write() as db:
        db.execute(update(User).where(User.id == ada.user_id).values(**change))
        (reset_id,) = factor_queries.due_resets(db, now=NOW + DAY)
        assert (
            resets.carry_out(db, SystemActor.worker, reset_id, now=NOW + DAY - timedelta(seconds=1))
            is False
        )
        assert factor_queries.due_resets(db, now=NOW + DAY) == [reset_id]  # nothing before its time
    for _ in range(2):
        assert jobs.reset_factors(database, now=NOW + DAY) == 0
    assert held(database, olga) == WHOLE
    assert acts(database, olga) == [
        ("accounts.factor_reset_started", REASON),
        ("accounts.factor_reset_stopped", RESETTER_LEFT.text),
    ]
    assert read_reason(RESETTER_LEFT.text) == RESETTER_LEFT
    with database.read() as db:
        assert db.scalars(select(FactorReset.stopped_at)).one() == NOW + DAY
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW + DAY)
    assert "was stopped" in mails_to(app, olga.email)[0].subject


def test_an_admin_again_is_an_admin(as_person, database, ada, olga):
    start(as_person(ada), olga)
    for is_admin in (False, True):
        with database.write() as db:
            db.execute(update(User).where(User.id == ada.user_id).values(is_admin=is_admin))
    assert jobs.reset_factors(database, now=NOW + DAY) == 1


def test_the_worker_does_it(app, as_person, database, ada, olga, clock_file):
    start(as_person(ada), olga)
    work = jobs.FactWork(
        database, app.state.app_context.clock, ISSUER, iter(range(0, 9000, 70)).__next__
    )
    for hours in (0, 12, 24, 25):
        moment = NOW + timedelta(hours=hours)
        clock_file.write_text(moment.isoformat())
        work._watch = jobs.ClockWatch()
        work.round(moment)
    assert held(database, olga) == NOTHING
    clock_file.write_text((NOW + DAY).isoformat())
    assert "was reset just now" in mails_to(app, olga.email)[0].text


def test_after_the_reset_the_password_alone_leads_on(app, as_person, client, database, ada, olga):
    start(as_person(ada), olga)
    jobs.reset_factors(database, now=NOW + DAY)
    form = {"email": olga.email, "password": A_PASSWORD}
    assert client.post("/sign-in", data=form).headers["location"] == "/home"


def test_a_short_password_is_not_left_alone(as_person, client, database, ada):
    """R-001: nobody knows how long it is until it is typed again."""
    with database.write() as db:
        hashed = hash_of_password("plum otter 99")
        sam = a_user(db, "Sam Short", email="sam@example.org", password_hash=hashed)
        an_app_factor(db, sam)
    start(as_person(ada), sam)
    jobs.reset_factors(database, now=NOW + DAY)
    form = {"email": sam.email, "password": "plum otter 99", "next": "/learn"}
    assert client.post("/sign-in", data=form).headers["location"] == "/me/password"
    page = client.get("/me/password").text
    assert "a password needs 15 characters, and yours has fewer" in page
    assert "At least 15 characters." in page


def test_the_mail_stops_it(app, as_person, client, database, ada, olga):
    start(as_person(ada), olga)
    address = link_in(mails_to(app, olga.email)[0])
    page = client.get(address)
    assert "Stop the reset of your second factor" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert jobs.reset_factors(database, now=NOW) == 0  # looking has changed nothing
    token = address.partition("token=")[2]
    assert client.post("/stop-reset", data={"token": token}).headers["location"] == "/forgot"
    assert jobs.reset_factors(database, now=NOW + DAY) == 0
    assert held(database, olga) == WHOLE
    assert "was stopped" in mails_to(app, olga.email)[0].text
    assert client.post("/stop-reset", data={"token": token}).status_code == 404
    assert client.get(address).status_code == 404
    assert acts(database, olga)[-1] == ("accounts.factor_reset_stopped", None)


@pytest.mark.parametrize("changed", ["/reset", "/new-address"])
def test_the_link_outlives_a_new_password_and_a_new_address(
    app, as_person, client, database, ada, olga, changed
):
    """A thief of the password or the mailbox must not be able to disable the link that stops the
    reset."""
    start(as_person(ada), olga)
    address = link_in(mails_to(app, olga.email)[0])
    secret = app.state.app_context.settings.secret_key.get_secret_value()
    purpose = {"/reset": LinkPurpose.reset, "/new-address": LinkPurpose.email}[changed]
    email = {"/reset": olga.email, "/new-address": "other@example.org"}[changed]
    with database.write() as db:
        link_id = make_link(db, purpose, olga.user_id, email, now=NOW)
    form = {"token": sign_link(secret, str(link_id))}
    form |= {"password": "otter plum velvet"} if changed == "/reset" else {}
    assert client.post(changed, data=form).status_code == 303
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_the_person_and_admins_stop_it_too(as_person, database, ada, olga, who):
    admin, owner = as_person(ada), as_person(olga)
    start(admin, olga)
    if who == "owner":
        assert "A reset is under way" in owner.get("/me/second-factor").text
        stopped = owner.post("/me/second-factor/reset/stop")
    else:
        assert "A reset is under way" in admin.get(page_of(olga)).text
        stopped = admin.post(f"{page_of(olga)}/reset/stop")
    assert stopped.status_code == 303
    assert jobs.reset_factors(database, now=NOW + DAY) == 0
    assert held(database, olga) == WHOLE
    with database.read() as db:
        row = db.scalars(select(FactorReset)).one()
    assert row.stopped_by == (olga.user_id if who == "owner" else ada.user_id)


def test_a_stop_with_nothing_to_stop_is_refused(as_person, database, ada, olga):
    assert as_person(olga).post("/me/second-factor/reset/stop").status_code == 409
    assert as_person(ada).post(f"{page_of(olga)}/reset/stop").status_code == 409
    assert held(database, olga) == WHOLE


def test_nobody_resets_their_own(as_person, database, ada):
    with database.write() as db:
        an_app_factor(db, ada)
    response = start(as_person(ada), ada)
    assert response.status_code == 409
    assert "You cannot reset your own second factor." in response.text
    with database.read() as db:
        assert db.scalar(select(func.count(FactorReset.id))) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"second_factor_since": None}, "This person has no second factor."),
        ({"disabled_at": NOW}, "This account is closed."),
    ],
    ids=["no factor", "closed"],
)
def test_where_there_is_nothing_to_reset_none_begins(as_person, database, ada, olga, change, words):
    with database.write() as db:
        db.execute(update(User).where(User.id == olga.user_id).values(**change))
    response = start(as_person(ada), olga)
    assert response.status_code == 409
    assert words in response.text
    with database.read() as db:
        assert db.scalar(select(func.count(FactorReset.id))) == 0


def test_a_second_reset_is_refused_and_the_first_stays(app, as_person, database, ada, olga):
    admin = as_person(ada)
    start(admin, olga)
    response = start(admin, olga, "Once more")
    assert response.status_code == 409
    assert "under way already" in response.text
    with database.read() as db:
        assert db.scalars(select(FactorReset.reason)).all() == [REASON]


def test_a_reason_is_needed(as_person, database, ada, olga):
    response = start(as_person(ada), olga, " ")
    assert response.status_code == 422
    assert "Enter the reason." in response.text


def test_setting_up_another_phone_stops_the_reset(as_person, database, ada, olga):
    """A person who can set up another phone needs no reset."""
    start(as_person(ada), olga)
    browser = as_person(olga)
    browser.post("/me/second-factor/app/begin")
    secret = secret_on(browser.get("/me/second-factor/app").text)
    browser.post("/me/second-factor/app", data={"code": code_at(NOW, secret)})
    assert jobs.reset_factors(database, now=NOW + DAY) == 0
    assert held(database, olga) == WHOLE


def test_only_admins_start_and_stop(database, sam, ina, olga):
    for somebody in (sam, ina):
        for act in (
            lambda db, actor: resets.start_reset(db, actor, olga.user_id, reason="x", now=NOW),
            lambda db, actor: resets.stop_for(db, actor, olga.user_id, now=NOW),
        ):
            with pytest.raises(Forbidden), database.write() as db:
                act(db, somebody)
    with database.read() as db:
        assert db.scalar(select(func.count(FactorReset.id))) == 0


def test_students_are_reset_alike(as_person, database, ada, sam):
    with database.write() as db:
        an_app_factor(db, sam)
    assert start(as_person(ada), sam).status_code == 303
    assert jobs.reset_factors(database, now=NOW + DAY) == 1
    assert held(database, sam)[0] is False


def test_the_page_of_a_person_leads_there(as_person, database, ada, olga):
    page = as_person(ada).get(f"/admin/people/{olga.user_id}").text
    assert page_of(olga) in page
    assert "Since Tue 1 Dec 2026" in page


def test_the_server_resets_the_last_admin_at_once(database, settings, monkeypatch):
    with database.write() as db:
        last = a_user(db, "Last Admin", email="last@example.org", roles=("admin",))
        an_app_factor(db, last)
        recovery_codes(db, last)
        a_sign_in(db, last, token="lasts")
    environment = {
        "PRECEPTOR_ENV": "test",
        "PRECEPTOR_DATABASE_URL": settings.database_url,
        "PRECEPTOR_TEST_CLOCK": str(settings.test_clock),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(commands, ["user", "reset-factor", "LAST@example.org"])
    assert result.exit_code == 0, result.output
    assert "is removed" in result.output
    assert held(database, last) == NOTHING
    with database.read() as db:
        assert db.scalar(select(func.count(SignIn.id))) == 0
        act = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "accounts.factor_reset_done")
        ).one()
    assert (act.actor_id, act.person_id) == (None, last.user_id)


def test_the_server_says_why_it_resets_nobody(database, sam):
    for email, refusal in (("nobody@example.org", NotFound), (sam.email, ResetRefused)):
        with pytest.raises(refusal), database.write() as db:
            resets.reset_at_once(db, SystemActor.command_line, email=email, now=NOW)
