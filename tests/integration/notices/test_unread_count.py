"""How many notices are unread: in the header of every page and in the API, without a statement more."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import event, select, text

from app.accounts import api_tokens
from app.accounts.person_columns import PERSON
from app.kit.actor import SystemActor
from app.kit.undo_time import UNDO_TIME
from app.notices.queries import UNREAD
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.notices import a_notice
from tests.make.people import a_user


@pytest.fixture
def ann(database):
    with database.write() as db:
        return a_user(db, "Ann Able")


def fill(database, person, unread: int) -> None:
    with database.write() as db:
        for number in range(unread):
            a_notice(db, person, at=NOW - timedelta(minutes=number))


def header_link(page) -> str:
    """Return the accessible name of the link to the notices in the header."""
    (link,) = html.document_fromstring(page.text).xpath("//header//a[@href='/notices']")
    for silent in link.xpath(".//*[@aria-hidden='true']"):
        silent.drop_tree()
    return " ".join(link.text_content().split())


@pytest.mark.parametrize(
    ("unread", "name", "counted"),
    [
        (0, "Notices", 0),
        (1, "Notices, 1 unread", 1),
        (99, "Notices, 99 unread", 99),
        (150, "Notices, more than 99 unread", 100),
    ],
)
def test_every_page_names_how_many(as_person, database, ann, unread, name, counted):
    with database.write() as db:
        eve = a_user(db, "Eve Else")
        a_notice(db, ann, read_at=NOW)
        a_notice(db, ann, at=NOW + UNDO_TIME / 2)  # it waits until its act cannot be undone
        a_notice(db, eve)
    fill(database, ann, unread)
    browser = as_person(ann)
    assert header_link(browser.get("/about")) == name
    assert browser.get("/api/v1/me").json()["unread_notices"] == counted


def test_it_costs_no_statement(as_person, database, ann):
    fill(database, ann, 3)
    page = as_person(ann).get("/about")
    assert header_link(page) == "Notices, 3 unread"
    assert statements_of(page) == 1


def test_a_token_of_the_api_counts_them_too(as_person, client, database, ann):
    fill(database, ann, 2)
    with database.write() as db:
        token = api_tokens.make_for_address(db, SystemActor.command_line, email=ann.email, now=NOW)
    headers = {"authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/me", headers=headers)
    assert answer.json()["unread_notices"] == 2


def test_it_is_read_from_its_index(database, ann):
    """What was read stays out of it, so that the count costs the same after years."""
    plan: list[object] = []
    with database.write() as db:
        for _ in range(200):
            a_notice(db, ann, read_at=NOW)
        a_notice(db, ann)
    with database.write() as db:
        db.execute(text("ANALYZE notices"))

    def explain(connection, cursor, statement, parameters, context, is_many) -> None:
        if not database.is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # it reads a small table whole
        cursor.execute(
            f"EXPLAIN {'QUERY PLAN' if database.is_sqlite else ''} {statement}", parameters
        )
        plan.extend(cursor.fetchall())

    with database.read() as db:
        db.connection()
        event.listen(database.engine, "before_cursor_execute", explain)
        try:
            values = {"now": NOW, "undo_ends": NOW + UNDO_TIME}
            db.execute(select(UNREAD).where(PERSON.id == ann.user_id), values)
        finally:
            event.remove(database.engine, "before_cursor_execute", explain)
    assert "ix_notices_unread" in str(plan)
