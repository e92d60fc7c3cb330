"""The page of a lesson is put together of pieces that a process keeps for all readers (decision 25):
nothing of one reader comes into the page of another, whoever reads first."""

import re

import pytest

from app.learning.section_notes import LONGEST_NOTE, NO_NOTE
from app.web.templating import FORM_HOLE, remembered
from tests.make.learning import a_done_lesson, a_learner_place, a_published_course
from tests.make.people import a_user

COURSE = "/learn/small-course"
LESSON = f"{COURSE}/lessons/skin-layers"
NOTE = "canary-note of Nora"
HIGHLIGHT = "epidermis"
UNCLEAR = "canary-words of Nora"
NAME = "Nora Canary-Name"
READ = re.compile(r" data-read[ >]")
TOKENS = re.compile(r'(?:name="csrf_token" value|data-csrf)="([^"]*)"')


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def section(published) -> str:
    headings = published.course.modules[0].lessons[0].headings
    return next(heading.anchor for heading in headings if heading.level == 2)


@pytest.fixture
def fresh(database, as_person, published):
    """The browser of a student who has only opened the lesson."""
    with database.write() as db:
        actor = a_user(db, "Fred Fresh")
        a_learner_place(db, actor, published)
    return as_person(actor)


@pytest.fixture
def nora(database, as_person, published, section):
    """The browser of a student who has a note, has read a section, and has done the lesson."""
    with database.write() as db:
        actor = a_user(db, NAME)
        a_learner_place(db, actor, published)
        a_done_lesson(db, actor, published, "skin-layers")
    browser = as_person(actor)
    browser.post(f"{LESSON}/section", data={"section": section})
    browser.post(f"{LESSON}/note", data={"section": section, "note": NOTE, "version": NO_NOTE})
    unclear = {"section": section, "answer": "not-quite", "words": UNCLEAR}
    browser.post(f"{LESSON}/clear", data=unclear)
    browser.post(f"{LESSON}/highlight", data={"section": section, "words": HIGHLIGHT})
    browser.get(LESSON)  # It says once that the note is saved.
    return browser


def forget() -> None:
    remembered.cache_clear()


def read(browser) -> str:
    """Return the page of the lesson without its token, which all its forms share."""
    answer = browser.get(LESSON)
    assert answer.status_code == 200
    assert FORM_HOLE not in answer.text
    (token,) = set(TOKENS.findall(answer.text))
    return answer.text.replace(token, "")


def test_whoever_reads_first_each_reader_has_their_own_page(nora, fresh):
    forget()
    alone = read(fresh)
    forget()
    hers = read(nora)
    assert NOTE in hers
    assert UNCLEAR in hers
    assert "<mark" in hers
    assert NAME in hers
    assert "You have done this lesson" in hers
    assert len(READ.findall(hers)) == 2
    after_her = read(fresh)
    assert after_her == alone
    assert NOTE not in after_her
    assert UNCLEAR not in after_her
    assert "<mark" not in after_her
    assert NAME not in after_her
    assert "That was the whole lesson" in after_her
    assert not READ.findall(after_her)
    assert read(nora) == hers


def test_a_refused_note_is_seen_by_nobody_else(nora, fresh, section):
    alone = read(fresh)
    too_long = "canary-refused " + "x" * LONGEST_NOTE
    refused = nora.post(
        f"{LESSON}/note", data={"section": section, "note": too_long, "version": NO_NOTE}
    )
    assert refused.status_code == 422
    assert "canary-refused" in refused.text
    assert read(fresh) == alone
    assert "canary-refused" not in read(nora)


def test_readers_who_are_as_far_share_every_piece(fresh, as_person, database, published):
    """The second reader of a lesson has nothing rendered anew but the frame round it."""
    with database.write() as db:
        other = a_user(db, "Olga Other")
        a_learner_place(db, other, published)
    forget()
    read(fresh)
    pieces = remembered.cache_info().misses
    assert pieces > 5
    read(as_person(other))
    assert remembered.cache_info().misses == pieces
