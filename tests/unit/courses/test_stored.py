"""Stored documents are read whatever version wrote them; those that would be misread are refused."""

import json
from typing import Any

import pytest

from app.courses.domain import stored, stored_keys
from app.courses.domain.parsing import parse_course
from app.courses.domain.stored import FORMAT, UnreadableDocument, read_delivery
from app.courses.domain.stored_keys import read_keys
from app.quizzes.domain.sampling import draw
from app.quizzes.domain.transitions import AtTimeOut
from app.quizzes.marking import mark_attempt
from tests.make.courses import small_course, small_files
from tests.make.quizzes import the_answer
from tests.make.stored import STORED, stored_course

NAMES = sorted(path.parent.name for path in STORED.glob("*/delivery.json.gz"))


def with_unknown_keys(text: str) -> str:
    """Return a delivery document of a later version with a field more in values of several kinds."""
    document: dict[str, Any] = json.loads(text)
    module, quiz = document["modules"][0], document["quizzes"][0]
    for value in (
        document,
        module,
        module["lessons"][0],
        quiz,
        quiz["questions"][0],
        document["checklists"][0]["sections"][0]["steps"][0],
        document["certificate"],
    ):
        value["a_later_field"] = {"deep": ["value"]}
    return json.dumps(document)


@pytest.mark.parametrize("name", NAMES)
def test_every_stored_document_is_read(name: str) -> None:
    golden = stored_course(name)
    assert read_delivery(golden.delivery, golden.format_number) == golden.course
    assert read_keys(golden.keys, golden.format_number) == golden.answer_keys


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_this_version_does_not_know_is_ignored(name: str) -> None:
    golden = stored_course(name)
    assert with_unknown_keys(golden.delivery) != golden.delivery
    assert read_delivery(with_unknown_keys(golden.delivery), golden.format_number) == golden.course
    keys = json.loads(golden.keys)
    quiz = next(iter(keys["quizzes"].values()))
    keys["a_later_field"] = quiz["a_later_field"] = 1
    next(iter(quiz["questions"].values()))["a_later_field"] = None
    assert read_keys(json.dumps(keys), golden.format_number) == golden.answer_keys


def test_authors_may_not_write_an_unknown_key() -> None:
    """What is ignored in a stored document is a mistake in a file."""
    files = dict(small_files())
    files["quizzes/skin-quiz.yaml"] = files["quizzes/skin-quiz.yaml"].replace(
        b"title:", b"a_later_field: 1\ntitle:", 1
    )
    parsed = parse_course("small-course", files)
    assert parsed.course is None
    assert any("a_later_field" in str(problem) for problem in parsed.problems)


@pytest.mark.parametrize("read", [read_delivery, read_keys])
def test_a_format_of_a_later_version_is_refused_unread(read: Any) -> None:
    with pytest.raises(
        UnreadableDocument, match=f"format {FORMAT + 1}.*formats 1 to {FORMAT}"
    ) as no:
        read("{}", FORMAT + 1)
    assert no.value.is_newer


def test_a_damaged_document_is_named_without_its_content() -> None:
    course, keys = small_course().course, small_course().keys
    assert course is not None
    assert keys is not None
    document = json.loads(keys.model_dump_json())
    quiz = next(iter(document["quizzes"].values()))
    next(iter(quiz["questions"].values()))["correct"] = "secret-answer"
    with pytest.raises(UnreadableDocument, match="damaged at quizzes") as no:
        read_keys(json.dumps(document), FORMAT)
    assert not no.value.is_newer
    assert "secret-answer" not in str(no.value)
    assert no.value.__cause__ is None
    for text in ("", "{", "[]", course.model_dump_json()[:-2]):
        with pytest.raises(UnreadableDocument):
            read_delivery(text, FORMAT)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5_000])
def test_a_document_that_cannot_be_parsed_is_damaged(text: str) -> None:
    with pytest.raises(UnreadableDocument, match="The document is damaged") as no:
        read_delivery(text, 2)
    assert not no.value.is_newer


def test_each_format_has_a_step_to_the_next() -> None:
    steps = list(range(1, FORMAT))
    assert list(stored.UPGRADES) == steps
    assert list(stored_keys.UPGRADES) == steps


def test_the_steps_are_taken_in_order_from_the_format_of_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a format 3 that gives the certificate another title by a step of its own."""

    def upgrade_2_to_3(document: dict[str, Any]) -> dict[str, Any]:
        certificate = {**document["certificate"], "title": document["certificate"].pop("name")}
        return {**document, "certificate": certificate}

    def upgrade_1_to_2(document: dict[str, Any]) -> dict[str, Any]:
        certificate = dict(document["certificate"])
        certificate["name"] = certificate.pop("title") + " of format 1"
        return {**document, "certificate": certificate}

    monkeypatch.setattr(stored, "FORMAT", 3)
    monkeypatch.setattr(stored, "UPGRADES", {1: upgrade_1_to_2, 2: upgrade_2_to_3})
    course = small_course().course
    assert course is not None
    text = course.model_dump_json()
    assert read_delivery(text, 1).certificate.title == course.certificate.title + " of format 1"
    assert read_delivery(text, 3) == course
    with pytest.raises(UnreadableDocument):
        read_delivery(text, 2)  # its certificate has no name


def test_a_type_of_question_that_this_version_does_not_have_needs_a_later_one() -> None:
    course = small_course().course
    assert course is not None
    later = course.model_dump_json().replace('"type":"numeric"', '"type":"hotspot"')
    with pytest.raises(UnreadableDocument) as refused:
        read_delivery(later, FORMAT)
    assert refused.value.is_newer
    assert "“hotspot”" in str(refused.value)


def test_when_answers_are_shown_and_what_must_be_right_are_stored() -> None:
    """Also where the author wrote nothing: a quiz without the field is one of an earlier version."""
    course = stored_course("small-course-2026-11-30-must-pass").course
    assert {quiz.key: quiz.show_answers for quiz in course.quizzes} == {
        "skin-quiz": "after-each-attempt",
        "needle-quiz": "when-passed",
        "final-test": "when-passed",
    }
    assert [each.key for quiz in course.quizzes for each in quiz.must_pass] == ["bin"]
    earlier = stored_course("small-course-2026-11-30").course
    assert {quiz.show_answers for quiz in earlier.quizzes} == {None}


def test_what_ends_an_attempt_and_what_is_critical_are_stored() -> None:
    golden = stored_course("small-course-2026-11-30-time-out")
    quiz, keys = golden.course.quiz("needle-quiz"), golden.answer_keys.quizzes["needle-quiz"]
    assert quiz is not None
    assert (quiz.at_time_out, quiz.grace, quiz.delay_minutes) == (AtTimeOut.grace, 5, 24 * 60)
    assert (quiz.needs_access_code, keys.access_code) == (True, "blue needle")
    earlier = stored_course("small-course-2026-11-30").course.quiz("needle-quiz")
    assert earlier is not None
    assert (earlier.grace, earlier.delay_minutes, earlier.needs_access_code) == (None, None, False)


@pytest.mark.parametrize(("right", "passed"), [(True, True), (False, False)])
def test_a_stored_question_that_asks_for_an_order_is_marked(right: bool, passed: bool) -> None:
    """The wrong order is a critical error, and fails a quiz that says so."""
    golden = stored_course("small-course-2026-11-30-time-out")
    quiz, keys = golden.course.quiz("skin-quiz"), golden.answer_keys.quizzes["skin-quiz"]
    assert quiz is not None
    drawn = draw(quiz, "a seed")
    responses = {
        each.key: the_answer(
            quiz, keys, each, right=right or quiz.question(each.key).type != "ordering"
        )
        for each in drawn
    }
    marks = mark_attempt(quiz, keys, drawn, responses)
    assert marks.score.passed is passed
    assert set(marks.critical) == (set() if right else {"before-the-needle"})
