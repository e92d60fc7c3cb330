"""How the share of unclear votes is rounded, and what the page shows of a vote."""

import pytest
from hypothesis import given, strategies

from app.learning.clarity import ClarityAnswer, SectionVote, share_percent
from tests.make import NOW


@pytest.mark.parametrize(
    ("unclear", "votes", "percent"),
    [(0, 3, 0), (1, 3, 33), (2, 3, 67), (3, 3, 100), (1, 1000, 1), (999, 1000, 99)],
)
def test_the_share_is_a_whole_percent(unclear, votes, percent):
    assert share_percent(unclear, votes) == percent


@given(votes=strategies.integers(1, 5000), data=strategies.data())
def test_only_nobody_and_everybody_are_nothing_and_all(votes, data):
    unclear = data.draw(strategies.integers(0, votes))
    percent = share_percent(unclear, votes)
    assert (percent == 0) == (unclear == 0)
    assert (percent == 100) == (unclear == votes)


@pytest.mark.parametrize(
    ("is_clear", "answer"), [(True, ClarityAnswer.yes), (False, ClarityAnswer.not_quite)]
)
def test_a_vote_is_an_answer(is_clear, answer):
    assert SectionVote("section-a", is_clear, "", NOW).answer is answer
