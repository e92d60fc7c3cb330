"""Putting items in order: places are read, half an answer can be saved, and what is sent is what was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.contract import DrawnOption, DrawnQuestion, UnreadableResponse
from app.questions.ordering.answering import ANSWERING, OrderingResponse, Places
from app.quizzes.domain.stored import StoredResponse, read_response, write_response
from tests.make.quizzes import a_question

ITEMS = ("o0", "o1", "o2", "o3")
DRAWN = DrawnQuestion(
    "steps", tuple(DrawnOption(key, f"t{key}") for key in ("o2", "o0", "o3", "o1"))
)
QUESTION = a_question("steps", "ordering")
ELSEWHERE = "These items do not belong to this question. Open the question again and place them."


def placed(**places: int) -> OrderingResponse:
    return OrderingResponse(tuple(sorted(places.items())))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([], placed()),
        (["", "", ""], placed()),
        (["to0 1", "", "to2 3"], placed(o0=1, o2=3)),
        (["to0 4", "to1 3", "to2 2", "to3 1"], placed(o0=4, o1=3, o2=2, o3=1)),
    ],
)
def test_places_are_read_also_half_done(typed, expected):
    read = ANSWERING.read(QUESTION, DRAWN, typed)
    assert read == expected
    assert read.is_blank is (expected == placed())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["tx 1"], ELSEWHERE),
        (["o0 1"], ELSEWHERE),
        (["to0"], ELSEWHERE),
        (["to0 0"], ELSEWHERE),
        (["to0 5"], ELSEWHERE),
        (["to0 1", "to0 2"], ELSEWHERE),
        (["to0 one"], ELSEWHERE),
        (["to0 2", "to1 2"], "More than one has the place 2. Give each a place of its own."),
    ],
)
def test_what_is_no_order_is_refused(typed, words):
    read = ANSWERING.read(QUESTION, DRAWN, typed)
    assert isinstance(read, UnreadableResponse)
    assert str(read.message) == words


@given(st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 4)), st.randoms())
def test_what_is_sent_and_stored_is_what_was_read(places, chance):
    """In whatever order the items are sent."""
    if len(set(places.values())) < len(places):
        places = {key: place for place, key in enumerate(places, start=1)}
    response = placed(**places)
    typed = list(ANSWERING.typed(response, DRAWN))
    assert ANSWERING.shaped(typed).typed() == typed
    chance.shuffle(typed)
    assert ANSWERING.read(QUESTION, DRAWN, typed) == response
    document = write_response(response, "ordering")
    assert read_response(document) == StoredResponse("ordering", response)


def test_the_stored_order_of_the_items_tells_nothing():
    assert write_response(placed(o2=1, o0=2), "ordering") == {
        "type": "ordering",
        "version": 2,
        "places": {"o0": 2, "o2": 1},
    }


@pytest.mark.parametrize(
    ("places", "error"),
    [
        (None, TypeError),
        (["o0"], TypeError),
        ({"o0": "1"}, TypeError),
        ({"o0": True}, TypeError),
        ({"o0": 0}, ValueError),
        ({"o0": 2, "o1": 2}, ValueError),
    ],
)
def test_a_damaged_answer_is_refused(places, error):
    with pytest.raises(error):
        ANSWERING.restored({"places": places})


def test_items_with_a_place_are_shown_first_in_its_order():
    shown = ANSWERING.shown(QUESTION, DRAWN)
    items = shown.items(["to3 1", "to0 3", "tx 2", "to1 9"])
    assert [(item.option.token, item.place) for item in items] == [
        ("to3", 1),
        ("to0", 3),
        ("to2", None),
        ("to1", None),
    ]
    assert items[0].texts == ("to3 1", "to3 2", "to3 3", "to3 4")
    assert shown.answers(["to3 1", "to0 3"]) == ("Option 3", "Option 0")
    assert [item.option.token for item in shown.items(())] == ["to2", "to0", "to3", "to1"]


def test_the_api_takes_places():
    assert Places(places={"to0": 2}).typed() == ["to0 2"]
    assert ANSWERING.shaped(()) == Places(places={})
    with pytest.raises(ValueError, match="places"):
        Places(places={"to0": 0})


def test_an_attempt_shows_the_items_in_an_order_of_its_own():
    assert list(ANSWERING.order(QUESTION, lambda keys: sorted(keys, reverse=True))) == [
        *ITEMS[::-1]
    ]
