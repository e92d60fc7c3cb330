"""The words of the interface inside a course reach its readers in the course's language."""

import json

import pytest

from app.courses import answer_keys, queries
from app.courses.course_language import english_words, set_course_words
from app.courses.domain.parsing import parse_course
from app.courses.service import PublishResult, publish
from app.kit.actor import SystemActor
from tests.conftest import an_app
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.browsing import a_browser
from tests.make.courses import small_course, small_files
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_sign_in, a_user
from tests.make.pseudo_languages import bracketed
from tests.make.quizzes import a_sent_attempt

BRACKETED = bracketed(ACADEMY)
ERRATUM = b"""\
outer-thickness:
  lesson: skin-layers
  was: at most places it is about 0.1 mm thick
  now: at most places it is about 0.05 mm thick
  why: It differs.
"""


@pytest.fixture
def student(database):
    """Somebody who learns by a revision that has a correction, and has sent a quiz."""
    with database.write() as db:
        published = a_published_course(db)
        actor = a_user(db, "Sorrel Fenwick")
        a_sign_in(db, actor, token="in-brackets")
        a_learner_place(db, actor, published)
        a_sent_attempt(db, actor, published.revision_id)
        a_published_course(db, parse_course("small-course", corrected_files()))
    return actor


def corrected_files() -> dict[str, bytes]:
    files = dict(small_files())
    lesson = files["lessons/skin-layers.md"]
    files["lessons/skin-layers.md"] = lesson.replace(b"about 0.1 mm thick", b"about 0.05 mm thick")
    return {**files, "errata.yaml": ERRATUM}


@pytest.fixture
def browser(made_apps, settings, portal):
    app = an_app(made_apps, settings, BRACKETED)
    yield a_browser(app, portal, token="in-brackets")
    app.state.app_context.database.close()


def test_a_lesson_speaks_the_language_of_its_course(browser, student, as_person):
    page = browser.get("/learn/small-course/lessons/skin-layers")
    assert page.status_code == 200
    for words in (
        "⟦Key points⟧",
        "⟦Check yourself⟧",
        "⟦Describe this picture⟧",
        "⟦Corrected to:⟧ </span>at most places it is about 0.05 mm thick",
    ):
        assert words in page.text
    english = as_person(student).get("/learn/small-course/lessons/skin-layers").text
    assert "⟦" not in english
    assert ">Key points</p>" in english
    assert "Corrected to: </span>" in english


def test_a_search_shows_the_words_of_the_lesson(browser, student):
    assert "⟦<mark>Check</mark> yourself⟧" in browser.get("/learn/small-course/search?q=check").text


def test_the_api_gives_true_and_false_in_the_language(browser, student, database):
    with database.read() as db:
        quiz = queries.current(db, "small-course").course.quiz("skin-quiz")
    assert "true-false" in {question.type for question in quiz.questions}
    started = browser.post(
        "/api/v1/courses/small-course/quizzes/skin-quiz/attempts",
        headers={"idempotency-key": "a-key-of-this-test"},
    )
    assert started.status_code == 201
    attempt = browser.get(started.json()["href"])
    assert "⟦True⟧" in json.dumps(attempt.json(), ensure_ascii=False)


def test_publishing_compares_what_was_published_and_not_its_translation(database):
    """A revision that an earlier version stored has no source, so its documents are compared."""
    set_course_words(database, BRACKETED.closest)
    with database.write() as db:
        first = publish(db, SystemActor.command_line, small_course(), now=NOW)
        shown = queries.revision(db, first.revision_id).course
        keys = answer_keys.answer_keys(db, first.revision_id)
        assert queries.as_published(db, first.revision_id).course == small_course().course != shown
        assert answer_keys.keys_as_published(db, first.revision_id) == small_course().keys
        assert keys.quizzes.keys() == small_course().keys.quizzes.keys()
        again = publish(db, SystemActor.command_line, small_course(), now=NOW)
        files = corrected_files()
        changed = publish(
            db, SystemActor.command_line, parse_course("small-course", files), now=NOW
        )
    assert again.outcome is PublishResult.unchanged
    set_course_words(database, english_words)
    assert changed.outcome is PublishResult.published
    assert {change.where for change in changed.changes} == {"lesson skin-layers"}
