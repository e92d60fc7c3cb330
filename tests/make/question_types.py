"""Questions of every type with their keys, and responses to them, as Hypothesis draws them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st

from app.questions.choices.answering import ChoiceResponse
from app.questions.choices.scoring import ChoiceKey
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.numeric.answering import NumericResponse
from app.questions.numeric.scoring import NumericKey
from tests.make.quizzes import a_question

OPTIONS = ["o0", "o1", "o2", "o3"]
Asked = tuple[Question, QuestionKey]


@st.composite
def choices(drawing: st.DrawFn, type_: str, most: int, question_key: str) -> Asked:
    correct = drawing(st.frozensets(st.sampled_from(OPTIONS), min_size=1, max_size=most))
    points = drawing(st.integers(1, 5))
    return a_question(question_key, type_, points=points), ChoiceKey(correct=correct)


@st.composite
def numbers(drawing: st.DrawFn, question_key: str) -> Asked:
    key = NumericKey(
        answer=drawing(st.decimals(-99, 99, places=2)),
        tolerance=drawing(st.decimals(0, 9, places=2)),
    )
    return a_question(question_key, "numeric", points=drawing(st.integers(1, 5))), key


EXAMPLES: Mapping[str, Callable[[str], st.SearchStrategy[Asked]]] = {
    "single": partial(choices, "single", 1),
    "multiple": partial(choices, "multiple", 3),
    "true-false": partial(choices, "true-false", 1),
    "numeric": numbers,
}
RESPONSES = [
    ChoiceResponse(),
    *(ChoiceResponse(frozenset(keys)) for keys in (["o0"], ["o1"], ["o0", "o2"], OPTIONS)),
    NumericResponse(),
    *(NumericResponse(text, Decimal(text)) for text in ("-99", "0", "1.25", "99")),
]
