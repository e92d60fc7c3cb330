"""Marking: tables per type, and what holds of every quiz and every answer."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.domain.delivery import Quiz
from app.courses.domain.keys import QuizKeys
from app.questions.choices.answering import ChoiceResponse
from app.questions.choices.scoring import ChoiceKey
from app.questions.contract import AnswerMark, CriticalError, DrawnQuestion, Response
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.numeric.answering import NumericResponse
from app.questions.ordering.answering import OrderingResponse
from app.questions.ordering.scoring import MustBefore, OrderingKey
from app.quizzes.domain.sampling import draw
from app.quizzes.marking import mark_attempt, mark_question
from tests.make.question_types import EXAMPLES, RESPONSES
from tests.make.quizzes import a_question, a_quiz, the_answer


def chosen(*keys: str) -> ChoiceResponse:
    return ChoiceResponse(frozenset(keys))


@pytest.mark.parametrize(
    "response",
    [
        None,
        chosen(),
        pytest.param(NumericResponse("1", Decimal(1)), id="a damaged answer, of another type"),
    ],
)
def test_what_is_no_answer_earns_nothing(response):
    key = ChoiceKey(correct=frozenset({"o0"}))
    assert mark_question(a_question(points=2), key, response) == AnswerMark(0)
    assert mark_question(a_question(points=2), key, chosen("o0")) == AnswerMark(2)


@pytest.mark.parametrize(
    ("right", "of", "percent", "passed"),
    [(8, 10, 80, True), (7, 10, 80, False), (2, 3, 67, False), (2, 3, 66, True), (0, 1, 1, False)],
)
def test_passing_is_decided_without_rounding(right, of, percent, passed):
    questions = [a_question(f"q{number}") for number in range(of)]
    quiz = a_quiz(*questions, pass_percent=percent)
    keys = QuizKeys(questions={q.key: ChoiceKey(correct=frozenset(["o0"])) for q in questions})
    responses = {f"q{number}": chosen("o0") for number in range(right)}
    marks = mark_attempt(quiz, keys, draw(quiz, "seed"), responses)
    assert (marks.score.earned, marks.score.possible) == (right, of)
    assert marks.score.passed is passed
    assert {
        question_mark.question_key for question_mark in marks.marks if question_mark.is_right
    } == set(responses)
    assert len(marks.marks) == of


@pytest.mark.parametrize(
    ("order", "fails", "passed", "critical"),
    [
        (["o0", "o1", "o2"], True, True, {}),
        (["o2", "o0", "o1"], True, False, {"steps": (CriticalError("Germs"),)}),
        (["o2", "o0", "o1"], False, True, {"steps": (CriticalError("Germs"),)}),
        (["o1", "o0", "o2"], True, True, {}),
    ],
)
def test_a_critical_error_fails_the_quiz_that_says_so(order, fails, passed, critical):
    """Whatever the points are: one pair the right way round would be enough."""
    harm = MustBefore(first="o0", then="o2", reason_html="Germs")
    key = OrderingKey(type="ordering", order=("o0", "o1", "o2"), must_before=(harm,))
    quiz = a_quiz(a_question("steps", "ordering", options=3, points=3), pass_percent=30)
    quiz = quiz.model_copy(update={"fail_on_critical": fails})
    response = OrderingResponse(tuple((item, place) for place, item in enumerate(order, start=1)))
    marks = mark_attempt(
        quiz, QuizKeys(questions={"steps": key}), draw(quiz, "seed"), {"steps": response}
    )
    assert (marks.score.passed, marks.critical) == (passed, critical)


@pytest.mark.parametrize(
    ("right", "must_pass", "passed"),
    [
        ({"q0", "q1", "q2"}, "q0", True),
        ({"q0", "q1"}, "q0", True),
        ({"q1", "q2"}, "q0", False),
        ({"q0", "q1"}, "q2", False),
        (set(), "q0", False),
    ],
)
def test_a_question_that_must_be_right_fails_the_quiz(right, must_pass, passed):
    questions = [a_question(key, must_pass=key == must_pass) for key in ("q0", "q1", "q2")]
    quiz = a_quiz(*questions, pass_percent=60)
    keys = QuizKeys(questions={q.key: ChoiceKey(correct=frozenset(["o0"])) for q in questions})
    marks = mark_attempt(quiz, keys, draw(quiz, "seed"), {key: chosen("o0") for key in right})
    assert (marks.score.earned, marks.score.passed) == (len(right), passed)


def test_part_of_the_points_is_not_right_enough():
    key = OrderingKey(type="ordering", order=("o0", "o1", "o2"))
    quiz = a_quiz(
        a_question("steps", "ordering", options=3, points=3, must_pass=True), pass_percent=30
    )
    keys, drawn = QuizKeys(questions={"steps": key}), draw(quiz, "seed")
    response = OrderingResponse((("o0", 2), ("o1", 1), ("o2", 3)))
    score = mark_attempt(quiz, keys, drawn, {"steps": response}).score
    assert (score.earned, score.passed) == (2, False)


def test_only_drawn_questions_count():
    questions = [a_question(f"q{number}") for number in range(6)]
    quiz = a_quiz(*questions, draw=2)
    keys = QuizKeys(questions={q.key: ChoiceKey(correct=frozenset(["o0"])) for q in questions})
    everything = {question.key: chosen("o0") for question in questions}
    marks = mark_attempt(quiz, keys, draw(quiz, "seed"), everything)
    assert (marks.score.earned, marks.score.possible) == (2, 2)


@st.composite
def quizzes(drawing: st.DrawFn) -> tuple[Quiz, QuizKeys]:
    questions: list[Question] = []
    keys: dict[str, QuestionKey] = {}
    for number in range(drawing(st.integers(1, 6))):
        type_ = drawing(st.sampled_from(sorted(EXAMPLES)))
        question, key = drawing(EXAMPLES[type_](f"q{number}"))
        questions.append(question)
        keys[question.key] = key
    percent = drawing(st.integers(1, 100))
    return a_quiz(*questions, pass_percent=percent), QuizKeys(questions=keys)


def the_key_as_answers(
    quiz: Quiz, keys: QuizKeys, drawn: Iterable[DrawnQuestion]
) -> dict[str, Response]:
    return {question.key: the_answer(quiz, keys, question) for question in drawn}


responses = st.dictionaries(
    st.sampled_from([f"q{number}" for number in range(6)]), st.sampled_from(RESPONSES)
)


@given(quizzes(), responses, st.text(min_size=1, max_size=5), st.randoms())
def test_marks_stay_within_bounds_and_depend_on_nothing_else(quiz_and_keys, answers, seed, chance):
    """R-065: the same attempt has the same score, whenever and in whatever order it is marked."""
    quiz, keys = quiz_and_keys
    drawn = list(draw(quiz, seed))
    once = mark_attempt(quiz, keys, drawn, answers)
    assert 0 <= once.score.earned <= once.score.possible
    assert once.score.possible == sum(question.points for question in quiz.questions)
    assert once.score.passed is (once.score.earned * 100 >= quiz.pass_percent * once.score.possible)
    assert mark_attempt(quiz, keys, drawn, answers) == once
    chance.shuffle(drawn)
    shuffled = dict(sorted(answers.items(), key=lambda _: chance.random()))
    assert mark_attempt(quiz, keys, drawn, shuffled).score == once.score


@given(quizzes(), st.text(min_size=1, max_size=5))
def test_the_key_earns_everything_and_silence_nothing(quiz_and_keys, seed):
    quiz, keys = quiz_and_keys
    drawn = draw(quiz, seed)
    full = mark_attempt(quiz, keys, drawn, the_key_as_answers(quiz, keys, drawn)).score
    assert full.earned == full.possible
    assert full.passed
    assert mark_attempt(quiz, keys, drawn, {}).score.earned == 0
