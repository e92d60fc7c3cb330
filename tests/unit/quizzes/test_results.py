"""What a score means: points short, results by module, and what to read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.authoring.published import Heading
from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.taught_sections import TaughtSection, taught_section
from app.questions.single.answering import SingleQuestion
from app.quizzes.domain.attempt import QuestionMark, Score
from app.quizzes.domain.releasing import Disclosure
from app.quizzes.domain.results import (
    ModuleResult,
    missed_must_pass,
    module_results,
    points_needed,
    points_short,
    sections_to_read,
)
from tests.make.learning import a_course, a_module

MODULES = ("one", "two", "three", "four")
HEADINGS = (
    Heading(level=2, anchor="section-depth", text="Depth"),
    Heading(level=3, anchor="section-angle", text="Angle"),
)


def course() -> Course:
    """Four modules, whose lessons have two sections each."""
    plain = a_course(*(a_module(key) for key in MODULES))
    modules = tuple(
        module.model_copy(
            update={
                "lessons": tuple(
                    lesson.model_copy(update={"headings": HEADINGS}) for lesson in module.lessons
                )
            }
        )
        for module in plain.modules
    )
    return plain.model_copy(update={"modules": modules})


def taught(quiz: Quiz) -> dict[str, TaughtSection | None]:
    """Return the section that teaches each question of a quiz."""
    return {question.key: taught_section(course(), question) for question in quiz.questions}


@dataclass(frozen=True)
class MarkedQuiz:
    """An attempt: a quiz, and the marks of its questions in their order."""

    quiz: Quiz
    marks: tuple[QuestionMark, ...]

    def by_module(self, told: Disclosure = Disclosure.answers) -> tuple[ModuleResult, ...]:
        return module_results(course(), taught(self.quiz), self.marks, disclosure=told)


def marked(*questions: tuple[str | None, int], points: int = 1) -> MarkedQuiz:
    """Return an attempt whose questions name these sections and earned these points."""
    final = course().quizzes[-1]
    quiz = final.model_copy(
        update={
            "questions": tuple(
                SingleQuestion(
                    key=f"q-{number}",
                    type="single",
                    stem_html="",
                    options=(),
                    points=points,
                    section=section,
                )
                for number, (section, _) in enumerate(questions)
            )
        }
    )
    marks = tuple(
        QuestionMark(f"q-{number}", earned, points) for number, (_, earned) in enumerate(questions)
    )
    return MarkedQuiz(quiz, marks)


def lines(results: Sequence[ModuleResult]) -> list[tuple[str, int, int]]:
    return [
        (result.module.key if result.module else "", result.earned, result.possible)
        for result in results
    ]


ONE, TWO, THREE, FOUR = GROUPS = tuple(f"{key}-a#section-depth" for key in MODULES)


@pytest.mark.parametrize(
    ("possible", "percent", "needed"),
    [(10, 80, 8), (10, 81, 9), (3, 50, 2), (7, 100, 7), (1, 1, 1), (20, 75, 15)],
)
def test_the_points_of_a_pass_are_rounded_up(possible: int, percent: int, needed: int) -> None:
    assert points_needed(possible, percent) == needed


@given(st.integers(1, 400), st.integers(1, 100), st.data())
def test_nobody_who_passed_is_short_and_everybody_else_is(
    possible: int, percent: int, data: st.DataObject
) -> None:
    earned = data.draw(st.integers(0, possible))
    passed = earned * 100 >= percent * possible
    short = points_short(Score(earned, possible, passed), percent)
    assert (short == 0) == passed
    assert (earned + short) * 100 >= percent * possible or passed


def test_the_weakest_module_comes_first_and_equal_ones_in_the_order_of_the_course() -> None:
    attempt = marked((THREE, 1), (ONE, 1), (TWO, 0), (TWO, 1), (FOUR, 0), (FOUR, 0))
    assert lines(attempt.by_module()) == [
        ("four", 0, 2),
        ("two", 1, 2),
        ("one", 1, 1),
        ("three", 1, 1),
    ]


def test_points_count_and_not_questions() -> None:
    (result,) = marked((ONE, 3), (ONE, 0), points=3).by_module()
    assert (result.questions, result.earned, result.possible, result.percent) == (2, 3, 6, 50)
    assert result.module is not None
    assert (result.module.number, result.module.title) == (1, "Module one")


def test_questions_without_a_section_stand_in_a_line_of_their_own() -> None:
    attempt = marked((ONE, 1), (None, 0), (None, 1))
    assert lines(attempt.by_module()) == [("", 1, 2), ("one", 1, 1)]


def test_a_course_that_names_no_sections_has_no_results_by_module() -> None:
    assert marked((None, 0), (None, 1)).by_module() == ()
    assert marked().by_module() == ()


@pytest.mark.parametrize(
    "questions",
    [
        [(ONE, 1), (TWO, 0), (TWO, 1), (THREE, 1), (THREE, 0)],
        [(ONE, 1), (ONE, 1), (TWO, 1), (TWO, 0)],
        [(ONE, 0), (ONE, 0), (TWO, 1), (TWO, 0)],
        [(ONE, 1), (ONE, 0)],
        [(ONE, 1)],
    ],
    ids=["a module of one question", "all right", "all wrong", "one module", "one question"],
)
def test_before_release_no_line_is_shown_if_one_tells_a_mark(
    questions: list[tuple[str | None, int]],
) -> None:
    assert lines(marked(*questions).by_module(Disclosure.score)) == []
    assert lines(marked(*questions).by_module()) != []


def test_before_release_every_line_is_shown_if_none_tells_a_mark() -> None:
    attempt = marked((ONE, 0), (ONE, 1), (TWO, 1), (TWO, 0), (TWO, 1))
    assert lines(attempt.by_module(Disclosure.score)) == [("one", 1, 2), ("two", 2, 3)]


def test_an_empty_answer_is_known_to_be_wrong_and_tells_of_the_question_beside_it() -> None:
    attempt = marked((ONE, 1), (ONE, 0), (TWO, 1), (TWO, 0))
    shown = module_results(
        course(),
        taught(attempt.quiz),
        attempt.marks,
        unanswered={"q-1"},
        disclosure=Disclosure.score,
    )
    assert lines(shown) == []
    assert len(attempt.by_module(Disclosure.score)) == 2


def test_before_release_questions_of_different_points_are_in_no_line() -> None:
    """Where lines are left out, it could be told which of them are right."""
    attempt = marked((ONE, 1), (ONE, 0), (TWO, 1), (TWO, 0))
    heavy = attempt.quiz.questions[1].model_copy(update={"points": 2})
    quiz = attempt.quiz.model_copy(
        update={"questions": (attempt.quiz.questions[0], heavy, *attempt.quiz.questions[2:])}
    )
    marks = (attempt.marks[0], QuestionMark("q-1", 0, 2), *attempt.marks[2:])
    assert module_results(course(), taught(quiz), marks, disclosure=Disclosure.score) == ()


@pytest.mark.parametrize("empty", [0, 1], ids=["all answered", "one empty"])
@pytest.mark.parametrize("sizes", [(1, 3), (2, 2), (2, 3), (2, 2, 2), (3, 3, 1), (2, 2, 1, 1)])
def test_before_release_no_mark_can_be_derived_from_what_is_shown(
    sizes: tuple[int, ...], empty: int
) -> None:
    """Every attempt is tried. Who sees the score and the lines, or that there are none, knows which attempts
    it may have been. Each answer is right in some of them and wrong in others, but where the score tells it
    alone."""
    sections = [section for section, size in zip(GROUPS, sizes, strict=False) for _ in range(size)]
    answered = len(sections) - empty
    by_score: dict[int, list[tuple[int, ...]]] = {}
    by_sight: dict[tuple[int, object], list[tuple[int, ...]]] = {}
    for right in product((0, 1), repeat=answered):
        attempt = marked(*zip(sections, (*right, *[0] * empty), strict=True))
        unanswered = {f"q-{number}" for number in range(answered, len(sections))}
        shown = module_results(
            course(),
            taught(attempt.quiz),
            attempt.marks,
            unanswered=unanswered,
            disclosure=Disclosure.score,
        )
        by_score.setdefault(sum(right), []).append(right)
        by_sight.setdefault((sum(right), tuple(lines(shown))), []).append(right)
    for sight, attempts in by_sight.items():
        assert doubtful(attempts) == doubtful(by_score[sight[0]]), sight


def doubtful(attempts: list[tuple[int, ...]]) -> list[bool]:
    """Return for each question whether these attempts leave its mark in doubt."""
    return [len(set(marks)) > 1 for marks in zip(*attempts, strict=True)]


def test_with_the_marks_every_line_is_shown_unless_it_would_tell_part_of_the_points() -> None:
    alone = marked((ONE, 1), (TWO, 0))
    assert lines(alone.by_module(Disclosure.marks)) == [("two", 0, 1), ("one", 1, 1)]
    partly = marked((ONE, 3), (TWO, 2), (TWO, 0), points=3)
    assert partly.by_module(Disclosure.marks) == ()
    assert len(partly.by_module(Disclosure.answers)) == 2


def test_the_questions_that_must_be_right_and_were_not_are_named_by_position() -> None:
    attempt = marked((ONE, 2), (ONE, 1), (TWO, 0), (TWO, 0), points=2)
    decisive = {"q-0", "q-1", "q-3"}
    questions = tuple(
        question.model_copy(update={"must_pass": question.key in decisive})
        for question in attempt.quiz.questions
    )
    quiz = attempt.quiz.model_copy(update={"questions": questions})
    assert missed_must_pass(quiz, attempt.marks) == (2, 4)
    assert missed_must_pass(attempt.quiz, attempt.marks) == ()


def test_each_section_is_named_once_with_the_questions_it_teaches() -> None:
    angle = "one-a#section-angle"
    attempt = marked((TWO, 0), (angle, 1), (ONE, 0), (angle, 0), (TWO, 0), (None, 0))
    sections = sections_to_read(taught(attempt.quiz), attempt.marks)
    assert [(part.section.address, part.positions) for part in sections] == [
        (TWO, (1, 5)),
        (ONE, (3,)),
        (angle, (4,)),
    ]


def test_a_question_that_earned_a_part_of_its_points_is_read_again() -> None:
    attempt = marked((ONE, 1), points=2)
    assert [part.positions for part in sections_to_read(taught(attempt.quiz), attempt.marks)] == [
        (1,)
    ]


def test_nothing_is_read_again_where_all_is_right() -> None:
    attempt = marked((ONE, 1), (TWO, 1))
    assert sections_to_read(taught(attempt.quiz), attempt.marks) == ()
