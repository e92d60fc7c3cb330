"""Messages are stored with the types of their values, and come back equal."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.messages import BadMessage, Message, Money, msg, msgs
from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded
from app.kit.stored_messages import (
    DEEPEST,
    LARGEST,
    from_stored,
    message_beside,
    stored_if_message,
    to_stored,
)
from app.kit.stored_reasons import INVARIANTS_HOLD
from tests.make.academy import WORDS

LONDON, TOKYO = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")
TEN = datetime(2026, 12, 8, 10, tzinfo=LONDON)

whole_numbers = st.integers(-LARGEST, LARGEST)
plain_values = st.one_of(
    st.text(max_size=20),
    whole_numbers,
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.builds(Money, whole_numbers),
    st.decimals(-LARGEST, LARGEST, places=9),
    st.datetimes(
        min_value=datetime.fromisoformat("1980-01-01"),
        max_value=datetime.fromisoformat("2100-01-01"),
        timezones=st.sampled_from([UTC, LONDON, TOKYO]),
        allow_imaginary=False,
    ),
)
messages = st.recursive(
    st.builds(lambda value: msg("It is {value}.", value=value), plain_values),
    lambda inner: st.builds(
        lambda n, parts: msgs("{n} of {parts}", "{n} of all {parts}", n, parts=tuple(parts)),
        whole_numbers,
        st.lists(st.one_of(plain_values, inner), max_size=3),
    ),
    max_leaves=5,
)


@given(messages)
def test_what_is_stored_comes_back_equal(message: Message):
    document = json.loads(json.dumps(to_stored(message)))
    assert from_stored(document) == message


def test_a_moment_keeps_its_zone():
    """Otherwise a mail would show a practical day in Tokyo in the time of London."""
    message = msg("It begins at {at:time}.", at=datetime(2026, 12, 8, 10, tzinfo=TOKYO))
    read = from_stored(to_stored(message))
    assert isinstance(read, Message)
    assert WORDS.of(read) == "It begins at 10:00."
    ((_, at),) = read.values
    assert isinstance(at, datetime)
    assert at.tzinfo == TOKYO


def test_a_moment_with_an_offset_is_stored_in_utc():
    at = datetime(2026, 12, 8, 12, tzinfo=timezone(timedelta(hours=2)))
    assert to_stored(at) == {"moment": "2026-12-08T10:00:00+00:00"}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../../x", "x" * 300, "a\0b"])
def test_a_zone_that_this_machine_does_not_know_is_no_damage(zone):
    assert from_stored({"moment": f"2026-12-08T10:00:00+00:00[{zone}]"}) == TEN


def test_a_text_that_no_catalogue_knows_is_shown_in_english():
    """A later version may have stored it, or this version may have changed the text since."""
    stored = {"text": "A sentence of next year: {name}.", "values": {"name": "Ann"}}
    message = from_stored(stored)
    assert isinstance(message, Message)
    assert WORDS.of(message) == "A sentence of next year: Ann."


@pytest.mark.parametrize(
    "value",
    [True, 1.5, None, b"x", ["a"], TEN.replace(tzinfo=None), LARGEST + 1, Decimal("NaN")],
    ids=[
        *("bool", "float", "none", "bytes", "list", "moment without a zone"),
        *("too large", "no number"),
    ],
)
def test_a_value_that_no_message_can_hold_is_not_stored(value):
    with pytest.raises(BadMessage):
        to_stored(value)


@pytest.mark.parametrize(
    "document",
    [
        None,
        1.5,
        True,
        {"date": "yesterday"},
        {"date": 7},
        {"moment": "2026-12-08T10:00:00"},
        {"moment": 7},
        {"moment": "0001-01-01T00:00:00+00:00"},
        {"moment": "9999-12-31T23:59:59+00:00"},
        {"duration": [1]},
        {"decimal": "much"},
        {"decimal": "sNaN"},
        {"decimal": "1e999999"},
        {"decimal": "1e-999999"},
        {"money": LARGEST + 1},
        {"money": "5"},
        {"text": "It begins {when}."},
        {"text": "It begins.", "values": {"when": 1}},
        {"text": "{n} place", "n": 1},
        {"text": "{n} place", "other": "{n} places", "n": LARGEST + 1},
        {"text": "It begins.", "values": []},
        {"text": "It begins.", "values": None},
        {"text": 7},
        {"text": "It is {value:time}.", "values": {"value": "late"}},
    ],
    ids=str,
)
def test_what_no_version_stored_is_damaged(document):
    with pytest.raises(DamagedDocument):
        from_stored(document)


def test_values_that_lie_too_deep_in_others_are_damaged():
    """Python reads what is nested so deeply, and then cannot show it."""
    parts: list[object] = []
    for _ in range(DEEPEST):
        parts = [parts]
    assert from_stored(parts) is not None
    with pytest.raises(DamagedDocument):
        from_stored([parts])


def test_named_values_may_lie_as_deep_as_others():
    document: object = "deep"
    for _ in range(DEEPEST):
        document = {"text": "{inside}", "values": {"inside": document}}
    assert from_stored(document) is not None
    with pytest.raises(DamagedDocument):
        from_stored({"text": "{inside}", "values": {"inside": document}})


def test_a_type_that_only_a_later_version_knows():
    with pytest.raises(LaterVersionNeeded) as refused:
        from_stored({"text": "It is {far}.", "values": {"far": {"distance": 3, "unit": "km"}}})
    assert "stored messages: one has the value “distance, unit”." in str(refused.value)
    assert "reads them up to version 1." in str(refused.value)


def test_the_stored_form_of_each_type():
    """It is read for ever, so a change of it is a mistake."""
    values = {
        "a": "words",
        "b": 7,
        "c": date(2026, 12, 8),
        "d": TEN,
        "e": time(10, 30),
        "f": timedelta(days=1, minutes=5),
        "g": Decimal("0.50"),
        "h": Money(125_000),
        "i": ("x", msgs("{n} place", "{n} places", 2)),
    }
    text = " ".join(f"{{{name}}}" for name in values)
    assert to_stored(Message(text, tuple(values.items()))) == {
        "text": text,
        "values": {
            "a": "words",
            "b": 7,
            "c": {"date": "2026-12-08"},
            "d": {"moment": "2026-12-08T10:00:00+00:00[Europe/London]"},
            "e": {"time": "10:30:00"},
            "f": {"duration": [1, 300, 0]},
            "g": {"decimal": "0.50"},
            "h": {"money": 125000},
            "i": ["x", {"text": "{n} place", "other": "{n} places", "n": 2}],
        },
    }


SLOW = msg("{host} takes longer than {n} seconds.", host="mail.example", n=30)


def test_a_message_stands_beside_its_english_text():
    assert message_beside(stored_if_message(SLOW), str(SLOW)) == SLOW
    assert message_beside(stored_if_message(SLOW), str(SLOW)[:20]) == SLOW
    assert stored_if_message("Words of a library") is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        stored_if_message(msg("The mail server does not answer.")),
        {"text": "{a}", "values": {"a": {"mass": 7}}},
        {"text": "{missing}"},
        7,
    ],
)
def test_a_text_without_its_message_is_read_as_it_stands(document):
    """A version that knows no messages writes the text only, and leaves an old message beside it."""
    assert message_beside(document, "It is full.") == "It is full."
    assert message_beside(document, "Every invariant holds.") == INVARIANTS_HOLD
    assert message_beside(document, "") == ""
