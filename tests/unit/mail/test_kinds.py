"""Kinds of mail: a wrong value is refused when it is written, and every stored mail is read."""

import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.kit.messages import Money, msg
from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded
from app.mail.calendar_entries import CalendarEntry, entries_of
from app.mail.kinds import AddressMail, MailKind, MailKinds, WrongKinds
from app.mail.mailer import payload_of
from app.mail.values import Amount, MailPart, Moment, Words, WordsOrName
from app.mail_kinds import KINDS
from tests.make.mail_examples import EXAMPLES, STARTS, an_entry


class SmallPart(MailPart):
    title: str
    at: Moment


class EverythingMail(AddressMail):
    """A kind with a field of each type."""

    template: ClassVar[str] = "tests/everything"

    name: str
    count: int
    is_last: bool
    day: date
    at: Moment
    price: Amount
    said: Words
    label: WordsOrName
    link_id: UUID
    lines: tuple[str, ...]
    parts: tuple[SmallPart, ...]
    reason: str | None = None


WHOLE: dict[str, Any] = {
    "name": "Ann Able",
    "count": 3,
    "is_last": True,
    "day": date(2026, 12, 8),
    "at": STARTS,
    "price": Money(125_000),
    "said": msg("It is done."),
    "label": "Practice day",
    "link_id": UUID(int=7),
    "lines": ("a", "b"),
    "parts": (SmallPart(title="A", at=STARTS),),
}


def through_the_database(mail: MailKind) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(mail.stored()))
    return stored


def test_a_mail_of_right_values_comes_back_equal():
    mail = EverythingMail(**WHOLE)
    filling = EverythingMail.filling_of(through_the_database(mail))
    assert filling == {**WHOLE, "reason": None}
    assert filling["at"].tzinfo == STARTS.tzinfo


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", 7),
        ("name", msg("It is done.")),
        ("count", "3"),
        ("count", 3.0),
        ("count", True),
        ("is_last", "yes"),
        ("is_last", 1),
        ("day", "2026-12-08"),
        ("day", STARTS),
        ("at", "2026-12-08T10:00:00+00:00"),
        ("at", {"moment": "2026-12-08T10:00:00+00:00"}),
        ("at", date(2026, 12, 8)),
        ("at", STARTS.replace(tzinfo=None)),
        ("price", 125_000),
        ("price", {"money": 125_000}),
        ("said", "It is done."),
        ("said", {"text": "It is done."}),
        ("label", 7),
        ("label", None),
        ("link_id", "7"),
        ("lines", ["a", "b"]),
        ("lines", (1,)),
        ("lines", "ab"),
        ("parts", ({"title": "A"},)),
        ("parts", (msg("It is done."),)),
        ("reason", msg("It is done.")),
        ("unheard_of", "x"),
    ],
)
def test_a_value_of_a_wrong_type_is_refused_when_the_mail_is_written(field: str, value: object):
    EverythingMail(**WHOLE)
    with pytest.raises(ValidationError):
        EverythingMail(**{**WHOLE, field: value})


@pytest.mark.parametrize("field", WHOLE)
def test_a_missing_value_is_refused_when_the_mail_is_written(field: str):
    with pytest.raises(ValidationError):
        EverythingMail(**{name: value for name, value in WHOLE.items() if name != field})


def test_a_refusal_quotes_no_value():
    """It goes into a log."""
    with pytest.raises(ValidationError) as refused:
        EverythingMail(**{**WHOLE, "count": "canary@example.org"})
    assert "count" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_written_mail_does_not_change():
    mail = EverythingMail(**WHOLE)
    with pytest.raises(ValidationError):
        mail.name = "Ben"  # type: ignore[misc]


@pytest.mark.parametrize("mail", EXAMPLES, ids=lambda mail: type(mail).__name__)
def test_each_kind_comes_back_equal(mail: MailKind):
    assert KINDS.filling_of(mail.template, through_the_database(mail)) == mail.filling()


def test_there_is_an_example_of_each_kind():
    assert {type(mail) for mail in EXAMPLES} == set(KINDS)


def test_a_mail_of_a_later_version_is_refused_by_its_version():
    document = {**through_the_database(EverythingMail(**WHOLE)), "version": 3}
    with pytest.raises(LaterVersionNeeded, match="they have version 3"):
        EverythingMail.filling_of(document)


def test_a_kind_that_only_a_later_version_has_is_refused_by_its_name():
    with pytest.raises(LaterVersionNeeded, match="one is of the kind “quizzes/celebrated”"):
        KINDS.filling_of("quizzes/celebrated", {"version": 2})


@pytest.mark.parametrize(
    "change",
    [
        {"count": "three"},
        {"at": "2026-12-08"},
        {"said": {"text": "It is {when}."}},
        {"name": None},
        {"link_id": "seven"},
        {"version": "2"},
        {"version": True},
    ],
    ids=str,
)
def test_a_damaged_mail_is_refused_and_its_values_are_not_quoted(change: dict[str, Any]):
    document = {**through_the_database(EverythingMail(**WHOLE)), "label": "canary", **change}
    with pytest.raises(DamagedDocument) as refused:
        EverythingMail.filling_of(document)
    assert "canary" not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_a_key_that_a_later_version_added_is_ignored():
    document = through_the_database(EverythingMail(**WHOLE))
    document["parts"][0]["unheard-of"] = document["unheard-of"] = [1]
    assert EverythingMail.filling_of(document)["name"] == "Ann Able"


def test_the_next_version_has_a_step():
    class RenamedMail(AddressMail):
        template: ClassVar[str] = "tests/renamed"
        version: ClassVar[int] = 3
        steps: ClassVar = {2: lambda stored: {"person": stored["name"]}}

        person: str

    assert RenamedMail.filling_of({"version": 2, "name": "Ann"}) == {"person": "Ann"}
    assert RenamedMail.filling_of({"version": 3, "person": "Ann"}) == {"person": "Ann"}
    assert RenamedMail.filling_of({"person": "Ann"}) == {"person": "Ann"}, "words of version 1"


def test_two_kinds_cannot_have_one_template():
    class OtherMail(AddressMail):
        template: ClassVar[str] = "tests/everything"

    with pytest.raises(WrongKinds, match="tests/everything"):
        MailKinds((EverythingMail, OtherMail))


def test_the_entries_of_a_calendar_come_back_equal():
    payload = payload_of(EverythingMail(**WHOLE), "a@example.org", calendar=(an_entry(),))
    assert entries_of(json.loads(json.dumps(payload))) == (an_entry(),)
    assert entries_of({"calendar": None}) == ()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"version": 3}, LaterVersionNeeded),
        ({"sequence": "1"}, DamagedDocument),
        ({"method": "REPLY"}, DamagedDocument),
        ({"starts_at": "2026-12-08T10:00:00+00:00"}, DamagedDocument),
    ],
    ids=str,
)
def test_a_calendar_entry_that_cannot_be_read(change: dict[str, Any], refusal: type[Exception]):
    with pytest.raises(refusal):
        CalendarEntry.from_stored({**an_entry().stored(), **change})


def test_a_calendar_entry_of_a_wrong_value_is_refused_when_it_is_written():
    values = dict(an_entry())
    CalendarEntry(**values)
    with pytest.raises(ValidationError):
        CalendarEntry(**{**values, "starts_at": datetime(2026, 12, 8, tzinfo=UTC).isoformat()})
