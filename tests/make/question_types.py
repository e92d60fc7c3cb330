"""Questions of every type with their keys, and responses to them, as Hypothesis draws them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from itertools import pairwise

from hypothesis import strategies as st

from app.questions.choices.answering import ChoiceResponse
from app.questions.choices.scoring import ChoiceKey
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.numeric.answering import NumericResponse
from app.questions.numeric.scoring import NumericKey
from app.questions.ordering.answering import OrderingResponse
from app.questions.ordering.scoring import MustBefore, OrderingKey
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


@st.composite
def orders(drawing: st.DrawFn, question_key: str) -> Asked:
    order = tuple(drawing(st.permutations(OPTIONS)))
    pairs = [
        MustBefore(first=first, then=then, reason_html="")
        for first, then in drawing(st.lists(st.sampled_from([*pairwise(order)]), max_size=2))
    ]
    key = OrderingKey(type="ordering", order=order, must_before=tuple(pairs))
    return a_question(question_key, "ordering", points=drawing(st.integers(1, 9))), key


EXAMPLES: Mapping[str, Callable[[str], st.SearchStrategy[Asked]]] = {
    "single": partial(choices, "single", 1),
    "multiple": partial(choices, "multiple", 3),
    "true-false": partial(choices, "true-false", 1),
    "numeric": numbers,
    "ordering": orders,
}
RESPONSES = [
    ChoiceResponse(),
    *(ChoiceResponse(frozenset(keys)) for keys in (["o0"], ["o1"], ["o0", "o2"], OPTIONS)),
    NumericResponse(),
    OrderingResponse(),
    OrderingResponse((("o0", 2), ("o3", 1))),
    OrderingResponse((("o0", 1), ("o1", 2), ("o2", 3), ("o3", 4))),
    *(NumericResponse(text, Decimal(text)) for text in ("-99", "0", "1.25", "99")),
]
