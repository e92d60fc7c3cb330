"""A student’s own notes: below each section, on a page, as a file, and by the API."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html
from sqlalchemy import select

from app.kit.versions import Stale
from app.learning import note_writing
from app.learning.models import ReadingPositionRow, SectionNoteRow
from app.learning.section_notes import LONGEST_NOTE, NO_NOTE
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.learning import a_learner_place
from tests.make.pages import words
from tests.make.people import a_user

KEY = "small-course"
COURSE = f"/learn/{KEY}"
LESSON = f"{COURSE}/lessons/skin-layers"
LOCKED = f"{COURSE}/lessons/needle-safety"
LINES = "Upper dermis first.\nAsk about the cheek."


def rows(database) -> list[tuple[str, str]]:
    row = SectionNoteRow
    with database.read() as db:
        return [tuple(each) for each in db.execute(select(row.section, row.words))]


def save(browser, section, note, version=NO_NOTE):
    return browser.post(
        f"{LESSON}/note", data={"section": section, "note": note, "version": version}
    )


def put(browser, section, note, version=NO_NOTE):
    body = {"section": section, "note": note, "version": version}
    return browser.put(f"/api/v1{LESSON}/note", json=body)


def form_of(answer, section):
    (details,) = html.document_fromstring(answer.text).xpath(f"//details[@id='note-{section}']")
    return details


def version_on(answer, section) -> str:
    (version,) = form_of(answer, section).xpath(".//input[@name='version']/@value")
    return version


def test_a_note_is_saved_without_a_script_and_stands_in_the_lesson(database, browser, anchors):
    before = form_of(browser.get(LESSON), anchors[1])
    assert "open" not in before.attrib
    answer = save(browser, anchors[1], LINES.replace("\n", "\r\n"))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{LESSON}#note-{anchors[1]}",
    )
    assert rows(database) == [(anchors[1], LINES)]
    page = browser.get(LESSON)
    details = form_of(page, anchors[1])
    assert "open" in details.attrib
    (field,) = details.xpath(".//textarea")
    assert field.text.strip() == LINES
    tree = html.document_fromstring(page.text)
    printed = tree.xpath("//*[contains(@class, 'note-printed') and not(@hidden)]")
    assert [each.get("id") for each in printed] == [f"printed-note-{anchors[1]}"]
    assert LINES in printed[0].text_content()
    assert "hidden" not in tree.xpath("//input[@id='print-notes']")[0].getparent().attrib


def test_an_emptied_note_is_taken_away(database, browser, anchors):
    save(browser, anchors[0], LINES)
    answer = save(browser, anchors[0], " ", version_on(browser.get(LESSON), anchors[0]))
    assert answer.status_code == 303
    assert rows(database) == [(anchors[0], "")]
    assert "open" not in form_of(browser.get(LESSON), anchors[0]).attrib
    assert "You have no notes yet" in words(browser.get(f"{COURSE}/notes"))


def test_a_note_that_is_too_long_stays_on_the_page(database, browser, anchors):
    typed = "n" * (LONGEST_NOTE + 1)
    answer = save(browser, anchors[0], typed)
    assert answer.status_code == 422
    details = form_of(answer, anchors[0])
    assert details.xpath(".//textarea")[0].text.strip() == typed
    assert "4000" in details.xpath(".//*[contains(@class, 'error-text')]")[0].text_content()
    assert rows(database) == []
    assert put(browser, anchors[0], typed).status_code == 422
    assert put(browser, anchors[0], typed[1:]).status_code == 200


def test_a_note_of_another_device_is_not_overwritten(database, browser, anchors):
    seen = version_on(browser.get(LESSON), anchors[0])
    put(browser, anchors[0], "from the phone")
    answer = save(browser, anchors[0], "from the desk", seen)
    assert answer.status_code == 409
    details = form_of(answer, anchors[0])
    assert details.xpath(".//textarea")[0].text.strip() == "from the desk"
    assert "on another device" in details.text_content()
    summary = html.document_fromstring(answer.text).xpath("//*[@class='error-summary']//a/@href")
    assert summary == [f"#f-note-{anchors[0]}"]
    assert "from the phone" in details.text_content()
    assert rows(database) == [(anchors[0], "from the phone")]
    again = save(browser, anchors[0], "from the desk", version_on(answer, anchors[0]))
    assert (again.status_code, rows(database)) == (303, [(anchors[0], "from the desk")])
    late = put(browser, anchors[0], "late", seen)
    assert (late.status_code, late.json()["reason"]) == (409, "stale")


def test_the_page_has_every_note_in_the_order_of_the_course(database, browser, student, anchors):
    save(browser, anchors[1], "second <b>")
    save(browser, anchors[0], "first")
    with database.write() as db:
        db.add(
            SectionNoteRow(
                user_id=student.user_id,
                course_key=KEY,
                lesson_key="skin-layers",
                section="section-gone",
                lesson_title="Skin layers",
                section_title="What was here before",
                words="kept",
                saved_at=NOW,
            )
        )
    page = browser.get(f"{COURSE}/notes")
    notes = html.document_fromstring(page.text).xpath("//li[@class='note']")
    assert [note.xpath("./p[1]")[0].text for note in notes] == ["first", "second <b>", "kept"]
    sections = html.document_fromstring(page.text).xpath("//div[@class='noted']")
    assert [section.xpath("./h3//a/@href") for section in sections] == [
        [f"{LESSON}#{anchors[0]}"],
        [f"{LESSON}#{anchors[1]}"],
        [],
    ]
    assert "no longer in the course" in notes[2].text_content()
    search = browser.get(f"{COURSE}/notes?q=second")
    assert "1 note with “second”" in words(search)
    assert "No note has these words" in words(browser.get(f"{COURSE}/notes?q=nowhere"))
    file = browser.get(f"{COURSE}/notes.md")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert file.text.index("\n\nfirst\n") < file.text.index("\n\nsecond <b>\n")
    listed = browser.get(f"/api/v1{COURSE}/notes").json()["notes"]
    assert [note["note"] for note in listed] == ["first", "second <b>", "kept"]
    assert [bool(note["address"]) for note in listed] == [True, True, False]


def test_a_thousand_notes_have_pages_and_cost_no_more_statements(database, browser, student):
    path = f"{COURSE}/notes"
    statements = {0: statements_of(browser.get(path))}
    for before, total in ((0, 1), (1, 1000)):
        with database.write() as db:
            db.add_all(
                SectionNoteRow(
                    user_id=student.user_id,
                    course_key=KEY,
                    lesson_key="skin-layers",
                    section=f"section-{number:04}",
                    lesson_title="Skin layers",
                    section_title=f"Section {number}",
                    words=f"Note {number}",
                    saved_at=NOW,
                )
                for number in range(before, total)
            )
        statements[total] = statements_of(browser.get(path))
    assert statements[1] == statements[1000]
    last = browser.get(f"{path}?page=20")
    assert len(html.document_fromstring(last.text).xpath("//li[@class='note']")) == 50
    assert "Page 20 of 20" in words(last)
    assert browser.get(f"{path}?page=21").headers["location"].endswith("page=20")


@pytest.mark.parametrize("send", [save, put], ids=["page", "API"])
def test_a_note_about_an_unknown_section_is_refused(database, browser, send):
    answer = send(browser, "section-nowhere", LINES)
    assert answer.status_code == 404
    assert "not found" in answer.text.lower()
    assert rows(database) == []


def test_a_locked_lesson_takes_no_note(database, browser):
    body = {"section": "section-a", "note": LINES}
    refused = browser.put(f"/api/v1{LOCKED}/note", json=body)
    assert (refused.status_code, refused.json()["reason"]) == (403, "module-locked")
    page = browser.post(f"{LOCKED}/note", data=body)
    assert page.status_code == 403
    assert "This lesson is not open yet" in words(page)
    assert rows(database) == []


def test_nobody_else_reads_or_writes_a_note(database, as_person, browser, published, anchors):
    save(browser, anchors[0], LINES)
    with database.write() as db:
        neighbour, stranger = a_user(db, "Nora Neighbour"), a_user(db, "Other Student")
        a_learner_place(db, neighbour, published)
    other = as_person(neighbour)
    page = other.get(LESSON)
    assert page.status_code == 200
    assert "Ask about the cheek" not in page.text
    assert "You have no notes yet" in words(other.get(f"{COURSE}/notes"))
    for path in ("notes", "notes.md"):
        assert as_person(stranger).get(f"{COURSE}/{path}").status_code == 404
    answer = put(as_person(stranger), anchors[0], "mine")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert rows(database) == [(anchors[0], LINES)]


def test_too_many_notes_wait(database, browser, anchors, monkeypatch):
    monkeypatch.setattr(
        note_writing, "NOTED", note_writing.Limit("note saved", 1, note_writing.timedelta(hours=1))
    )
    put(browser, anchors[0], "first")
    answer = save(browser, anchors[1], LINES)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert form_of(answer, anchors[1]).xpath(".//textarea")[0].text.strip() == LINES
    assert rows(database) == [(anchors[0], "first")]


def test_two_devices_at_once_lose_no_note(database, student, anchors):
    """Both have seen no note; the one that comes second is told of the first."""

    def write(note: str) -> str:
        try:
            with database.write() as db:
                note_writing.write_note(
                    db,
                    student,
                    KEY,
                    "skin-layers",
                    anchors[0],
                    words=note,
                    version=NO_NOTE,
                    now=NOW,
                )
        except Stale:
            return "stale"
        return note

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(write, ["phone", "desk"]))
    (winner,) = [each for each in said if each != "stale"]
    assert sorted(said) == sorted(["stale", winner])
    assert rows(database) == [(anchors[0], winner)]


@pytest.mark.parametrize("part", ["note", "position"])
def test_an_open_page_of_another_person_writes_nothing(
    database, browser, as_person, student, published, anchors, part
):
    """Two people share a browser: the page of the first still sends, and the sign-in of the second goes with
    it."""
    with database.write() as db:
        second = a_user(db, "Olive Other")
        a_learner_place(db, second, published)
    sent = {"note": {"section": anchors[0], "note": LINES, "version": NO_NOTE}}
    sent["position"] = {"section": anchors[0], "read": [], "seconds_ago": 0}
    address = f"/api/v1{LESSON}/{part}"
    other, reader = as_person(second), {"x-reader": str(student.user_id)}
    answer = other.put(address, json=sent[part], headers=reader)
    assert (answer.status_code, answer.json()["reason"]) == (403, "other-reader")
    with database.read() as db:
        assert db.scalars(select(SectionNoteRow.user_id)).all() == []
        assert db.scalars(select(ReadingPositionRow.user_id)).all() == []
    assert browser.put(address, json=sent[part], headers=reader).status_code == 200
