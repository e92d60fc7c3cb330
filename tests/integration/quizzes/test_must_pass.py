"""A question that must be right: it fails an attempt whose points would have been enough."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import func, select

from app.db.database import Database
from app.kit.actor import Actor
from app.learning.models import Completion
from tests.integration.quizzes.conftest import Pupil
from tests.make.courses import changed_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

START = "/learn/small-course/quizzes/final-test"
STEM = "    stem: A used needle goes"


def a_pupil_before_the_final_test(database: Database) -> Pupil:
    """The final test draws two questions, of which “bin” must be right; one of two points is enough."""
    parsed = changed_course({"quizzes/final-test.yaml": (STEM, f"    must_pass: true\n{STEM}")})
    assert parsed.course is not None
    quizzes = tuple(quiz.model_copy(update={"pass_percent": 50}) for quiz in parsed.course.quizzes)
    course = parsed.course.model_copy(update={"quizzes": quizzes})
    with database.write() as db:
        revision_id = a_published_course(db, course, parsed.keys)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, revision_id)
    pupil = Pupil(database, actor, revision_id)
    pupil.complete("skin", "needles")
    return pupil


def test_it_is_named_from_the_start_to_the_result(
    database: Database, as_person: Callable[[Actor], TestClient]
) -> None:
    pupil = a_pupil_before_the_final_test(database)
    browser = as_person(pupil.actor)
    assert "1 question is marked “Must be right”" in words(browser.get(START))
    quiz = browser.get("/api/v1/courses/small-course/quizzes/final-test").json()
    assert (quiz["must_pass"], quiz["show_answers"]) == (1, "when-passed")
    attempt_id = pupil.start("final-test")
    attempt = pupil.attempt(attempt_id)
    decisive = pupil.position(attempt_id, "bin")
    other = 3 - decisive
    shown = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"]
    assert [question["position"] for question in shown if question["must_pass"]] == [decisive]
    page = f"/attempts/{attempt_id}/questions/"
    assert "Must be right" in words(browser.get(f"{page}{decisive}"))
    assert "Must be right" not in words(browser.get(f"{page}{other}"))
    pupil.save(attempt_id, decisive, pupil.wrong_answer(attempt, decisive))
    pupil.save(attempt_id, other, pupil.right_answer(attempt, other))
    score = pupil.submit(attempt_id)
    assert (score.earned, score.possible, score.passed) == (1, 2, False)
    told = words(browser.get(f"/attempts/{attempt_id}"))
    assert told.index("1 question that must be right was wrong") < told.index(
        "Not passed this time"
    )
    assert "You have the points, but 1 question had to be right." in told
    result = browser.get(f"/api/v1/attempts/{attempt_id}").json()["result"]
    assert (result["must_pass_missed"], result["passed"]) == ([decisive], False)
    with database.read() as db:
        passes = select(func.count()).where(Completion.item_key == "final-test")
        assert db.scalar(passes.select_from(Completion)) == 0


def test_the_attempt_in_which_it_is_right_passes(database: Database) -> None:
    pupil = a_pupil_before_the_final_test(database)
    attempt_id = pupil.start("final-test")
    attempt, decisive = pupil.attempt(attempt_id), pupil.position(attempt_id, "bin")
    pupil.save(attempt_id, decisive, pupil.right_answer(attempt, decisive))
    score = pupil.submit(attempt_id)
    assert (score.earned, score.passed) == (1, True)


def test_staff_read_which_question_must_be_right(
    database: Database, as_person: Callable[[Actor], TestClient]
) -> None:
    a_pupil_before_the_final_test(database)
    with database.write() as db:
        instructor = a_user(db, "Ivy Instructor", roles=("instructor",))
    page = as_person(instructor).get("/teach/courses/small-course/revisions/1/quizzes/final-test")
    rows = html.document_fromstring(page.text).xpath("//li[@class='review-question']")
    marked = [row.get("id") for row in rows if "Must be right" in row.text_content()]
    assert marked == ["question-2"]
