"""The pages of notices: one's own, newest first, and read only by a post."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.notices.models import Notice
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.notices import BECAUSE, DAY, a_notice
from tests.make.pages import words
from tests.make.people import a_user

UNKNOWN = "01a2055b-e776-7988-9877-cb5c547b8740"


@pytest.fixture
def ann(database):
    with database.write() as db:
        return a_user(db, "Ann Able")


def tree(response):
    return html.document_fromstring(response.text)


def listed(response) -> list[tuple[str, bool]]:
    """Return the subject of every notice on the list, and whether it is called unread."""
    subjects = []
    for row in tree(response).xpath("//main//li[@class='task']"):
        (link,) = row.xpath(".//a")
        tags = [" ".join(tag.text_content().split()) for tag in row.xpath(".//span[@class]")]
        icons = row.xpath(".//span//*[local-name()='use']")
        assert bool(tags) == bool(icons)
        subjects.append((link.text_content(), tags == ["Unread"]))
    return subjects


def unread_of(database, actor) -> int:
    with database.read() as db:
        mine = select(Notice).where(Notice.person_id == actor.user_id, Notice.read_at.is_(None))
        return len(db.scalars(mine).all())


def sent(browser, page, action: str):
    """Send the form with this action as a browser without scripts does."""
    (form,) = tree(page).xpath(f"//form[@action='{action}']")
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    return browser.post(action, data=fields)


def test_nothing_yet(as_person, ann):
    page = as_person(ann).get("/notices")
    assert page.status_code == 200
    assert "Nothing yet" in words(page)
    assert "Mark all" not in words(page)


def test_the_newest_come_first_and_unread_ones_are_called_so(as_person, database, ann):
    with database.write() as db:
        for title, days, read_at in (("Older", 2, None), ("Newest", 0, None), ("Old", 1, NOW)):
            at = NOW - timedelta(days=days)
            a_notice(db, ann, details=DAY | {"title": title}, at=at, read_at=read_at)
    page = as_person(ann).get("/notices")
    rows = [(subject.split(": ")[1].split(",")[0], unread) for subject, unread in listed(page)]
    assert rows == [("Newest", True), ("Old", False), ("Older", True)]
    assert "Sun 29 Nov 2026, 09:00" in words(page)
    assert statements_of(page) <= 4


def test_a_long_list_has_pages_of_twenty(as_person, database, ann):
    with database.write() as db:
        for number in range(41):
            at = NOW - timedelta(minutes=number)
            a_notice(db, ann, details=DAY | {"title": f"Day {number}"}, at=at)
    browser = as_person(ann)
    pages = [browser.get(f"/notices?page={number}") for number in (1, 2, 3)]
    assert [len(listed(page)) for page in pages] == [20, 20, 1]
    assert "Day 20," in listed(pages[1])[0][0]
    assert "Page 2 of 3" in words(pages[1])
    assert browser.get("/notices?page=none").status_code == 422


def test_a_notice_says_what_its_mail_said_and_links_within_the_site(as_person, database, ann):
    hostile = "<b>Ann</b>"
    with database.write() as db:
        details = DAY | BECAUSE | {"name": hostile}
        notice_id = a_notice(db, ann, template="practicals/taken-away", details=details)
    page = as_person(ann).get(f"/notices/{notice_id}")
    said = words(page)
    assert "Hello <b>Ann</b>," in said
    assert "Where Room 1" in said
    (quote,) = tree(page).xpath("//blockquote")
    assert quote.text == "A burst pipe.\nWe are sorry."
    assert tree(page).xpath("//article//a/@href") == ["/practicals"]
    assert tree(page).findtext(".//h1") == f"Your place is cancelled: Practice day, {DAY['when']}"


def test_opening_changes_nothing_and_the_button_marks_it_read(as_person, database, ann):
    with database.write() as db:
        notice_id = a_notice(db, ann)
        a_notice(db, ann)
    browser, path = as_person(ann), f"/notices/{notice_id}"
    page = browser.get(path)
    assert unread_of(database, ann) == 2
    marked = sent(browser, page, f"{path}/read")
    assert (marked.status_code, marked.headers["location"]) == (303, "/notices")
    assert unread_of(database, ann) == 1
    assert "Mark as read" not in words(browser.get(path))


def test_marking_twice_keeps_the_first_moment(as_person, database, ann, clock_file):
    with database.write() as db:
        notice_id = a_notice(db, ann)
    browser = as_person(ann)
    for moment in (NOW, NOW + timedelta(hours=1)):
        clock_file.write_text(moment.isoformat())
        assert browser.post(f"/notices/{notice_id}/read", data={}).status_code == 303
    with database.read() as db:
        assert db.get_one(Notice, notice_id).read_at == NOW


def test_all_that_the_list_has_shown_are_marked_at_once(as_person, database, ann):
    """A notice that arrived after the page was rendered stays unread, because the person has not
    seen it."""
    with database.write() as db:
        eve = a_user(db, "Eve Else")
        a_notice(db, eve)
        for minutes in range(25):
            a_notice(db, ann, at=NOW - timedelta(minutes=minutes))
    browser = as_person(ann)
    page = browser.get("/notices?page=2")
    with database.write() as db:
        a_notice(db, ann, at=NOW + timedelta(seconds=1))
    assert sent(browser, page, "/notices/read").status_code == 303
    assert unread_of(database, ann) == 1
    assert unread_of(database, eve) == 1


def test_somebody_elses_notice_looks_like_none(as_person, database, ann):
    with database.write() as db:
        eve = a_user(db, "Eve Else", roles=("admin", "instructor", "student"))
        notice_id = a_notice(db, ann)
    browser = as_person(eve)
    theirs, none = (browser.get(f"/notices/{each_id}") for each_id in (notice_id, UNKNOWN))
    assert theirs.status_code == none.status_code == 404
    assert words(theirs) == words(none)
    assert browser.post(f"/notices/{notice_id}/read", data={}).status_code == 404
    assert browser.post(f"/api/v1/notices/{notice_id}/read").status_code == 404
    assert browser.get("/api/v1/notices").json()["notices"] == []
    assert unread_of(database, ann) == 1


@pytest.mark.parametrize(
    "fields", [{}, {"until": "yesterday"}, {"until": "2026-12-08T10:00:00"}, {"page": "1"}]
)
def test_a_form_of_somebodys_own_making_marks_nothing(as_person, database, ann, fields):
    with database.write() as db:
        a_notice(db, ann)
    assert as_person(ann).post("/notices/read", data=fields).status_code == 422
    assert unread_of(database, ann) == 1


def test_one_that_cannot_be_read_any_more_takes_down_no_other(as_person, database, ann):
    with database.write() as db:
        lost = [
            a_notice(db, ann, details={"name": "Ann"}),
            a_notice(db, ann, template="no/such"),
            a_notice(db, ann, details=DAY | {"path": None}),
        ]
        a_notice(db, ann)
    browser = as_person(ann)
    page = browser.get("/notices")
    assert page.status_code == 200
    assert f"Your place is booked: Practice day, {DAY['when']}" in words(page)
    for notice_id in lost:
        assert "the words cannot be shown here" in words(browser.get(f"/notices/{notice_id}"))
    assert browser.get("/home").status_code == 200


def test_the_api_gives_the_words_and_marks_as_read(as_person, database, ann):
    with database.write() as db:
        notice_id = a_notice(db, ann)
    browser = as_person(ann)
    page = browser.get("/api/v1/notices").json()
    (notice,) = page["notices"]
    assert {**page, "notices": []} == {
        "notices": [],
        "unread": 1,
        "page": 1,
        "pages": 1,
        "total": 1,
    }
    assert notice["subject"].startswith("Your place is booked: Practice day")
    assert notice["text"].startswith("Hello Ann Able,\n\nYou have a place")
    assert notice["is_read"] is False
    for _ in range(2):
        assert browser.post(f"/api/v1/notices/{notice_id}/read").status_code == 204
    assert browser.get("/api/v1/notices").json()["unread"] == 0


@pytest.mark.parametrize("role", ["student", "instructor", "admin"])
def test_everybody_finds_their_notices_from_their_account(as_person, database, role):
    with database.write() as db:
        somebody = a_user(db, f"Sam {role}", roles=(role,))
    assert "/notices" in tree(as_person(somebody).get("/me")).xpath("//main//a/@href")
