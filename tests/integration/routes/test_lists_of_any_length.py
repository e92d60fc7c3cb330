"""Every list with 0, 1, 51 and 1,000 rows: nothing that it says is untrue, and it asks the database as often
for many rows as for a few (issue 15, bar 2). A new list without something that fills it fails."""

import pytest
from lxml import html

from app.accounts.models import Group
from app.db.paging import page_number
from app.kit.ids import GroupId, new_uuid
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.list_cases import API_CASES, CASES, NOT_FILLED, TABLE_ROWS, ListCase, stage
from tests.make.pages import words
from tests.make.route_calls import routes_that_call

COUNTS = (0, 1, 51, 1_000)


def test_every_list_has_something_that_fills_it(app):
    """Found by the code: the routes that read the number of a page."""
    lists = {route for route in routes_that_call(app, page_number) if route.startswith("GET ")}
    filled = {case.route for case in CASES} | {route for route, *_ in API_CASES}
    assert lists - filled == set(NOT_FILLED)
    assert filled <= lists


def page_count(rows: int, size: int) -> int:
    return max(1, -(-rows // size))


def of_page(path: str, number: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}page={number}"


def demand_true(browser, case: ListCase, path: str, rows: int) -> None:
    """Read the first and the last page of a list with so many rows, and one past its end."""
    pages = page_count(rows, case.size)
    for number in dict.fromkeys((1, pages)):
        answer = browser.get(of_page(path, number) if number > 1 else path)
        assert answer.status_code == 200, (rows, number)
        shown, said = html.fromstring(answer.text), words(answer)
        expected = min(case.size, rows - (number - 1) * case.size)
        assert len(shown.xpath(case.rows)) == expected, (rows, number)
        assert (case.empty in said) == (rows == 0), (rows, number)
        assert (f"Page {number} of {pages:,}" in said) == (pages > 1), (rows, number)
        if rows and case.singular:
            assert case.total(rows) in said, (rows, number)
        for head in shown.xpath("//table//thead//th"):
            assert head.text_content().strip()
            assert head.get("hidden") is None
    past = browser.get(of_page(path, pages + 1), follow_redirects=False)
    assert past.status_code == 303, rows
    last = past.headers["location"]
    assert last.endswith(f"page={pages}") or (pages == 1 and "page=" not in last), (rows, last)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_list_says_nothing_untrue(database, as_person, case):
    with database.write() as db:
        set_up = stage(db, case.role)
        path = case.path.format(intake=set_up.intake, day=set_up.day)
    browser, statements = as_person(set_up.reader), {}
    for before, rows in zip((0, *COUNTS), COUNTS, strict=False):
        with database.write() as db:
            set_up.db = db
            if rows or "Nobody has" in case.empty:
                case.fill(set_up, range(before, rows))
        demand_true(browser, case, path, rows)
        statements[rows] = statements_of(browser.get(path))
    assert statements[51] == statements[1_000], statements


@pytest.mark.parametrize(("route", "role", "path", "fill", "name", "size"), API_CASES)
def test_a_list_of_the_api_counts_right(database, as_person, route, role, path, fill, name, size):
    with database.write() as db:
        set_up = stage(db, role)
    browser, statements = as_person(set_up.reader), {}
    for before, rows in zip((0, *COUNTS), COUNTS, strict=False):
        with database.write() as db:
            set_up.db = db
            fill(set_up, range(before, rows))
        pages = page_count(rows, size)
        for number in dict.fromkeys((1, pages)):
            answer = browser.get(of_page(path, number))
            body = answer.json()
            assert (body["page"], body["pages"], body["total"]) == (number, pages, rows)
            assert len(body[name]) == min(size, rows - (number - 1) * size)
        past = browser.get(of_page(path, pages + 1))
        assert (past.status_code, past.json()["reason"]) == (422, "past_the_end")
        statements[rows] = statements_of(browser.get(path))
    assert statements[51] == statements[1_000], statements


def test_the_list_of_groups_shows_each_without_pages(database, as_person):
    with database.write() as db:
        admin = stage(db, "admin").reader
    browser, statements = as_person(admin), {}
    for before, rows in zip((0, *COUNTS), COUNTS, strict=False):
        with database.write() as db:
            for number in range(before, rows):
                db.add(Group(id=GroupId(new_uuid()), name=f"Group {number:04}", created_at=NOW))
        answer = browser.get("/admin/groups")
        names = html.fromstring(answer.text).xpath(f"{TABLE_ROWS}/*[1]//a/text()")
        assert names == [f"Group {number:04}" for number in range(rows)]
        assert ("No groups yet" in words(answer)) == (rows == 0)
        statements[rows] = statements_of(answer)
    assert statements[51] == statements[1_000], statements
