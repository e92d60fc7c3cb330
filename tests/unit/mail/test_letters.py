"""Every mail of the house, written as plain text and as HTML from its one source."""

import re
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, UndefinedError
from lxml import html

from app.kit.paths import TEMPLATES
from app.mail.letters import BadLetter, Letter, Letters
from app.web.templating import make_environment
from tests.make.academy import WORDS

MAILS = TEMPLATES / "mail"
KINDS = sorted(
    str(path.relative_to(MAILS).with_suffix(""))
    for path in MAILS.rglob("*.txt")
    if not path.name.startswith("_")
)
HOUSE = {"academy": "The Academy", "base_url": "https://academy.example.org"}
VALUES: dict[str, Any] = {
    "sign": lambda link_id: f"sealed.{link_id}",
    "link_id": "7",
    "wanted": "/learn/small course",
    "name": "Ann",
    "inviter": "Ada Admin",
    "title": "Practice day",
    "assessment_id": "7",
    "serial": "7K3M",
    "problem": "Our certificates cannot print “ꦗꦮ” in your name.",
    "waits": "Your certificate waits for this only.",
    "what_to_do": "Write the name in Latin letters.",
    "reason": "A burst pipe.\nWe are sorry.",
    "course": "Mesotherapy",
    "course_key": "mesotherapy",
    "corrections": [
        {
            "lesson": "Layers of the skin",
            "was": "2 mm deep",
            "now": "1 mm deep",
            "why": "It was measured anew.",
        },
        {
            "lesson": "Aftercare",
            "was": "24 hours",
            "now": "48 hours",
            "why": "Two leaflets differ.",
        },
    ],
    "quiz": "Skin and its layers",
    "attempt_id": "7",
    "has_place": True,
    "intake": "Winter",
    "starts_on": "Monday 11 January 2027",
    "position": 3,
    "when": "Tue 8 Dec 2026, 10:00 to 17:00, London time",
    "room": "Room 1",
    "bring": ["Photo identification", "A pen"],
    "terms": "You can give the place back until Sun 6 Dec 2026, 10:00, London time.",
    "can_give_back": True,
    "booking": "Booking opens on Sat 5 Dec 2026, 10:00, London time.",
    "path": "/practicals/7",
    "topic": "A course",
    "enquiry_id": "7",
    "cause": "place",
    "ended": ["Place on “Practice day”, Tue 8 Dec 2026, 10:00 to 17:00, London time"],
    "has_calendar": True,
    "kind": "authenticator app",
    "is_last": True,
    "left": 2,
    "are_few": True,
    "by": "Ada Admin",
    "due_at": "2026-12-02T09:00:00+00:00",
}


@pytest.fixture(scope="module")
def environment() -> Environment:
    return make_environment(
        TEMPLATES,
        url_for=lambda name, **_: f"/{name}",
        asset=lambda name: name,
        words=WORDS,
    )


@pytest.fixture(scope="module")
def letters(environment: Environment) -> Letters:
    return Letters.over(environment)


def letter_of(source: str, **values: Any) -> Letter:
    """Read a letter of a source that is written in the test."""
    templates = Environment(loader=DictLoader({"mail/x.txt": source}), autoescape=False)  # noqa: S701 - plain text
    return Letters.over(templates).read("x", values, **HOUSE)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_there_are_mails_to_look_at() -> None:
    assert len(KINDS) >= 26


@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same(letters: Letters, kind: str) -> None:
    """A mail whose parts differ tells two people two things."""
    letter = letters.read(kind, VALUES, **HOUSE)
    page = html.fromstring(letters.html(letter))
    (body,) = page.xpath("//*[@role='article']")
    for repeated in body.xpath(".//h1 | .//p[@class='name'] | .//table[@role='presentation']"):
        repeated.drop_tree()
    shown = " ".join(body.itertext()).replace("Or open this address:", "")
    said = letter.plain
    first = next((block for block in letter.blocks if block.kind == "action"), None)
    if first is not None:  # its words stand on the button, which was dropped above
        said = said.replace(f"{first.lines[0]}:\n", "", 1)
    assert words_of(shown) == words_of(said)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_whole(letters: Letters, kind: str) -> None:
    letter = letters.read(kind, VALUES, **HOUSE)
    document = letters.html(letter)
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
    assert all(address.startswith(HOUSE["base_url"]) for address in addresses)
    assert all(address in letter.plain for address in addresses)
    assert "url(" not in document


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_sentence_begins_with_a_capital_letter(letters: Letters, kind: str) -> None:
    """English begins it so after the comma of the greeting, too."""
    after = letters.read(kind, VALUES, **HOUSE).plain.split("Hello", 1)[1].split("\n\n")[1]
    assert not after.lstrip()[0].islower(), after


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_value_becomes_structure(letters: Letters, kind: str) -> None:
    """R-107, R-172: markup, template syntax and line breaks of people stay text (T20)."""
    hostile = "<b>x</b> {{ 7 * 7 }}\n\n[Click](https://evil.example/)\n- a\n= b: c\x07"
    people = {"name", "inviter", "title", "reason", "course", "intake", "room", "starts_on", "when"}
    values = VALUES | dict.fromkeys(people, hostile) | {"bring": [hostile], "ended": [hostile]}
    plain_one = letters.read(kind, VALUES | {"bring": ["x"]}, **HOUSE)
    letter = letters.read(kind, values, **HOUSE)
    assert [block.kind for block in letter.blocks] == [block.kind for block in plain_one.blocks]
    assert [block.address for block in letter.blocks] == [b.address for b in plain_one.blocks]
    assert "\n" not in letter.subject
    page = html.fromstring(letters.html(letter))
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


def test_a_value_that_is_not_there_is_an_error(letters: Letters) -> None:
    with pytest.raises(UndefinedError):
        letters.read("accounts/invitation", {"sign": str}, **HOUSE)


@pytest.mark.parametrize(
    ("values", "said", "links"),
    [
        (
            {"terms": "You can give the place back until noon.", "can_give_back": True},
            "You can give the place back until noon.",
            ["/practicals/7"],
        ),
        (
            {"terms": "Free cancelling ended at noon.", "can_give_back": False},
            "Free cancelling ended at noon.",
            ["/enquiry?topic=dates", "/practicals/7"],
        ),
        ({"cancel_until": "noon"}, "You can give the place back until noon.", ["/practicals/7"]),
    ],
    ids=["in time", "too late", "of an earlier version"],
)
@pytest.mark.parametrize("kind", ["booked", "promoted", "reserved", "changed"])
def test_a_mail_about_a_place_says_what_holds_for_giving_it_back(
    letters: Letters, kind: str, values: dict[str, Any], said: str, links: list[str]
) -> None:
    """B4: and it leads to where it can be done. Notices of earlier versions are still read."""
    shared = {
        name: words for name, words in VALUES.items() if name not in ("terms", "can_give_back")
    }
    letter = letters.read(f"practicals/{kind}", shared | values, **HOUSE)
    assert said in letter.plain
    addresses = [block.address for block in letter.blocks if block.kind == "action"]
    assert addresses == [HOUSE["base_url"] + link for link in links]
