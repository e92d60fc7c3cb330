"""Page numbers as they stand in an address."""

import pytest

from app.db.paging import LAST_PAGE, page_number
from app.kit.errors import Invalid


@pytest.mark.parametrize(("text", "number"), [(None, 1), ("", 1), ("7", 7), ("00010", 10)])
def test_a_page_number_is_read(text, number):
    assert page_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "1.5",
        "²",
        "٣",
        str(LAST_PAGE + 1),
        "0000000019999999999999999999999999",
        "000000001" + "9" * 5000,
        "000001",
    ],
)
def test_what_is_no_page_is_refused_in_words(text):
    """V17: the number that is checked is the one that is used."""
    with pytest.raises(Invalid, match="whole number from 1"):
        page_number(text)
