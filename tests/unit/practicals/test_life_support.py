"""Basic life support before a live model: which proof covers which day, and what is said otherwise."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.practicals.domain.life_support import life_support_state, life_support_unmet
from app.practicals.domain.refusals import ACADEMY, PracticalsReason
from app.practicals.domain.seats import booking_refusal, eligibility, waiting_refusal
from tests.make import NOW
from tests.make.practicals import STARTS, a_practical_value, some_facts

DAY = STARTS.date()


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (DAY, None),
        (DAY + timedelta(days=1), None),
        (
            DAY - timedelta(days=1),
            "The proof of basic life support ends on 14 December 2026, before this day. "
            "Renew it and show the new proof to the office, or choose an earlier date.",
        ),
        (
            None,
            "The office has not seen a proof of basic life support. "
            "Show the proof to the office, with the date until which it is valid.",
        ),
    ],
)
def test_the_last_day_of_a_proof_counts(until: date | None, expected: str | None) -> None:
    unmet = life_support_unmet(until, STARTS, "Europe/London")
    assert (unmet and str(unmet.words)) == expected
    if unmet is not None:
        assert (unmet.reason, unmet.link) == (PracticalsReason.life_support, ACADEMY)


def test_the_day_is_that_of_the_venue() -> None:
    late = datetime(2026, 12, 15, 20, 0, tzinfo=UTC)  # 16 December in Auckland
    assert life_support_unmet(date(2026, 12, 15), late, "Europe/London") is None
    assert life_support_unmet(date(2026, 12, 15), late, "Pacific/Auckland") is not None


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "No proof of basic life support seen"),
        (DAY, "Basic life support until 15 December 2026"),
        (DAY - timedelta(days=1), "Basic life support ends 14 December 2026, before this day"),
    ],
)
def test_a_roster_says_the_state_in_a_few_words(until: date | None, words: str) -> None:
    assert str(life_support_state(until, STARTS, "Europe/London")) == words


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"life_support_until": None}, []),
        ({"needs_life_support": True}, ["life_support"]),
        ({"needs_life_support": True, "life_support_until": DAY}, []),
        ({"needs_life_support": True, "life_support_until": NOW.date()}, ["life_support"]),
        ({"final_test_missing": True}, ["final_test"]),
        (
            {"modules_missing": ("Skin",), "final_test_missing": True, "needs_life_support": True},
            ["modules", "final_test", "life_support"],
        ),
    ],
)
def test_booking_names_every_requirement(facts: dict[str, object], expected: list[str]) -> None:
    practical, person = a_practical_value(), some_facts(**facts)
    assert [unmet.reason for unmet in booking_refusal(practical, person, NOW)] == expected
    assert [unmet.reason for unmet in eligibility(practical, person)] == expected
    full = a_practical_value(taken=4)
    assert waiting_refusal(full, person, NOW) == ()  # whoever still lacks something may wait
