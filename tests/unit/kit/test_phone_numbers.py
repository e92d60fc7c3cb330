"""Phone numbers: as people type them, as they are stored, shown and dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.phone_numbers import (
    DIAL_PLANS,
    LONGEST_STORED,
    LONGEST_TYPED,
    dialled,
    listed_phone,
    normal_phone,
    spaced_phone,
)
from app.kit.spreadsheets import harmless

LONDON = "+442079460000"


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("020 7946 0000", "GB", LONDON),
        ("(020) 7946-0000", "GB", LONDON),
        ("+44 (0)20 7946 0000", "GB", LONDON),
        ("+44 (0)20 7946 0000", "DE", LONDON),
        ("0044 20 7946 0000", "GB", LONDON),
        ("011 44 20 7946 0000", "US", LONDON),
        ("00 44 20 7946 0000", "US", LONDON),
        ("0011 44 20 7946 0000", "AU", LONDON),
        ("tel:+44-20-7946-0000", None, LONDON),
        ("\u202a020\u00a07946\u20110000\u202c", "GB", LONDON),
        ("０２０７９４６００００", "GB", LONDON),
        ("٠٢٠ ٧٩٤٦ ٠٠٠٠", "GB", LONDON),
        ("020 7946 0000 ext. 12", "GB", f"{LONDON} ext 12"),
        ("020 7946 0000 x12", "GB", f"{LONDON} ext 12"),
        ("020 7946 0000 #٣", "GB", f"{LONDON} ext 3"),
        ("+442079460000;ext=12", "GB", f"{LONDON} ext 12"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("1-212-555-0100", "CA", "+12125550100"),
        ("0123 4567", "JP", "01234567"),
        ("0123 4567", None, "01234567"),
    ],
)
def test_what_is_typed_is_stored_in_one_form(typed, region, stored):
    assert normal_phone(typed, region) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "+", "ext 12", "999", "abc", "call me", "+44", "+0044 20 7946 0000"),
        *("020 7946 0000 / 020 7946 0001", "1" * 16, "+" + "1" * 16, "020 7946 0000 ask for Jo"),
        "20+7946 0000",
    ],
)
def test_what_cannot_be_dialled_is_refused(typed):
    assert normal_phone(typed, "GB") is None


@pytest.mark.parametrize(
    ("stored", "shown", "address"),
    [
        (LONDON, "+44 207 946 0000", "tel:+442079460000"),
        ("+12125550100", "+1 212 555 0100", "tel:+12125550100"),
        ("+353861234567", "+353 861 234 567", "tel:+353861234567"),
        (f"{LONDON} ext 12", "+44 207 946 0000 ext 12", "tel:+442079460000;ext=12"),
        ("01234567", "01234567", "tel:01234567"),
        ("", "", "tel:"),
    ],
)
def test_a_stored_number_is_shown_in_groups_and_dialled(stored, shown, address):
    assert (spaced_phone(stored), dialled(stored)) == (shown, address)


@pytest.mark.parametrize(
    ("stored", "listed"),
    [
        (f"{LONDON} ext 12", "(+44) 207 946 0000 ext 12"),
        ("+353861234567", "(+353) 861 234 567"),
        ("01234567", "01234567"),
        ("", ""),
    ],
)
def test_a_spreadsheet_reads_a_number_as_text(stored, listed):
    assert listed_phone(stored) == harmless(listed_phone(stored)) == listed


@given(
    st.text("+0123456789 ()-./x#٣abc", max_size=LONGEST_TYPED), st.sampled_from([*DIAL_PLANS, None])
)
def test_what_is_shown_can_be_typed_again(typed, region):
    stored = normal_phone(typed, region)
    if stored is None:
        return
    assert len(stored) <= LONGEST_STORED
    assert stored.isascii()
    if stored.startswith("+"):
        assert normal_phone(spaced_phone(stored), region) == stored
        assert normal_phone(listed_phone(stored), region) == stored
