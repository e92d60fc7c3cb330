"""The effective capacity of a practical, and the limit that decides it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.practicals.domain.capacity import (
    CapacityReason,
    effective_capacity,
    instructor_limit,
    kit_limit,
    plan_limit,
    room_limit,
)
from app.practicals.domain.plan import limit_of_places

SMALL = st.integers(0, 12)


@pytest.mark.parametrize(
    ("limit", "places", "said"),
    [
        (instructor_limit(1, 4), 4, "1 instructor at 1:4 is the limit."),
        (instructor_limit(2, 4), 8, "2 instructors at 1:4 are the limit."),
        (room_limit("Room 7", 1), 1, "Room 7 with 1 place is the limit."),
        (room_limit("Room 7", 6), 6, "Room 7 with 6 places is the limit."),
        (kit_limit(1, 2), 2, "1 kit at 1:2 is the limit."),
        (kit_limit(3, 2), 6, "3 kits at 1:2 are the limit."),
        (plan_limit(5), 5, "The number of places in the plan is the limit."),
    ],
)
def test_each_limit_has_its_places_and_words(limit, places, said):
    assert (limit.places, str(limit.message)) == (places, said)


@pytest.mark.parametrize(
    ("limits", "places", "reason"),
    [
        ([instructor_limit(2, 4), room_limit("A", 9), plan_limit(10)], 8, "instructors"),
        ([instructor_limit(2, 4), room_limit("A", 7), kit_limit(4, 2)], 7, "room"),
        ([instructor_limit(2, 4), room_limit("A", 7), kit_limit(3, 2)], 6, "kits"),
        ([instructor_limit(2, 4), kit_limit(3, 2), plan_limit(5)], 5, "plan"),
        ([instructor_limit(0, 4), plan_limit(5)], 0, "instructors"),
        (
            [plan_limit(8), kit_limit(4, 2), room_limit("A", 8), instructor_limit(2, 4)],
            8,
            "instructors",
        ),
        ([plan_limit(8), kit_limit(4, 2), room_limit("A", 8)], 8, "room"),
        ([plan_limit(8), kit_limit(4, 2)], 8, "kits"),
    ],
)
def test_the_least_limit_decides_and_of_equal_ones_the_first(limits, places, reason):
    least = effective_capacity(limits)
    assert (least.places, least.reason) == (places, CapacityReason(reason))


def test_nothing_limits_a_day_of_which_nothing_is_set():
    assert effective_capacity(()) is None


@given(instructors=SMALL, ratio=SMALL, room=SMALL, kits=SMALL, per_kit=SMALL, number=SMALL)
def test_there_are_as_many_places_as_people_who_can_all_be_let_in(
    instructors, ratio, room, kits, per_kit, number
):
    """The model lets people in one after the other, as long as each resource has something left."""
    taught, seated, equipped = ["t"] * (instructors * ratio), ["s"] * room, ["k"] * (kits * per_kit)
    people = 0
    while taught and seated and equipped and people < number:
        taught.pop(), seated.pop(), equipped.pop()
        people += 1
    least = effective_capacity(
        [
            room_limit("A", room),
            plan_limit(number),
            kit_limit(kits, per_kit),
            instructor_limit(instructors, ratio),
        ]
    )
    assert least.places == people


@pytest.mark.parametrize(
    ("capacity", "instructors", "said"),
    [
        (8, 2, "2 instructors at 1:4 are the limit."),
        (7, 2, "The number of places in the plan is the limit."),
        (9, 2, None),
        (9, 0, "The number of places in the plan is the limit."),
    ],
)
def test_what_limits_the_places_of_a_day_unless_the_ratio_is_set_aside(capacity, instructors, said):
    message = limit_of_places(capacity, 4, instructors)
    assert (message and str(message)) == said
