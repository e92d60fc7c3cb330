"""A student’s own highlights: in the lesson, under “Your notes”, as a file, and by the API."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html
from sqlalchemy import select

from app.learning import highlighting, highlights
from app.learning.highlights import LONGEST_QUOTE, read_passage
from app.learning.models import HighlightRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.learning import a_learner_place, a_published_course
from tests.make.lock_waits import until_waiting
from tests.make.pages import words
from tests.make.people import a_user

KEY = "small-course"
COURSE = f"/learn/{KEY}"
LESSON = f"{COURSE}/lessons/skin-layers"
LOCKED = f"{COURSE}/lessons/needle-safety"
SECTION = "section-the-outer-layer"


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def student(database, published):
    with database.write() as db:
        actor = a_user(db, "Sam Student")
        a_learner_place(db, actor, published)
        return actor


@pytest.fixture
def browser(as_person, student):
    return as_person(student)


def stored(database) -> list[tuple[str, str, int]]:
    row = HighlightRow
    with database.read() as db:
        rows = db.execute(select(row.section, row.passage).order_by(row.id)).all()
    passages = [(section, read_passage(document)) for section, document in rows]
    return [(section, passage.quote, passage.occurrence) for section, passage in passages]


def mark(browser, quote, **more):
    return browser.post(f"{LESSON}/highlight", data={"words": quote, **more})


def post(browser, quote, **more):
    return browser.post(f"/api/v1{LESSON}/highlights", json={"words": quote, **more})


def marked(page) -> list[str]:
    tree = html.document_fromstring(page.text)
    return [each.text_content() for each in tree.xpath("//mark[@class='highlight']")]


def test_copied_words_are_marked_and_removed_without_a_script(database, browser):
    assert marked(browser.get(LESSON)) == []
    answer = mark(browser, "epidermis is  thin: at")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LESSON}#{SECTION}")
    page = browser.get(LESSON)
    assert "".join(marked(page)) == "epidermis is thin: at"
    assert "1 highlight" in words(page)
    (remove,) = html.document_fromstring(page.text).xpath("//form[contains(@action, '/remove')]")
    answer = browser.post(remove.get("action"), data={})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{COURSE}/notes")
    assert stored(database) == []
    page = browser.get(LESSON)
    assert page.status_code == 200
    assert marked(page) == []


def test_what_stands_before_tells_which_place_is_meant(database, browser):
    post(browser, "mm", section=SECTION, before="Dermis 2")
    ((_, quote, occurrence),) = stored(database)
    assert quote == "mm"
    assert occurrence > 1


def test_highlights_that_overlap_become_one(database, browser):
    mark(browser, "The epidermis is")
    mark(browser, "epidermis is thin")
    assert stored(database) == [(SECTION, "The epidermis is thin", 1)]


def test_highlights_that_two_devices_send_at_once_become_one(database, student):
    def send(db, quote):
        highlighting.highlight(
            db, student, KEY, "skin-layers", SECTION, words=quote, before="", now=NOW
        )

    def other_device():
        with database.write() as db:
            send(db, "epidermis is thin")

    with ThreadPoolExecutor(1) as pool:
        with database.write() as db:
            send(db, "The epidermis is")
            other = pool.submit(other_device)
            until_waiting(database, 1, other)
        other.result()
    assert stored(database) == [(SECTION, "The epidermis is thin", 1)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("no such words", "These words do not stand in the lesson like this"),
        ("  ", "words"),
        ("x" * (LONGEST_QUOTE + 1), "2,000 letters"),
    ],
)
def test_words_that_cannot_be_highlighted_stay_on_the_page(database, browser, typed, said):
    answer = mark(browser, typed)
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.text)
    assert said in tree.xpath("//*[@id='f-words-error']")[0].text_content()
    assert tree.xpath("//textarea[@id='f-words']")[0].text.strip() == typed.strip()
    assert post(browser, typed).status_code == 422
    assert stored(database) == []


def test_a_lesson_has_at_most_so_many_highlights(database, browser, monkeypatch):
    monkeypatch.setattr(highlights, "MOST_HIGHLIGHTS", 1)
    assert post(browser, "thin").status_code == 200
    answer = post(browser, "layer")
    assert (answer.status_code, answer.json()["reason"]) == (422, "too-many")
    assert stored(database) == [(SECTION, "thin", 1)]


def test_too_many_tries_wait(database, browser, monkeypatch):
    limit = highlighting.Limit("highlight", 1, highlighting.timedelta(hours=1))
    monkeypatch.setattr(highlighting, "HIGHLIGHTED", limit)
    mark(browser, "thin")
    answer = mark(browser, "layer")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert stored(database) == [(SECTION, "thin", 1)]


@pytest.mark.parametrize("send", [mark, post], ids=["page", "API"])
def test_an_unknown_section_takes_no_highlight(database, browser, send):
    answer = send(browser, "thin", section="section-nowhere")
    assert answer.status_code == 404
    assert "not found" in answer.text.lower()
    assert stored(database) == []


def test_a_locked_lesson_takes_no_highlight(database, browser):
    refused = browser.post(f"/api/v1{LOCKED}/highlights", json={"words": "thin"})
    assert (refused.status_code, refused.json()["reason"]) == (403, "module-locked")
    page = browser.post(f"{LOCKED}/highlight", data={"words": "thin"})
    assert page.status_code == 403
    assert "This lesson is not open yet" in words(page)
    assert stored(database) == []


def test_nobody_else_sees_or_removes_a_highlight(database, as_person, browser, published):
    highlight_id = post(browser, "thin").json()["highlight_id"]
    with database.write() as db:
        neighbour = a_user(db, "Nora Neighbour")
        a_learner_place(db, neighbour, published)
    other = as_person(neighbour)
    page = other.get(LESSON)
    assert page.status_code == 200
    assert marked(page) == []
    path = f"{COURSE}/highlights/{highlight_id}"
    assert other.post(f"{path}/remove", data={}).status_code == 404
    answer = other.delete(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert stored(database) == [(SECTION, "thin", 1)]
    assert browser.delete(f"/api/v1{path}").status_code == 204
    assert stored(database) == []


def test_a_highlight_stands_under_your_notes_also_when_its_words_have_gone(
    database, browser, student, published
):
    mark(browser, "thin")
    mark(browser, "working layer")
    with database.write() as db:
        gone = db.scalars(select(HighlightRow)).first()
        gone.passage = gone.passage.replace("thin", "never said")
    page = browser.get(f"{COURSE}/notes")
    (section,) = html.document_fromstring(page.text).xpath("//div[@class='noted']")
    assert section.xpath("./h3/a/@href") == [f"{LESSON}#{SECTION}"]
    notes = {note.xpath(".//mark")[0].text: note.text_content() for note in section.xpath(".//li")}
    assert "These words are no longer in the text" in notes["never said"]
    assert "no longer" not in notes["working layer"]
    assert "\n\n> working layer\n" in browser.get(f"{COURSE}/notes.md").text
    assert browser.get(f"/api/v1{COURSE}/notes").json() == {"notes": []}
    assert marked(browser.get(LESSON)) == ["working layer"]


def test_a_lesson_with_highlights_costs_no_more_statements(browser):
    browser.get(LESSON)
    before = statements_of(browser.get(LESSON))
    post(browser, "thin")
    assert statements_of(browser.get(LESSON)) == before
