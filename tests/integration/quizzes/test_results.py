"""What a result says: sections to read again, the final test by module, what opened, and the moment."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from app.db.database import Database
from app.kit.actor import Role
from app.kit.ids import AttemptId, RevisionId
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.courses import course_with_sections, small_course
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

LESSONS = "/learn/small-course/lessons"
SECTION = re.compile(rf'href="{LESSONS}/([\w-]+#[\w-]+)"')


@pytest.fixture
def revision_id(database: Database) -> RevisionId:
    with database.write() as db:
        parsed = course_with_sections("total-volume")
        assert parsed.course is not None
        quizzes = tuple(
            quiz.model_copy(update={"draw": None}) if quiz.kind == "final" else quiz
            for quiz in parsed.course.quizzes
        )
        course = parsed.course.model_copy(update={"quizzes": quizzes})
        return a_published_course(db, course, parsed.keys)


def part_of(page: str, heading_id: str) -> str:
    """Return the part of the page that has this heading."""
    begin = page.index(f'aria-labelledby="{heading_id}"')
    return page[begin : page.index("</section>", begin)]


def missing(pupil: Pupil, *keys: str, quiz: str = "skin-quiz") -> AttemptId:
    """Answer a quiz with these questions wrong, and submit it."""
    attempt_id = pupil.start(quiz)
    attempt = pupil.attempt(attempt_id)
    for position, drawn in enumerate(attempt.drawn, start=1):
        choose = pupil.wrong_answer if drawn.key in keys else pupil.right_answer
        pupil.save(attempt_id, position, choose(attempt, position))
    pupil.submit(attempt_id)
    return attempt_id


def test_a_failed_quiz_leads_to_the_sections_of_what_was_missed(browser, pupil):
    attempt_id = missing(pupil, "bleeding-layer", "true-of-the-dermis", "epidermis-bleeds")
    page = browser.get(f"/attempts/{attempt_id}").text
    assert "3 points short: you need 4 of 5." in page
    meaning = part_of(page, "meaning")
    assert set(SECTION.findall(meaning)) == {
        "skin-layers#section-what-it-holds",
        "skin-layers#section-the-outer-layer",
    }
    positions = sorted(
        pupil.position(attempt_id, key) for key in ("bleeding-layer", "true-of-the-dermis")
    )
    assert "Questions {} and {}".format(*positions) in meaning
    assert f'href="{LESSONS}/skin-vessels"' not in meaning
    assert len(SECTION.findall(page[page.index('id="answers"') :])) == 3


def test_lessons_are_named_where_a_missed_question_names_no_section(browser, pupil):
    page = browser.get(f"/attempts/{missing(pupil, 'total-volume', 'true-of-the-dermis')}").text
    meaning = part_of(page, "meaning")
    assert SECTION.findall(meaning) == ["skin-layers#section-what-it-holds"]
    for lesson in ("skin-layers", "skin-vessels"):
        assert f'href="{LESSONS}/{lesson}"' in meaning


def told(browser, attempt_id: AttemptId) -> tuple[list[str], list[str], object]:
    """Return the sections and the marks that the page names, and the missed questions of the API."""
    page = browser.get(f"/attempts/{attempt_id}").text
    result = browser.get(f"/api/v1/attempts/{attempt_id}").json()["result"]
    marks = re.findall(r'class="dot" href="[^"]*" data-state="(\w+)"', page)
    return SECTION.findall(page), marks, result["missed"]


def test_before_release_it_says_which_questions_were_wrong_and_what_to_read(browser, pupil):
    """Neither the page nor the API holds a right answer or an explanation; after release the page does."""
    pupil.complete("skin", "needles")
    first = missing(pupil, "bin", quiz="final-test")
    position = pupil.position(first, "bin")
    marks = ["right"] * 3
    marks[position - 1] = "wrong"
    sections, shown_marks, missed = told(browser, first)
    assert (set(sections), shown_marks) == ({"needle-safety#section-after-use"}, marks)
    assert [entry["position"] for entry in missed] == [position]
    page = browser.get(f"/attempts/{first}").text
    assert "As soon as you have passed" in page
    assert "you have 1 left" in page
    assert page.count("Your answer<") == 3
    assert not [words for words in KEY_WORDS if words in page]
    assert not browser.get(f"/api/v1/attempts/{first}").json()["result"]["answers_shown"]
    missing(pupil, "bin", quiz="final-test")
    released = browser.get(f"/attempts/{first}").text
    assert [words for words in KEY_WORDS if words in released] == list(KEY_WORDS)
    assert "The answers come later" not in released
    assert told(browser, first)[1:] == (marks, missed)


def with_attempts(database: Database, attempts: int) -> RevisionId:
    """Publish the small course with so many attempts at each quiz."""
    parsed = small_course()
    changes = {"attempts": attempts, "show_answers": "when-passed"}
    quizzes = tuple(quiz.model_copy(update=changes) for quiz in parsed.course.quizzes)
    course = parsed.course.model_copy(update={"quizzes": quizzes})
    with database.write() as db:
        return a_published_course(db, course, parsed.keys)


@pytest.mark.parametrize(("by_newer_place", "shown"), [(3, False), (2, True)])
def test_answers_wait_while_a_newer_place_leaves_attempts(
    database, as_person, by_newer_place, shown
):
    """Two attempts are all of the first revision, and the next starts in the one of the newer place."""
    first = with_attempts(database, 2)
    with database.write() as db:
        actor = a_user(db, "Paula Pupil")
        a_place(db, actor, first)
    paula = Pupil(database, actor, first)
    wrong = ("bleeding-layer", "true-of-the-dermis", "epidermis-bleeds")
    earlier = missing(paula, *wrong)
    newer = with_attempts(database, by_newer_place)
    with database.write() as db:
        a_place(db, actor, newer, at=NOW + timedelta(days=1))
    missing(paula, *wrong)
    result = as_person(actor).get(f"/api/v1/attempts/{earlier}").json()["result"]
    assert (result["passed"], result["answers_shown"]) == (False, shown)


def test_a_result_leads_to_the_attempt_that_is_open(browser, pupil):
    """With the last attempt open none is left to start, and the answers come when it has ended."""
    pupil.complete("skin", "needles")
    first = pupil.finish("final-test", right=False)
    second = pupil.start("final-test")
    page = browser.get(f"/attempts/{first}").text
    assert f'href="/attempts/{second}/continue"' in page
    assert "When the attempt that is still open has ended" in page
    assert "You have used all your attempts" not in page
    pupil.submit(second)
    page = browser.get(f"/attempts/{first}").text
    assert "You have used all your attempts" in page
    assert "/continue" not in page


KEY_WORDS = ("Right answer", "Nothing comes between.", "Where else would it go?")
"""Words of the key and of both explanations of the question “bin”."""


def test_a_final_test_from_before_authors_could_choose_tells_only_its_score(database, as_person):
    """Neither the page nor the API names a section, a question or its mark, as was promised; after release
    both do."""
    with database.write() as db:
        parsed = course_with_sections()
        quizzes = tuple(
            quiz.model_copy(update={"show_answers": None}) for quiz in parsed.course.quizzes
        )
        course = parsed.course.model_copy(update={"quizzes": quizzes})
        earlier = a_published_course(db, course, parsed.keys)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, earlier)
    pupil, browser = Pupil(database, actor, earlier), as_person(actor)
    pupil.complete("skin", "needles")
    page = browser.get("/learn/small-course/quizzes/final-test").text
    assert "are shown after you have passed, or after your last attempt." in page
    first = pupil.finish("final-test", right=False)
    assert told(browser, first) == ([], [], None)
    page = browser.get(f"/attempts/{first}").text
    assert "The answers come later" in page
    assert "#section-" not in page
    assert browser.get(f"/api/v1/attempts/{first}").json()["result"]["modules"] == []
    pupil.finish("final-test", right=False)
    sections, marks, missed = told(browser, first)
    assert len(set(sections)) == 2
    assert marks == ["wrong", "wrong"]
    assert [entry["position"] for entry in missed] == [1, 2]


def test_the_final_test_is_counted_by_module_weakest_first(browser, pupil):
    pupil.complete("skin", "needles")
    attempt_id = missing(pupil, "bin", quiz="final-test")
    result = browser.get(f"/api/v1/attempts/{attempt_id}").json()["result"]
    assert result["passed"] is False
    assert [
        (entry["modules"], entry["earned"], entry["possible"]) for entry in result["modules"]
    ] == [
        (["needles"], 0, 1),
        (["skin"], 2, 2),
    ]
    bars = part_of(browser.get(f"/attempts/{attempt_id}").text, "by-module")
    assert re.findall(r'href="/learn/small-course#module-(\w+)"', bars) == ["needles", "skin"]
    assert re.findall(r'bar-figures">([^<]+)<', bars) == ["0 of 1", "2 of 2"]


def test_a_better_result_is_offered_only_where_there_is_one(browser, pupil):
    """S10, S11."""
    failed = pupil.finish(right=False)
    passed = browser.get(f"/attempts/{missing(pupil, 'epidermis-bleeds')}").text
    assert "Try again for a better result" in passed
    assert (
        "Another attempt was passed, and the best one counts."
        in browser.get(f"/attempts/{failed}").text
    )
    full = browser.get(f"/attempts/{pupil.finish()}").text
    assert "You passed" in full
    assert "Try again" not in full


def test_what_opened_is_told_until_it_is_done(browser, pupil):
    pupil.complete_lessons("skin-layers", "skin-vessels")
    page = browser.get(f"/attempts/{pupil.finish()}").text
    opened = part_of(page, "opened-needles")
    assert "Module 2 is open" in opened
    assert f'href="{LESSONS}/needle-safety"' in opened
    assert "Continue with the course" not in page
    pupil.complete_lessons("needle-safety")
    page = browser.get(f"/attempts/{pupil.finish('needle-quiz')}").text
    assert "The final test is open" in part_of(page, "opened-final")
    first = browser.get(f"/attempts/{pupil.finish()}").text
    assert "Module 2 is open" not in first


def test_the_moment_comes_once_after_the_answers_are_sent(browser, pupil):
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    check = browser.get(f"/attempts/{attempt_id}/check").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', check)[1]
    sent = browser.post(f"/attempts/{attempt_id}/submit", data={"csrf_token": token})
    assert sent.status_code == 303
    moment = browser.get(sent.headers["location"]).text
    assert " data-moment " in moment
    assert (
        '<p class="visually-hidden" role="status" data-behaviour="speak">Your answers are sent.</p>'
        in moment
    )
    later = browser.get(sent.headers["location"]).text
    assert "You passed" in later
    assert "data-moment" not in later
    assert "Your answers are sent." not in later


def test_what_was_right_is_folded_and_other_options_too(browser, pupil):
    page = browser.get(f"/attempts/{missing(pupil, 'bleeding-layer')}").text
    answers = page[page.index('id="answers"') :]
    position = pupil.position(AttemptId(UUID(pupil_attempt(page))), "bleeding-layer")
    missed = answers[answers.index(f'id="question-{position}"') :].split("</li>\n  <li")[0]
    assert answers.count("Your answer and why") == 3
    assert "Not chosen" not in page
    assert "1 other option" in missed


def pupil_attempt(page: str) -> str:
    return re.search(r'data-attempt="([^"]+)"', page)[1]


def test_staff_read_where_a_missed_question_is_taught(as_person, pupil, database):
    attempt_id = missing(pupil, "bleeding-layer")
    with database.write() as db:
        ada = a_user(db, "Ada Admin", roles=(Role.admin,))
    page = as_person(ada).get(f"/results/attempts/{attempt_id}").text
    lessons = re.escape("/teach/courses/small-course/revisions/1/lessons/")
    assert re.findall(rf'href="{lessons}([^"]+)"', page) == ["skin-layers#section-what-it-holds"]
    assert "Taught in “What it holds”" in page
