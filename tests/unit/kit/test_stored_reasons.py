"""Reasons that the academy's software stores are translated when they are read, those of people never."""

from app.kit.stored_reasons import ACCOUNT_CLOSED, reason_words


def test_a_stored_reason_of_ours_is_read_as_a_message():
    """Rows of every version hold this text."""
    assert ACCOUNT_CLOSED.text == "The account was closed."
    assert reason_words("The account was closed.") == ACCOUNT_CLOSED


def test_what_a_person_typed_is_read_as_it_stands():
    assert reason_words("The course is full.") == "The course is full."
    assert reason_words(None) is None
