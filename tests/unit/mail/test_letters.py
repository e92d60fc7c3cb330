"""Every mail of the house, written as plain text and as HTML from its one source, in the language of the
reader."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import DictLoader, UndefinedError
from lxml import html

from app.kit.messages import Money, msg
from app.kit.paths import TEMPLATES
from app.kit.stored_messages import to_stored
from app.kit.words import Words
from app.mail.kinds import MailKind
from app.mail.letters import BadLetter, Letter, Letters
from app.practicals.mails import SeatMail
from app.web.templating import make_environment
from tests.make.academy import ACADEMY, WORDS
from tests.make.mail_examples import EXAMPLES, SEAT, UNTIL
from tests.make.mails import BASE_URL, a_writer
from tests.make.pseudo_languages import CLOSE, OPEN, bracketed, mirrored

MAILS = TEMPLATES / "mail"
HOUSE = {"academy": "The Academy", "base_url": "https://academy.example.org"}
BRACKETED, MIRRORED = bracketed(ACADEMY).own, mirrored(ACADEMY).own
each_example = pytest.mark.parametrize(
    "mail", EXAMPLES, ids=[f"{mail.template}-{number}" for number, mail in enumerate(EXAMPLES)]
)


def letter_of(source: str, words: Words = WORDS, **values: Any) -> Letter:
    """Read a letter of a source that is written in the test."""
    templates = make_environment(
        TEMPLATES, url_for=lambda name, **_: name, asset=lambda name: name, words=words
    )
    templates.loader = DictLoader({"mail/x.txt": source})
    return Letters.over(templates, words).read("x", values, **HOUSE)


def written(mail: MailKind, words: Words = WORDS, **changed: Any) -> Letter:
    """Put a mail in words, through its stored form."""
    stored = json.loads(json.dumps(mail.stored()))
    return a_writer().letter(
        mail.template, {**stored, **changed}, words, sign=lambda link_id: "signed"
    )


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@each_example
def test_both_parts_say_the_same(mail: MailKind) -> None:
    """A mail whose parts differ tells two people two things."""
    letter = written(mail)
    page = html.fromstring(a_writer().html(letter))
    (body,) = page.xpath("//*[@role='article']")
    for repeated in body.xpath(".//h1 | .//p[@class='name'] | .//table[@role='presentation']"):
        repeated.drop_tree()
    shown = " ".join(body.itertext()).replace("Or open this address:", "")
    said = letter.plain
    first = next((block for block in letter.blocks if block.kind == "action"), None)
    if first is not None:  # its words stand on the button, which was dropped above
        said = said.replace(f"{first.lines[0]}:\n", "", 1)
    assert words_of(shown) == words_of(said)


@each_example
def test_every_mail_is_whole(mail: MailKind) -> None:
    letter = written(mail)
    document = a_writer().html(letter)
    page = html.fromstring(document)
    assert letter.subject
    assert len(letter.subject) <= 120
    assert letter.plain.startswith("Hello")
    assert "!" not in letter.plain
    assert not re.search(r"[{}\x00-\x09\x0b-\x1f]", letter.plain)
    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title") == letter.subject
    assert [heading.text for heading in page.findall(".//h1")] == [letter.subject]
    assert letter.preview in page.xpath("string(//*[@aria-hidden])")
    assert page.xpath("//img | //script | //link | //form | //@onclick") == []
    addresses = {str(address) for address in page.xpath("//a/@href")}
    assert all(address.startswith(BASE_URL) for address in addresses)
    assert all(address in letter.plain for address in addresses)
    assert "url(" not in document


@each_example
def test_the_first_sentence_begins_with_a_capital_letter(mail: MailKind) -> None:
    """English begins it so after the comma of the greeting, too."""
    after = written(mail).plain.split("Hello", 1)[1].split("\n\n")[1]
    assert not after.lstrip()[0].islower(), after


@each_example
def test_nothing_in_a_value_becomes_structure(mail: MailKind) -> None:
    """R-107, R-172: markup, template syntax and line breaks of people stay text (T20)."""
    hostile = "<b>x</b> {{ 7 * 7 }}\n\n[Click](https://evil.example/)\n- a\n= b: c\x07"
    people = {"name", "inviter", "title", "reason", "course", "intake", "room", "quiz", "by"}
    stored = mail.stored()
    said = {name for name, value in stored.items() if value is not None}
    changed: dict[str, Any] = dict.fromkeys(people & said, hostile)
    message = to_stored(msg("{words}", words=hostile))
    for several, line in (("bring", hostile), ("ended", message), ("changes", message)):
        if several in stored:
            changed[several] = [line for _ in stored[several]]
    harmless, letter = written(mail), written(mail, **changed)
    assert [block.kind for block in letter.blocks] == [block.kind for block in harmless.blocks]
    assert [block.address for block in letter.blocks] == [b.address for b in harmless.blocks]
    assert "\n" not in letter.subject
    page = html.fromstring(a_writer().html(letter))
    assert page.xpath("//b") == []
    assert not [address for address in page.xpath("//a/@href") if "evil" in address]
    assert "49" not in letter.plain
    assert "\x07" not in letter.plain


@pytest.mark.parametrize("path", sorted(MAILS.rglob("*.txt")), ids=lambda path: path.stem)
def test_an_address_stands_in_a_link_only(path: Any) -> None:
    """An address in a sentence is no link in the HTML part."""
    for line in path.read_text().splitlines():
        assert "base_url" not in line or re.match(r"\[[^\]]+\]\(\{\{ base_url \}\}/?\S*", line), (
            line
        )


def test_the_forms_of_a_block() -> None:
    letter = letter_of(
        "The {{ what }}\nHello,\n\nwords\nover lines\n\n- one\n- {{ what }}\n\n= When: {{ what }}: now\n\n"
        "> {{ what }}\n\n[Go to {{ what }}]({{ base_url }}/{{ what }})\n\n- last",
        what="thing",
    )
    assert letter.subject == "The thing"
    assert letter.preview == "words over lines"
    assert letter.plain == (
        "Hello,\n\nwords over lines\n\n- one\n- thing\n\nWhen: thing: now\n\nthing\n\n"
        "Go to thing:\nhttps://academy.example.org/thing\n\n- last\n\n"
        "The Academy\nhttps://academy.example.org\n"
    )


def test_a_letter_of_greetings_only_previews_its_subject() -> None:
    assert letter_of("Subject\nHello,").preview == "Subject"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("words\n- a list without a gap", "empty line"),
        ("see https://elsewhere.example/", "empty line"),
        ("= no colon", "a fact is"),
        ("[Words] no address", "a link is"),
        ("[Words](https://evil.example/)", "our own address"),
        ("[Words]({{ evil }})", "our own address"),
        ("[Words]({{ base_url }}.evil.example/)", "our own address"),
        ("[Words]({{ base_url }}/{{ spaced }})", "our own address"),
        ("{{ nothing }}", "missing"),
    ],
)
def test_a_bad_source_is_refused(body: str, words: str) -> None:
    values = {"evil": "https://evil.example/", "spaced": "a b", "nothing": None}
    with pytest.raises(BadLetter, match=f"(?i){words}"):
        letter_of(f"Subject\n{body}", **values)


def test_a_value_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        letter_of("Subject\n{% trans %}Hello {{ nobody }},{% endtrans %}")


SEATS = [mail for mail in EXAMPLES if isinstance(mail, SeatMail)]


@pytest.mark.parametrize("kind", sorted({type(mail) for mail in SEATS}, key=str))
@pytest.mark.parametrize(
    ("can_give_back", "said", "links"),
    [
        (
            True,
            "You can give the place back until Sun 6 Dec 2026, 10:00, London time.",
            [SEAT["path"]],
        ),
        (
            False,
            "Free cancelling ended on Sun 6 Dec 2026, 10:00, London time. If you cannot come, write to",
            ["/enquiry?topic=dates", SEAT["path"]],
        ),
    ],
    ids=["in time", "too late"],
)
def test_a_mail_about_a_place_says_what_holds_for_giving_it_back(
    kind: type[SeatMail], can_give_back: bool, said: str, links: list[str]
) -> None:
    """B4: and it leads to where it can be done."""
    letter = written(kind(**{**SEAT, "give_back_until": UNTIL, "can_give_back": can_give_back}))
    assert said in letter.plain
    addresses = [block.address for block in letter.blocks if block.kind == "action"]
    assert addresses == [BASE_URL + link for link in links]


def outside_of_brackets(text: str) -> str:
    """Return what of a text stands outside of every bracket."""
    depth, outside = 0, []
    for sign in text:
        depth += sign == OPEN
        outside.append("" if depth else sign)
        depth -= sign == CLOSE
    return "".join(outside)


def texts_in(value: Any) -> list[str]:
    """Return the texts that a stored value holds, without those of messages, the longest first."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts_in(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts_in(part)]
    return value.splitlines() if isinstance(value, str) else []


def words_left(text: str, mail: MailKind) -> str:
    """Return the letters of a text that are neither translated nor a value of the mail."""
    left = outside_of_brackets(text)
    days = [value for value in dict(mail).values() if isinstance(value, date)]
    forms = [BRACKETED.value(day, form) for day in days for form in ("", "long")]
    for value in sorted((*texts_in(mail.stored()), *forms), key=len, reverse=True):
        left = left.replace(value, "")
    return "".join(sign for sign in left if sign.isalpha())


@each_example
def test_every_text_is_translated(mail: MailKind) -> None:
    """A translator gets every word of a mail that is no value: subject, labels, links and sentences."""
    letter = written(mail, BRACKETED)
    texts = [letter.subject, *(line for block in letter.blocks for line in block.lines)]
    texts += [value for block in letter.blocks for _, value in block.facts]
    assert {text: left for text in texts if (left := words_left(text, mail))} == {}
    labels = [label for block in letter.blocks for label, _ in block.facts]
    links = [block.lines[0] for block in letter.blocks if block.kind == "action"]
    assert [text for text in (letter.subject, *labels, *links) if not text.startswith(OPEN)] == []
    page = html.fromstring(a_writer().html(letter))
    assert page.get("lang") == BRACKETED.tag
    addresses = {address for block in letter.blocks if (address := block.address)}
    for text in page.find("body").itertext():
        said = text.strip()
        if said and said not in (letter.academy, letter.base_url, *addresses):
            assert not words_left(said, mail), said


def test_a_text_that_nobody_translates_is_seen() -> None:
    """Control: the crawl finds a bare word, and a value is none."""
    (mail, *_) = (mail for mail in EXAMPLES if mail.template == "accounts/invitation")
    assert words_left(f"{OPEN}Hello {OPEN}you{CLOSE},{CLOSE} Ann Able", mail) == ""
    assert words_left(f"{OPEN}Hello{CLOSE} Ann Able and you", mail) == "andyou"


@each_example
def test_a_mail_is_written_from_right_to_left(mail: MailKind) -> None:
    letter = written(mail, MIRRORED)
    page = html.fromstring(a_writer().html(letter))
    assert (page.get("lang"), page.get("dir")) == ("ar-EG", "rtl")
    assert "left" not in {cell.get("align") for cell in page.iter("th")}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ day }}", "Mon 11 Jan 2027"),
        ('{{ day | value("long") }}', "Monday 11 January 2027"),
        ('{{ name | value("long") }}', "Ann"),
        ("{{ at }}", "Tue 8 Dec 2026, 10:00"),
        ("{{ there }}", "Tue 8 Dec 2026, 19:00"),
        ("{{ price }}", "£1,250"),
        ("{{ count }}", "1,250"),
        ("{{ said }}", "It is Ann."),
        ("{% trans %}It is {{ said }}{% endtrans %}", "It is It is Ann."),
        ("{% trans n=count %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}", "1,250 days"),
    ],
)
def test_a_value_is_printed_in_the_words_of_the_language(source: str, said: str) -> None:
    at = datetime(2026, 12, 8, 10, tzinfo=UTC)
    values = {
        "name": "Ann",
        "day": date(2027, 1, 11),
        "at": at,
        "there": at.astimezone(ZoneInfo("Asia/Tokyo")),
        "price": Money(125_000),
        "count": 1250,
        "said": msg("It is {name}.", name="Ann"),
    }
    assert letter_of(f"Subject\n{source}", **values).blocks[0].lines == (said,)


def test_another_language_has_its_own_days_and_amounts() -> None:
    letter = letter_of(
        "S\n{{ day }}: {{ price }}", MIRRORED, day=date(2027, 1, 11), price=Money(100)
    )
    assert "يناير" in letter.plain
    assert "Jan" not in letter.plain


def test_a_moment_in_utc_is_shown_in_the_zone_of_the_academy() -> None:
    tokyo = replace(WORDS, tag="en-JP", formats=replace(WORDS.formats, zone="Asia/Tokyo"))
    at = datetime(2026, 12, 8, 10, tzinfo=UTC)
    assert letter_of("Subject\n{{ at }}", tokyo, at=at).blocks[0].lines == (
        "Tue 8 Dec 2026, 19:00",
    )


def test_a_line_ends_behind_a_translated_text() -> None:
    """Templates of pages drop the line break behind a block; the lines of a letter are its structure."""
    letter = letter_of(
        "{% trans %}Subject{% endtrans %}\n{% trans %}Hello,{% endtrans %}\n\n"
        "= {% trans %}When{% endtrans %}: {% trans %}now{% endtrans %}\n"
        "= {% trans %}Where{% endtrans %}: {% trans %}here{% endtrans %}"
    )
    assert letter.subject == "Subject"
    assert letter.blocks[1].facts == (("When", "now"), ("Where", "here"))
