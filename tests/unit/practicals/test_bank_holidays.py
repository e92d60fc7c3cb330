"""Which days are bank holidays in England."""

from datetime import date

import pytest

from app.practicals.domain.bank_holidays import bank_holidays

LONDON = "Europe/London"


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 12, 25),
        date(2026, 12, 28),  # Boxing Day falls on a Saturday
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 3),
        date(2027, 8, 30),
        date(2023, 5, 8),  # the coronation of Charles III
    ],
)
def test_a_bank_holiday_of_england_has_a_name(day):
    assert bank_holidays([day], LONDON)[day]


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2027, 3, 17), date(2027, 11, 30)])
def test_another_day_is_none_nor_is_one_of_scotland_or_northern_ireland(day):
    assert bank_holidays([day], LONDON) == {}


def test_nothing_is_said_of_another_country():
    assert bank_holidays([date(2026, 12, 25)], "Europe/Paris") == {}
    assert bank_holidays([], LONDON) == {}
