"""Reasons that the academy's software stores are translated when they are read, those of people never."""

import pytest

from app.kit.messages import msg, msgs
from app.kit.stored_messages import is_same_reason, read_reason, stored_reason
from app.kit.stored_reasons import ACCOUNT_CLOSED

LETTERS = msg("We cannot print {letters}.", letters=(msg("“{text}”", text="ꦗ"), "ꦮ"))


def test_a_stored_reason_of_ours_is_read_as_a_message():
    """Rows of every version hold this text."""
    assert ACCOUNT_CLOSED.text == "The account was closed."
    assert read_reason("The account was closed.") == ACCOUNT_CLOSED


def test_what_a_person_typed_is_read_as_it_stands():
    assert read_reason("The course is full.") == "The course is full."
    assert read_reason(None) is None


@pytest.mark.parametrize("reason", [ACCOUNT_CLOSED, LETTERS, msgs("{n} day", "{n} days", 2)])
def test_a_reason_is_read_as_the_message_that_was_stored(reason):
    assert read_reason(stored_reason(reason)) == reason


def test_a_reason_without_values_is_stored_as_every_version_stored_it():
    assert stored_reason(ACCOUNT_CLOSED) == "The account was closed."


@pytest.mark.parametrize(
    "stored",
    [
        *('{"version": 3, "words": "later"}', '{"version": 2, "text": "{a}"}', '{"version": 2'),
        '{"version": 2, "text": "a", "values": []}',
        '{"version": 2, "text": "{a}", "values": {"a": {"moment": "0001-01-01T00:00:00+00:00"}}}',
        '{"version":' + "[" * 1_500,
        '{"version": 2, "text": "{a}", "values": {"a": ' + "[" * 400 + "]" * 400 + "}}",
    ],
    ids=range(7),
)
def test_what_this_version_cannot_read_is_shown_as_it_stands(stored):
    """A page of many reasons must not close for one of them; people may have typed it."""
    assert read_reason(stored) == stored


def test_a_reason_is_recognised_in_the_words_of_an_earlier_version():
    assert is_same_reason("We cannot print “ꦗ” and ꦮ.", LETTERS)
    assert is_same_reason(stored_reason(LETTERS), LETTERS)
    assert not is_same_reason("We cannot print “ꦗ”.", LETTERS)
