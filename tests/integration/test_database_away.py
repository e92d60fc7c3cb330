"""A database that is down is one calm answer for everybody (O3): 503, when to try again, and nothing lost."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError, OperationalError

from app.accounts.identity import Identity
from app.db.database import Database
from app.jobs import FactWork
from app.kit.error_descriptions import chain_of, describe_error
from app.outbox.queries import EventKind
from app.web.logs import configure_logs
from app.workers.loop import Worker
from app.workers.mails import MailWork
from tests.conftest import an_app
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.keys import ISSUER
from tests.make.people import a_user

NOBODY_LISTENS = "postgresql+psycopg://preceptor:canary@127.0.0.1:1/preceptor"


@pytest.fixture
def away_app(settings_for, made_apps):
    settings = settings_for(Database(NOBODY_LISTENS))
    app = an_app(made_apps, settings)
    yield app
    app.state.app_context.database.close()


@pytest.mark.parametrize(
    ("path", "signed_in"),
    [
        ("/home", True),
        ("/dates", False),
        ("/dates", True),
        ("/no-such-page", True),
        ("/api/v1/courses", False),
        ("/api/v1/practicals", True),
        ("/sign-in", True),
    ],
)
def test_everybody_is_told_to_come_back(away_app, portal, path, signed_in):
    browser = a_browser(away_app, portal, token="whoever") if signed_in else None
    response = (browser or a_browser(away_app, portal)).get(path)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "3"
    assert "Wait a few seconds and try again." in response.text
    assert response.headers["content-type"].startswith(
        "application/problem+json" if path.startswith("/api/") else "text/html"
    )


def test_a_form_is_answered_alike_and_what_needs_no_database_goes_on(away_app, portal):
    browser = a_browser(away_app, portal, token="whoever")
    form = {"email": "ann@example.org", "password": "a password that nobody has"}
    response = browser.post("/sign-in", data=form)
    assert (response.status_code, response.headers["retry-after"]) == (503, "3")
    assert a_browser(away_app, portal).get("/no-such-page").status_code == 404
    assert browser.get("/livez").status_code == 200
    assert browser.get("/readyz").status_code == 503


def test_a_minute_of_both_workers_is_a_few_lines(away_app, capsys):
    """O15: each failure was six kilobytes, again and again."""
    app_context = away_app.state.app_context
    facts = FactWork(app_context.database, app_context.clock, ISSUER).round
    mails = MailWork(app_context.database, away_app.state.mailer).round
    configure_logs("INFO")
    capsys.readouterr()
    for kind, work in ((EventKind.facts, facts), (EventKind.mails, mails)):
        worker, seconds = Worker(kind, app_context.database, app_context.clock, work), 0.0
        while seconds < 60:
            seconds += worker.one_round()
    said = capsys.readouterr().out
    assert said.count("worker failed") == said.count("\n") <= 14
    assert "Connection refused" in said
    assert len(said) < 12_000
    configure_logs("WARNING")


def test_what_goes_past_sqlalchemy_fails_as_sqlalchemy_does():
    database, statement = Database(NOBODY_LISTENS), Identity().cookie_statement
    with pytest.raises(OperationalError):
        statement.alone(database, token_hash=b"", now=NOW)
    with pytest.raises(OperationalError) as caught, database.read() as db:
        statement.all(db, token_hash=b"", now=NOW)
    assert "Connection refused" in describe_error(caught.value)
    assert "canary" not in repr(chain_of(caught.value))


def test_a_value_that_is_there_already_is_in_no_word_of_the_error(database):
    """V3: neither the statement's values nor the driver's own words are shown."""
    with database.write() as db:
        a_user(db, "Ann Able", email="canary@example.org")
    with pytest.raises(IntegrityError) as caught, database.write() as db:
        a_user(db, "Canary Other", email="canary@example.org")
    words = describe_error(caught.value)
    assert "canary" not in repr(chain_of(caught.value)).lower()
    assert "Canary Other" not in str(caught.value)
    assert "INSERT INTO users" in words
    assert ("uq_users_email" in words) or ("UNIQUE constraint failed: users.email" in words)


def test_every_engine_hides_what_it_is_given(database):
    assert database.engine.hide_parameters
    shown = create_engine(database.url)
    assert not shown.hide_parameters  # the negative control: this is not the default
    shown.dispose()
