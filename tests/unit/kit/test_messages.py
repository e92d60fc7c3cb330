"""Messages: typed values, checked when a message is made, and their words."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.kit.messages import BadMessage, Money, msg, msgs, sentences
from app.kit.words import ENGLISH_WORDS

NOON = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (msg("Nothing waits."), "Nothing waits."),
        (msg("It begins on {when}.", when=NOON), "It begins on Tue 8 Dec 2026, 12:00."),
        (
            msg("At {when:time}.", when=NOON.astimezone(ZoneInfo("Asia/Tokyo"))),
            "At 21:00.",
        ),
        (msg("{when:date}", when=NOON), "Tue 8 Dec 2026"),
        (msg("{day:plain}", day=date(2026, 12, 8)), "8 December 2026"),
        (msg("{day:long}", day=date(2026, 12, 8)), "Tuesday 8 December 2026"),
        (msg("{day:month}", day=date(2026, 12, 8)), "December 2026"),
        (msg("{at}", at=time(9, 5)), "09:05"),
        (msg("{length}", length=timedelta(minutes=90)), "1 hour 30 minutes"),
        (msg("{ago:largest} ago", ago=timedelta(minutes=90)), "1 hour ago"),
        (msg("{ago:largest}", ago=timedelta(days=3)), "3 days"),
        (msg("{ago:largest}", ago=timedelta(seconds=1)), "1 second"),
        (msg("{n} and {n:plain}", n=1250), "1,250 and 1250"),
        (msg("{dose} mL", dose=Decimal("0.05")), "0.05 mL"),
        (msg("{price}", price=Money(125050)), "£1,250.50"),
        (msg("{names}", names=("A", "B", "C")), "A, B and C"),
        (msg("{names:or}", names=("A", "B")), "A or B"),
        (msg("Why: {why}", why=msg("{n} left.", n=2)), "Why: 2 left."),
        (msg("{name}", name="{when}"), "{when}"),
        (msgs("{n} place", "{n} places", 1), "1 place"),
        (msgs("{n} place for {who}", "{n} places for {who}", 0, who="Ann"), "0 places for Ann"),
        (sentences(msg("First."), None, msg("Second.")), "First. Second."),
    ],
)
def test_words_of_typed_values(message, words):
    assert str(message) == words


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (("A", msg("{n} left", n=1250), "C"), "", "A, 1,250 left and C"),
        (("A", "B"), "or", "A or B"),
        (msg("{n} left", n=2), "", "2 left"),
        (date(2026, 12, 8), "plain", "8 December 2026"),
    ],
)
def test_a_template_prints_a_value_as_a_message_shows_it(value, form, words):
    assert ENGLISH_WORDS.value(value, form) == words


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: msg("{when}"), "when"),
        (lambda: msg("No place.", n=1), "differ in n"),
        (lambda: msgs("{n} place", "{n} places of {day}", 2), "differ in day"),
        (lambda: msg("{share}", share=0.5), "a float"),
        (lambda: msg("{is_full}", is_full=True), "a bool"),
        (lambda: msg("{who}", who=None), "a NoneType"),
        (lambda: msg("{names}", names=("A", 0.5)), "a float"),
        (lambda: msg("{when}", when=datetime(2026, 12, 8)), "without a time zone"),  # noqa: DTZ001
        (lambda: msg("{n:long}", n=1), "no form 'long'"),
        (lambda: msg("{}", n=1), "a placeholder is a name"),
        (lambda: msg("{n", n=1), "expected '}'"),
    ],
)
def test_a_message_that_does_not_fit_is_refused_where_it_is_made(make, why):
    with pytest.raises(BadMessage, match=why):
        make()


def test_equal_by_text_and_values():
    assert msg("{a} {b}", a=1, b=2) == msg("{a} {b}", b=2, a=1)
    assert msg("{a}", a=1) != msg("{a}", a=2)
    assert len({msgs("{n} place", "{n} places", 2), msgs("{n} place", "{n} places", 2)}) == 1
