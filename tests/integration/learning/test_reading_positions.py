"""A lesson remembers where a person stopped, on every device, and without a script."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select, update

from app.db.rate_limits import Count
from app.learning import service
from app.learning.models import ReadingPositionRow
from app.learning.reading_positions import ReadingPosition
from tests.make import NOW
from tests.make.learning import a_done_lesson
from tests.make.lock_waits import until_waiting
from tests.make.pages import words
from tests.make.people import a_user

KEY = "small-course"
LESSON = f"/learn/{KEY}/lessons/skin-layers"
LOCKED = f"/learn/{KEY}/lessons/needle-safety"
POSITION = f"/api/v1{LESSON}/position"


def rows(database) -> list[tuple[str, str]]:
    with database.read() as db:
        row = ReadingPositionRow
        return [tuple(each) for each in db.execute(select(row.section, row.read_sections))]


def send(browser, section, **values):
    return browser.put(POSITION, json={"section": section, **values})


def test_a_lesson_that_was_left_opens_there_on_another_device(as_person, student, browser, anchors):
    assert "You stopped at" not in words(browser.get(LESSON))
    answer = send(browser, anchors[1], read=[anchors[0]])
    assert (answer.status_code, answer.json()["section"]) == (200, anchors[1])
    page = as_person(student).get(LESSON)
    tree = html.document_fromstring(page.text)
    (link,) = tree.xpath("//*[@id='stopped']//a/@href")
    assert link == f"#{anchors[1]}"
    assert len(tree.xpath(f"//*[@id='{anchors[1]}']")) == 1
    read = set(tree.xpath("//nav[@id='contents']//a[@data-read]/@href"))
    assert read == {f"#{anchors[0]}"}
    assert browser.get(f"/learn/{KEY}/continue").headers["location"] == f"{LESSON}#{anchors[1]}"
    assert browser.get(POSITION).json()["read"] == [anchors[0]]


def test_without_a_script_a_section_is_marked_as_read(database, browser, anchors):
    tree = html.document_fromstring(browser.get(LESSON).text)
    assert tree.xpath("//button[@form='sections']/@value") == anchors
    (action,) = tree.xpath("//form[@id='sections']/@action")
    answer = browser.post(action, data={"section": anchors[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LESSON}#{anchors[1]}")
    assert rows(database) == [(anchors[1], anchors[0])]
    page = browser.get(LESSON)
    assert "You stopped at" in words(page)
    assert "Section read" in words(page)
    last = browser.post(action, data={"section": anchors[-1]})
    assert last.headers["location"] == f"{LESSON}#{anchors[-1]}"


def test_a_done_lesson_does_not_ask_to_go_on_at_its_end(
    database, browser, student, published, anchors
):
    send(browser, anchors[-1])
    assert "You stopped at" in words(browser.get(LESSON))
    with database.write() as db:
        a_done_lesson(db, student, published, "skin-layers")
    assert "You stopped at" not in words(browser.get(LESSON))
    send(browser, anchors[-2])
    expected = anchors[-2] != anchors[0]
    assert ("You stopped at" in words(browser.get(LESSON))) is expected


def test_what_a_device_sends_late_does_not_move_the_reader_back(database, browser, anchors):
    send(browser, anchors[1])
    late = send(browser, anchors[0], read=[anchors[0]], seconds_ago=3600)
    assert late.json()["section"] == anchors[1]
    assert rows(database) == [(anchors[1], anchors[0])]


def test_reading_never_notes_a_position(database, browser):
    for headers in ({}, {"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}):
        for path in (LESSON, POSITION, f"/learn/{KEY}/continue"):
            assert browser.get(path, headers=headers).status_code in (200, 303)
    assert rows(database) == []


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"section": "section-of-another-lesson"}, 404, "not-found"),
        ({"section": "s" * 501}, 422, "invalid"),
        ({"section": "a", "seconds_ago": -1}, 422, "invalid"),
        ({"section": "a", "seconds_ago": 2_592_001}, 422, "invalid"),
        ({"section": "a", "read": ["a"] * 201}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
    ids=["unknown", "too long", "of the future", "too old", "too many", "nothing"],
)
def test_a_position_that_cannot_be(database, browser, body, status, slug):
    answer = browser.put(POSITION, json=body)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert rows(database) == []


def test_a_form_with_an_unknown_section_is_refused(database, browser):
    answer = browser.post(f"{LESSON}/section", data={"section": "section-nowhere"})
    assert answer.status_code == 404
    assert "not found" in words(answer).lower()
    assert rows(database) == []


def test_a_locked_lesson_notes_nothing(database, browser):
    refused = browser.put(f"/api/v1{LOCKED}/position", json={"section": "section-a"})
    assert (refused.status_code, refused.json()["reason"]) == (403, "module-locked")
    page = browser.post(f"{LOCKED}/section", data={"section": "section-a"})
    assert page.status_code == 403
    assert "This lesson is not open yet" in words(page)
    assert rows(database) == []


def test_a_student_without_a_place_finds_nothing(database, as_person, published, anchors):
    with database.write() as db:
        stranger = a_user(db, "Other Student")
    answer = send(as_person(stranger), anchors[0])
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert rows(database) == []


def test_sections_that_the_text_does_not_have_are_not_noted(database, browser, anchors):
    send(browser, anchors[0], read=["section-nowhere", anchors[0]])
    assert rows(database) == [(anchors[0], anchors[0])]


def test_two_devices_at_once_lose_no_section(database, student, anchors):
    """The second waits until the first has written, and then adds to what it reads."""

    def note(db, index: int) -> None:
        service.note_reading(
            db, student, KEY, "skin-layers", anchors[index], read=[anchors[index]], now=NOW
        )

    def note_on_the_other_device() -> None:
        with database.write() as db:
            note(db, 1)

    with database.write() as db:
        service.note_reading(db, student, KEY, "skin-layers", anchors[0], now=NOW)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as db:
            note(db, 0)
            other = pool.submit(note_on_the_other_device)
            until_waiting(database, 1, other)
        other.result()
    assert rows(database) == [(anchors[1], " ".join(sorted(anchors[:2])))]


def test_the_use_case_returns_the_position_that_counts(database, student, anchors):
    with database.write() as db:
        first = service.note_reading(db, student, KEY, "skin-layers", anchors[1], now=NOW)
        late = service.note_reading(
            db, student, KEY, "skin-layers", anchors[0], ago=timedelta(hours=1), now=NOW
        )
        future = service.note_reading(
            db, student, KEY, "skin-layers", anchors[0], ago=timedelta(hours=-1), now=NOW
        )
    assert first == late == ReadingPosition(anchors[1], frozenset(), NOW)
    assert future == ReadingPosition(anchors[0], frozenset(), NOW)


def test_more_positions_than_anybody_reads_are_refused_until_the_hour_is_over(
    database, browser, anchors
):
    send(browser, anchors[0])
    with database.write() as db:
        db.execute(update(Count).values(tries=service.POSITIONS.most))
    before = rows(database)
    refused = send(browser, anchors[1])
    assert (refused.status_code, refused.json()["title"]) == (429, "Too many tries")
    assert "There were too many tries. Wait" in refused.json()["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert rows(database) == before == [(anchors[0], "")]
