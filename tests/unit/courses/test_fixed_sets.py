"""Warnings about quizzes that ask the same questions in each of several attempts."""

import pytest

from app.courses.domain.parsing import parse_course
from tests.make.courses import digest_of, small_course, small_files

NEEDLES, FINAL = "quizzes/needle-quiz.yaml", "quizzes/final-test.yaml"
HINT = "Add questions and write `draw`: fewer than there are. Or allow one attempt."


def warnings_of(path: str, old: str, new: str) -> list[tuple[int, str]]:
    """Return the warnings about a file of the small course in which words are replaced."""
    files = dict(small_files())
    text = files[path].decode()
    assert old in text
    parsed = parse_course("small-course", {**files, path: text.replace(old, new).encode()})
    assert parsed.problems == ()
    return [(each.line, each.message) for each in parsed.warnings if each.path == path]


def test_a_quiz_whose_attempts_are_all_alike_is_named_with_a_remedy() -> None:
    warnings = small_course().warnings
    assert [(each.path, each.line) for each in warnings] == [
        (NEEDLES, 4),
        ("quizzes/skin-quiz.yaml", 6),
    ]
    assert {each.hint for each in warnings} == {HINT}
    assert warnings[0].message == "Each attempt at this quiz has the same questions."


@pytest.mark.parametrize(
    ("path", "old", "new", "lines"),
    [
        (NEEDLES, "attempts: 3", "attempts: 1", []),
        (NEEDLES, "attempts: 3", "attempts: 3\ndraw: 1", []),
        (NEEDLES, "attempts: 3", "attempts: 3\ndraw: 2", [5]),
        (FINAL, "draw: 2", "draw: 2", []),
        (FINAL, "draw: 2", "draw: 3", [6]),
    ],
)
def test_it_depends_on_the_draw_and_on_how_many_attempts_there_are(
    path: str, old: str, new: str, lines: list[int]
) -> None:
    assert [line for line, _ in warnings_of(path, old, new)] == lines


def test_questions_that_must_be_right_leave_no_choice_where_they_are_all_that_is_drawn() -> None:
    decisive = "must_pass: true\n    stem: Which layer does"
    assert warnings_of(FINAL, "stem: Which layer does", decisive) == []
    files = dict(small_files())
    text = (
        files[FINAL]
        .decode()
        .replace("draw: 2", "draw: 1")
        .replace("stem: Which layer does", decisive)
    )
    (warning,) = [
        each
        for each in parse_course("small-course", {**files, FINAL: text.encode()}).warnings
        if each.path == FINAL
    ]
    assert warning.message == "Each attempt at this quiz has the same questions."


def test_a_warning_keeps_nothing_from_being_published() -> None:
    parsed = small_course()
    assert parsed.warnings
    assert digest_of(parsed).startswith("v2:")
