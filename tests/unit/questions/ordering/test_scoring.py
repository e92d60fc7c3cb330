"""Marking an order: the share of pairs that stand the right way round, and pairs that must not be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.contract import CriticalError, DrawnQuestion, Readers
from app.questions.delivery import Option
from app.questions.ordering.answering import OrderingResponse
from app.questions.ordering.scoring import (
    SCORING,
    KeyedOrder,
    KeyedPair,
    MustBefore,
    OrderingKey,
    ReviewedItem,
)
from tests.make.quizzes import a_question

ORDER = ("o2", "o0", "o3", "o1")
HARM = MustBefore(first="o2", then="o3", reason_html="Germs")
KEY = OrderingKey(type="ordering", order=ORDER, must_before=(HARM,))
QUESTION = a_question("steps", "ordering", points=6)
READERS = Readers(shown=str, explained=str.upper)
DRAWN = DrawnQuestion("steps")


def placed(*order: str) -> OrderingResponse:
    return OrderingResponse(tuple(sorted((key, place) for place, key in enumerate(order, start=1))))


@pytest.mark.parametrize(
    ("order", "points", "is_critical"),
    [
        (ORDER, 6, False),
        (("o0", "o2", "o3", "o1"), 5, False),
        (("o2", "o0", "o1", "o3"), 5, False),
        (("o3", "o2", "o0", "o1"), 4, True),
        (ORDER[::-1], 0, True),
        (("o2", "o0"), 1, False),
        (("o3",), 0, False),
        (("o3", "o2"), 0, True),
    ],
)
def test_each_pair_the_right_way_round_earns_its_share(order, points, is_critical):
    mark = SCORING.mark(QUESTION, KEY, placed(*order))
    assert mark.earned == points
    assert mark.critical == ((CriticalError("Germs"),) if is_critical else ())


def test_a_gap_is_no_fault():
    """Places say which item comes before which: what stands at 2 and 9 is in the order of 1 and 2."""
    response = OrderingResponse((("o0", 4), ("o2", 2)))
    assert SCORING.mark(QUESTION, KEY, response) == SCORING.mark(QUESTION, KEY, placed("o2", "o0"))


def test_a_share_of_one_point_is_none_until_all_is_right():
    question = a_question("steps", "ordering", points=1)
    assert SCORING.mark(question, KEY, placed("o0", "o2", "o3", "o1")).earned == 0
    assert SCORING.mark(question, KEY, placed(*ORDER)).earned == 1


@given(st.permutations(ORDER), st.integers(0, 4), st.integers(1, 100), st.permutations(ORDER))
def test_marks_stay_within_bounds_and_only_the_key_earns_all(order, count, points, right):
    question = a_question("steps", "ordering", points=points)
    key = OrderingKey(type="ordering", order=tuple(right), must_before=(HARM,))
    response = placed(*order[:count])
    mark = SCORING.mark(question, key, response)
    assert 0 <= mark.earned <= points
    assert mark == SCORING.mark(question, key, response)
    assert (mark.earned == points) is (order[:count] == right)
    assert SCORING.mark(question, key, SCORING.right_answer(question, key)).earned == points
    assert SCORING.mark(question, key, SCORING.wrong_answer(question, key, DRAWN)).earned == 0


def test_the_review_shows_the_right_order_with_the_places_that_were_given():
    review = SCORING.review(QUESTION, KEY, DRAWN, placed("o3", "o0", "o2"), READERS)
    assert review.items == (
        ReviewedItem("Option 2", 3, False),
        ReviewedItem("Option 0", 2, True),
        ReviewedItem("Option 3", 1, False),
        ReviewedItem("Option 1", None, False),
    )
    assert (review.right_pairs, review.pairs) == (0, 6)
    nothing = SCORING.review(QUESTION, KEY, DRAWN, None, READERS)
    assert (nothing.right_pairs, nothing.pairs) == (0, 6)
    assert {item.place for item in nothing.items} == {None}


def test_staff_read_the_right_order_and_the_critical_pairs_if_they_may():
    assert SCORING.keyed(QUESTION, KEY, READERS) == KeyedOrder(
        ("Option 2", "Option 0", "Option 3", "Option 1"),
        True,
        (KeyedPair("Option 2", "Option 3", "GERMS"),),
    )
    assert SCORING.keyed(QUESTION, None, READERS) == KeyedOrder(
        ("Option 0", "Option 1", "Option 2", "Option 3"), False, ()
    )


def test_the_reasons_are_explanations_that_can_be_corrected():
    assert KEY.model_copy(update={"explanation_html": "Why"}).explanations == ("Why", "Germs")


def test_who_may_not_see_the_right_order_learns_nothing_from_numbered_keys():
    """Staff who take the course themselves may not, and authors call items “step-1” and “step-2”."""
    words = ("Wash your hands", "Put on gloves", "Clean the skin")
    items = tuple(Option(key=f"step-{place}", html=html) for place, html in enumerate(words, 1))
    question = QUESTION.model_copy(update={"options": items})
    keyed = SCORING.keyed(question, None, READERS)
    assert keyed.items == ("Clean the skin", "Put on gloves", "Wash your hands")
