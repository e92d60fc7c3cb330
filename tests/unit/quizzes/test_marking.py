"""Marking: tables per type, and what holds of every quiz and every answer."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.domain.delivery import Question, QuestionType, Quiz
from app.courses.domain.keys import QuestionKey, QuizKeys
from app.quizzes.domain.responses import Response
from app.quizzes.domain.sampling import draw
from app.quizzes.marking import mark_attempt, mark_question
from tests.make.quizzes import a_question, a_quiz


def chosen(*keys: str) -> Response:
    return Response(options=frozenset(keys))


def typed(number: str) -> Response:
    return Response(text=number, number=Decimal(number))


def number_key(answer: str, tolerance: str = "0") -> QuestionKey:
    return QuestionKey(answer=Decimal(answer), tolerance=Decimal(tolerance))


@pytest.mark.parametrize(
    ("type_", "correct", "response", "points"),
    [
        (QuestionType.single, ["o1"], chosen("o1"), 2),
        (QuestionType.single, ["o1"], chosen("o0"), 0),
        (QuestionType.single, ["o1"], chosen(), 0),
        (QuestionType.single, ["o1"], None, 0),
        (QuestionType.single, ["o1"], chosen("o0", "o1"), 0),
        (QuestionType.true_false, ["true"], chosen("true"), 2),
        (QuestionType.true_false, ["true"], chosen("false"), 0),
        (QuestionType.multiple, ["o0", "o2"], chosen("o2", "o0"), 2),
        (QuestionType.multiple, ["o0", "o2"], chosen("o0"), 0),
        (QuestionType.multiple, ["o0", "o2"], chosen("o0", "o1", "o2"), 0),
        (QuestionType.multiple, ["o0", "o2"], chosen("o1"), 0),
        (QuestionType.multiple, ["o0", "o2"], typed("1"), 0),
    ],
)
def test_choices_are_all_or_nothing(type_, correct, response, points):
    question = a_question(type_=type_, points=2)
    assert mark_question(question, QuestionKey(correct=frozenset(correct)), response) == points


@pytest.mark.parametrize(
    ("key", "response", "points"),
    [
        (number_key("2.5"), typed("2.5"), 3),
        (number_key("2.5"), typed("2.50"), 3),
        (number_key("2.5"), typed("2.51"), 0),
        (number_key("2.5"), typed("25"), 0),
        (number_key("1", "0.01"), typed("0.99"), 3),
        (number_key("1", "0.01"), typed("1.01"), 3),
        (number_key("1", "0.01"), typed("0.9899999"), 0),
        (number_key("1", "0.01"), typed("1.0100001"), 0),
        (number_key("0.3", "0.1"), typed("0.4"), 3),
        (number_key("-3", "1"), typed("-4"), 3),
        (number_key("1"), chosen("o1"), 0),
        (number_key("1"), None, 0),
        (QuestionKey(), typed("1"), 0),
        (QuestionKey(answer=Decimal(1)), typed("1"), 0),
        (QuestionKey(tolerance=Decimal(9)), typed("1"), 0),
    ],
)
def test_numbers_are_compared_exactly(key, response, points):
    """The borders of the tolerance belong to it; 0.4 lies within 0.1 of 0.3, unlike in binary floats."""
    question = a_question(type_=QuestionType.numeric, options=0, points=3)
    assert mark_question(question, key, response) == points


@pytest.mark.parametrize(
    ("right", "of", "percent", "passed"),
    [(8, 10, 80, True), (7, 10, 80, False), (2, 3, 67, False), (2, 3, 66, True), (0, 1, 1, False)],
)
def test_passing_is_decided_without_rounding(right, of, percent, passed):
    questions = [a_question(f"q{number}") for number in range(of)]
    quiz = a_quiz(*questions, pass_percent=percent)
    keys = QuizKeys(questions={q.key: QuestionKey(correct=frozenset(["o0"])) for q in questions})
    responses = {f"q{number}": chosen("o0") for number in range(right)}
    marks = mark_attempt(quiz, keys, draw(quiz, "seed"), responses)
    assert (marks.score.earned, marks.score.possible) == (right, of)
    assert marks.score.passed is passed
    assert {
        question_mark.question_key for question_mark in marks.marks if question_mark.is_right
    } == set(responses)
    assert len(marks.marks) == of


def test_only_drawn_questions_count():
    questions = [a_question(f"q{number}") for number in range(6)]
    quiz = a_quiz(*questions, draw=2)
    keys = QuizKeys(questions={q.key: QuestionKey(correct=frozenset(["o0"])) for q in questions})
    everything = {question.key: chosen("o0") for question in questions}
    marks = mark_attempt(quiz, keys, draw(quiz, "seed"), everything)
    assert (marks.score.earned, marks.score.possible) == (2, 2)


@st.composite
def quizzes(drawing: st.DrawFn) -> tuple[Quiz, QuizKeys]:
    questions: list[Question] = []
    keys: dict[str, QuestionKey] = {}
    for number in range(drawing(st.integers(1, 6))):
        type_ = drawing(st.sampled_from(list(QuestionType)))
        is_number = type_ is QuestionType.numeric
        question = a_question(
            f"q{number}", type_, options=0 if is_number else 4, points=drawing(st.integers(1, 5))
        )
        questions.append(question)
        size = 3 if type_ is QuestionType.multiple else 1
        options = st.frozensets(
            st.sampled_from(["o0", "o1", "o2", "o3"]), min_size=1, max_size=size
        )
        if is_number:
            answer = drawing(st.decimals(-99, 99, places=2))
            keys[question.key] = QuestionKey(
                answer=answer, tolerance=drawing(st.decimals(0, 9, places=2))
            )
        else:
            keys[question.key] = QuestionKey(correct=drawing(options))
    percent = drawing(st.integers(1, 100))
    return a_quiz(*questions, pass_percent=percent), QuizKeys(questions=keys)


def the_key_as_answers(quiz: Quiz, keys: QuizKeys) -> dict[str, Response]:
    return {
        question.key: typed(str(keys.questions[question.key].answer))
        if question.type is QuestionType.numeric
        else chosen(*keys.questions[question.key].correct)
        for question in quiz.questions
    }


responses = st.dictionaries(
    st.sampled_from([f"q{number}" for number in range(6)]),
    st.one_of(
        st.frozensets(st.sampled_from(["o0", "o1", "o2", "o3"])).map(
            lambda keys: Response(options=keys)
        ),
        st.decimals(-99, 99, places=2).map(lambda number: typed(str(number))),
    ),
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
    full = mark_attempt(quiz, keys, drawn, the_key_as_answers(quiz, keys)).score
    assert full.earned == full.possible
    assert full.passed
    assert mark_attempt(quiz, keys, drawn, {}).score.earned == 0
