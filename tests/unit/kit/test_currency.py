"""Amounts of money: printed, typed and read in the academy's currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.currency import CODES, Currency, NotAnAmount

POUNDS, YEN, DINARS, FRANCS = (Currency(code) for code in ("GBP", "JPY", "KWD", "CHF"))


@pytest.mark.parametrize(
    ("currency", "minor", "words", "typed", "exact"),
    [
        (POUNDS, 125_000, "£1,250", "1250", "1250.00"),
        (POUNDS, 125_005, "£1,250.05", "1250.05", "1250.05"),
        (POUNDS, 0, "£0", "0", "0.00"),
        (YEN, 125_000, "¥125,000", "125000", "125000"),
        (DINARS, 1_250_500, "KWD\u00a01,250.500", "1250.500", "1250.500"),
        (FRANCS, 125_050, "CHF\u00a01,250.50", "1250.50", "1250.50"),
        (Currency("EUR"), 99, "€0.99", "0.99", "0.99"),
    ],
)
def test_an_amount_is_shown(currency, minor, words, typed, exact):
    assert (currency.words(minor), currency.typed(minor), currency.exact(minor)) == (
        words,
        typed,
        exact,
    )


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [
        (POUNDS, "1250", 125_000),
        (POUNDS, "1,250", 125_000),
        (POUNDS, "£1,250.50", 125_050),
        (POUNDS, "GBP 1250.5", 125_050),
        (POUNDS, " 0.5 ", 50),
        (POUNDS, "0", 0),
        (YEN, "¥125,000", 125_000),
        (DINARS, "1.005", 1_005),
        (FRANCS, "CHF\u00a012", 1_200),
        (FRANCS, "chf 12.05", 1_205),
    ],
)
def test_an_amount_is_read(currency, typed, minor):
    assert currency.read(typed) == minor


@pytest.mark.parametrize(
    ("currency", "typed"),
    [
        *(
            (POUNDS, typed)
            for typed in ("free", "-5", "1,25", "12.345", "1e3", "€5", "١٢", "", "£")
        ),
        (YEN, "12.5"),
        (DINARS, "1.2345"),
        (Currency("EUR"), "£5"),
    ],
)
def test_what_is_no_amount_is_refused(currency, typed):
    with pytest.raises(NotAnAmount):
        currency.read(typed)


@given(st.sampled_from(sorted(CODES)), st.integers(0, 10**9))
def test_what_is_shown_can_be_typed(code, minor):
    currency = Currency(code)
    assert currency.read(currency.words(minor)) == minor
    assert currency.read(currency.typed(minor)) == minor


@pytest.mark.parametrize("code", ["gbp", "GPB", "£", "", "POUNDS"])
def test_what_is_no_currency_is_refused(code):
    with pytest.raises(ValueError, match="not a currency"):
        Currency(code)
