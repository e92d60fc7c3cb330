"""Where a person is in a lesson."""

from datetime import timedelta

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from app.authoring.published import Heading
from app.courses.domain.sections import split_text
from app.learning.reading_positions import ReadingPosition, moved, stopping_point
from tests.make import NOW

ANCHORS = ("section-a", "section-b", "section-c")
TEXT = split_text(
    "".join(f'<h2 id="{anchor}">x</h2><p>{"word " * 400}</p>' for anchor in ANCHORS),
    tuple(Heading(level=2, anchor=anchor, text=anchor.upper()) for anchor in ANCHORS),
)
SENT = st.tuples(
    st.sampled_from(ANCHORS), st.frozensets(st.sampled_from(ANCHORS)), st.integers(0, 99)
)


def position(section: str, *read: str) -> ReadingPosition:
    return ReadingPosition(section, frozenset(read), NOW)


@each(sent=st.lists(SENT, min_size=1, max_size=6, unique_by=lambda sending: sending[2]))
def test_the_position_read_last_counts_in_whatever_order_they_arrive(sent):
    result = None
    for section, read, minutes in sent:
        result = moved(result, section, read, NOW + timedelta(minutes=minutes))
    newest = max(sent, key=lambda sending: sending[2])
    assert result == ReadingPosition(
        newest[0],
        frozenset().union(*(read for _, read, _ in sent)),
        NOW + timedelta(minutes=newest[2]),
    )


def test_the_same_position_twice_changes_nothing():
    once = moved(None, "section-b", ["section-a"], NOW)
    assert moved(once, "section-b", ["section-a"], NOW) == once


@pytest.mark.parametrize(
    ("at", "anchor", "is_start"),
    [
        (position("section-a"), "section-a", True),
        (position("section-c"), "section-c", False),
        (position("section-gone", "section-a"), "section-b", False),
        (position("section-gone", "section-a", "section-c"), "section-c", False),
    ],
    ids=["first section", "last section", "gone, after what is read", "gone, all is read"],
)
def test_where_they_stopped(at, anchor, is_start):
    stopped = stopping_point(TEXT, at)
    assert (stopped.anchor, stopped.title, stopped.is_start) == (anchor, anchor.upper(), is_start)
    minutes = {section.anchor: section.minutes_left for section in TEXT.sections}
    assert stopped.minutes_left == minutes[anchor]


@pytest.mark.parametrize(
    "at", [None, position("section-gone"), position("section-gone", "section-gone-too")]
)
def test_who_has_read_nothing_that_is_there_begins_at_the_beginning(at):
    assert stopping_point(TEXT, at) is None


def test_what_is_read_is_stored_as_one_text():
    at = position("section-a", "section-c", "section-a")
    assert at.stored_read == "section-a section-c"
    assert frozenset(at.stored_read.split()) == at.read
