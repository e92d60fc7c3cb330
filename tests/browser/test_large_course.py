"""A course of 40 modules with 10 lessons each, whose titles are one long word, as is the name of its student:
no page of theirs scrolls sideways or cuts words off, not with a text at 200 % either."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys
from app.courses.queries import revision
from app.db.database import Database
from app.kit.actor import Actor
from tests.make.conversations import a_conversation
from tests.make.courses import small_course
from tests.make.learning import a_done_lesson, a_learner_place
from tests.make.long_words import a_long_word
from tests.make.notices import a_notice
from tests.make.people import a_user
from tests.make.practicals import a_practical
from tests.make.quizzes import a_published_course
from tests.sight import checks, modes

pytestmark = pytest.mark.browser
MODULES, LESSONS, TITLE, NAME = 40, 10, 120, 200
COURSE = "/learn/small-course"
FIRST = ("/home", COURSE, "/certificates")
PAGES = (
    *FIRST,
    "/learn",
    "/me",
    "/enrolments",
    f"{COURSE}/lessons/lesson-1-2",
    f"{COURSE}/lessons/lesson-40-10",
    f"{COURSE}/quizzes/quiz-2",
    f"{COURSE}/plan",
    f"{COURSE}/notes",
    f"{COURSE}/glossary",
    f"{COURSE}/search?q=layer",
    "/courses/small-course",
    "/courses",
    "/dates",
    "/practicals",
    "/notices",
    "/questions",
)


def a_large_course() -> tuple[Course, CourseKeys]:
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    course, keys = parsed.course, parsed.keys
    module, quiz, word = course.modules[0], course.quizzes[0], a_long_word(TITLE)
    modules, quizzes, answers = [], [], {course.final_test: keys.quizzes[course.final_test]}
    for number in range(1, MODULES + 1):
        own = f"quiz-{number}"
        lessons = tuple(
            module.lessons[0].model_copy(update={"key": f"lesson-{number}-{place}", "title": word})
            for place in range(1, LESSONS + 1)
        )
        requires = (f"module-{number - 1}",) if number > 1 else ()
        changed = {"title": word, "summary": word, "lessons": lessons, "quiz": own}
        changed |= {"key": f"module-{number}", "requires": requires}
        modules.append(module.model_copy(update=changed))
        quizzes.append(quiz.model_copy(update={"key": own, "title": word}))
        answers[own] = keys.quizzes[quiz.key]
    final = course.quiz(course.final_test)
    assert final is not None
    changed = {"title": word, "summary": word, "modules": tuple(modules)}
    large = course.model_copy(update={**changed, "quizzes": (*quizzes, final)})
    return large, CourseKeys(quizzes=answers)


def a_student(db: Session) -> Actor:
    """Somebody in the first module, whose name is one word."""
    student = a_user(db, a_long_word(NAME))
    published = revision(db, a_published_course(db, *a_large_course()))
    a_learner_place(db, student, published)
    a_done_lesson(db, student, published, "lesson-1-1")
    a_practical(db, title=a_long_word(TITLE), room=a_long_word(NAME))
    a_notice(db, student)
    a_conversation(db, student, a_long_word(NAME), lesson_title=a_long_word(TITLE))
    return student


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Browsers see no difference between the kinds of database."""
    return sqlite_database


def too_wide(page: Page) -> Iterator[str]:
    for width in (checks.NARROWEST, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        yield from (f"{width} px: {each}" for each in checks.sideways(page))
        yield from (f"{width} px: {each}" for each in checks.cut_off(page))
    with modes.larger_text(page):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            yield from (f"200 %, {width} px: {each}" for each in checks.sideways(page))
            yield from (f"200 %, {width} px: {each}" for each in checks.cut_off(page))


@pytest.mark.parametrize(
    "paths", [FIRST[:2], pytest.param(PAGES, marks=pytest.mark.deep)], ids=["first", "all"]
)
def test_no_page_of_a_large_course_scrolls_sideways(
    database: Database, open_here: Callable[[Actor, str], Page], paths: tuple[str, ...]
) -> None:
    with database.write() as db:
        student = a_student(db)
    page, wrong = open_here(student, FIRST[0]), {}
    for path in paths:
        page.goto(path)
        assert page.locator("h1").count() == 1
        if faults := list(too_wide(page)):
            wrong[path] = faults
    assert wrong == {}
