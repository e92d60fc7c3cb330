"""The words of refusals that name a time or a number: the reason, what is wrong, and what helps."""

import pytest

from app.kit.errors import Refusal
from app.practicals.domain.seat_refusals import (
    moves_used,
    naming_open,
    naming_over,
    transfer_over,
)
from tests.make.practicals import STARTS

LONDON, WHEN = "Europe/London", "Tue 15 Dec 2026, 09:00, London time"
ACADEMY = "/enquiry?topic=dates"


@pytest.mark.parametrize(
    ("refusal", "reason", "words", "path"),
    [
        (
            naming_over(STARTS, LONDON),
            "naming_over",
            f"The name could be entered until {WHEN}. Write to the academy.",
            ACADEMY,
        ),
        (
            naming_open(STARTS, LONDON),
            "naming_open",
            f"The name can be entered until {WHEN}. Take the place away, with a reason, if it has to end "
            "before.",
            None,
        ),
        (
            transfer_over(STARTS, LONDON),
            "transfer_over",
            f"The place could be passed on until {WHEN}. If you cannot come, write to the academy.",
            ACADEMY,
        ),
        (
            moves_used(1),
            "moves_used",
            "A place can be moved 1 time, and this one has been. Write to the academy.",
            ACADEMY,
        ),
        (
            moves_used(2),
            "moves_used",
            "A place can be moved 2 times, and this one has been. Write to the academy.",
            ACADEMY,
        ),
    ],
)
def test_the_words_of_refusals_with_values(
    refusal: Refusal, reason: str, words: str, path: str | None
) -> None:
    assert (refusal.reason, str(refusal.words)) == (reason, words)
    assert (refusal.link.path if refusal.link else None) == path
