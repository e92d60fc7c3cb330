"""The link in the head of a weekly mail stops such mails, without signing in; any other link does nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from app import jobs
from app.accounts.models import User
from app.enrolments.models import StudyPlanRow
from app.learning import planning
from app.learning.stop_pages import PATH
from app.outbox.models import OutboxEvent
from tests.make.forms import forms_of

KEY = "small-course"
MONDAY = datetime(2026, 12, 7, 7, 0, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def address(database, app, student) -> str:
    """The path that the head of a weekly mail names."""
    with database.write() as db:
        planning.choose_hours(db, student, KEY, 2, today=MONDAY.date().replace(day=4))
    assert jobs.send_weekly_mails(database, ZoneInfo("Europe/London"), now=MONDAY) == 1
    with database.read() as db:
        event = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id.desc())).first()
    message = app.state.mailer.build(event.id, event.payload, now=MONDAY)
    base = app.state.app_context.settings.base_url
    return message["List-Unsubscribe"].strip("<>").removeprefix(base)


def weekday(database) -> tuple:
    with database.read() as db:
        row = db.scalars(select(StudyPlanRow)).one()
        return row.minutes_a_week, row.mail_weekday, row.next_mail_on is None


def test_opening_changes_nothing_and_the_button_stops_the_mails(database, client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert "Stop the weekly mails?" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert weekday(database) == (120, 0, False)
    (form,) = [form for form in forms_of(page.text) if form.action == address]
    done = client.post(form.action, data=form.hidden)
    assert done.status_code == 200
    assert "No weekly mails come any more" in done.text
    assert weekday(database) == (120, None, True)
    assert "No weekly mails come any more" in client.get(address).text


def test_a_mail_program_stops_them_without_cookies_or_our_form(database, client, address):
    """And a second time, as mail programs do."""
    for _ in range(2):
        assert client.post(address, data=ONE_CLICK).status_code == 200
        assert weekday(database) == (120, None, True)


def broken(address, database):
    return address[:-1]


def altered(address, database):
    return address[:-1] + ("A" if address[-1] != "A" else "B")


def without_token(address, database):
    return PATH


def of_an_address_of_before(address, database):
    with database.write() as db:
        db.execute(update(User).values(email="another@example.org"))
    return address


def of_somebody_who_left(address, database):
    with database.write() as db:
        db.execute(update(User).values(disabled_at=MONDAY))
    return address


@pytest.mark.parametrize(
    "link",
    [broken, altered, without_token, of_an_address_of_before, of_somebody_who_left],
    ids=lambda link: link.__name__,
)
def test_another_link_says_so_and_changes_nothing(database, client, address, link):
    path = link(address, database)
    before = weekday(database)
    for answer in (client.get(path), client.post(path, data=ONE_CLICK)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
        assert "It is incomplete, or the mail went to an address" in answer.text
        assert KEY not in answer.text
    assert weekday(database) == before == (120, 0, False)


def test_mails_that_were_stopped_do_not_leave(database, client, address):
    client.post(address, data=ONE_CLICK)
    later = MONDAY.replace(day=14)
    assert jobs.send_weekly_mails(database, ZoneInfo("Europe/London"), now=later) == 0


def test_a_link_of_a_deleted_plan_says_that_no_mails_come(database, client, address, student):
    with database.write() as db:
        planning.stop(db, student, KEY)
    assert client.post(address, data=ONE_CLICK).status_code == 200
    assert "No weekly mails come any more" in client.get(address).text
