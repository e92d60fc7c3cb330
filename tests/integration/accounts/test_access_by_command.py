"""Setting a new password from the server's command line, for use when no mail can be sent."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from app.accounts.models import MailedLink, SignIn, User
from app.audit.models import AuditEvent
from app.cli import app as commands
from app.kit.errors import NotFound
from tests.make import NOW
from tests.make.people import A_PASSWORD, a_sign_in, a_user_with_password

NEW = "a long and quiet password"


@pytest.fixture
def owner(database):
    with database.write() as db:
        owner = a_user_with_password(db, "Olga Owner", email="olga@example.org")
        a_sign_in(db, owner, token="olgas")
    return owner


@pytest.fixture
def typed(settings, monkeypatch):
    """Type a command and return what it says."""
    environment = {
        "PRECEPTOR_ENV": "test",
        "PRECEPTOR_DATABASE_URL": settings.database_url,
        "PRECEPTOR_TEST_CLOCK": str(settings.test_clock),
        "PRECEPTOR_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(commands, ["user", *words])


def signs_in(client, password) -> bool:
    form = {"email": "olga@example.org", "password": password}
    return client.post("/sign-in", data=form).status_code == 303


def test_the_printed_link_sets_a_new_password_once(client, typed, database, owner):
    said = typed("reset-password", "OLGA@example.org")
    assert said.exit_code == 0, said.output
    path, _, token = said.output.strip().partition("/reset?token=")
    assert path.startswith("http")
    assert signs_in(client, A_PASSWORD)  # until it is used, nothing has changed
    client.cookies.clear()
    answer = client.post("/reset", data={"token": token, "password": NEW})
    assert answer.status_code == 303
    assert not signs_in(client, A_PASSWORD)
    assert signs_in(client, NEW)
    assert client.post("/reset", data={"token": token, "password": NEW}).status_code != 303
    with database.read() as db:
        (act,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "accounts.reset_started"))
        assert db.scalar(select(func.count(SignIn.id))) == 1  # those from before have ended
    assert (act.actor_id, act.person_id) == (None, owner.user_id)


def test_the_printed_link_lasts_half_an_hour(client, typed, owner, clock_file):
    token = typed("reset-password", "olga@example.org").output.strip().partition("token=")[2]
    clock_file.write_text((NOW + timedelta(minutes=31)).isoformat())
    assert client.post("/reset", data={"token": token, "password": NEW}).status_code != 303
    assert signs_in(client, A_PASSWORD)


@pytest.mark.parametrize("email", ["nobody@example.org", "olga@example.org"])
def test_an_unknown_or_closed_account_gets_no_link(typed, database, owner, email):
    with database.write() as db:
        db.execute(update(User).values(disabled_at=NOW))
    refused = typed("reset-password", email)
    assert isinstance(refused.exception, NotFound)
    assert "No open account has this e-mail address." in str(refused.exception.detail)
    with database.read() as db:
        assert db.scalar(select(func.count(MailedLink.id))) == 0
        assert db.scalar(select(func.count(AuditEvent.id))) == 0
