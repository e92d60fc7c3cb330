"""The file of an academy: what it may say, and how a mistake in it is told."""

import re

import pytest

from app.courses.domain import academy_file
from app.courses.domain.academy_file import parse_academy
from app.kit.academy import PICTURES, Academy, ReminderDays
from app.kit.paths import COURSES, ROOT, STATIC
from tests.make.academy import ACADEMY

PATH = "academy.yaml"


def parsed(text: str) -> Academy:
    read = parse_academy(PATH, text.encode(), ACADEMY)
    assert read.problems == ()
    assert read.academy is not None
    return read.academy


def problems(text: str) -> list[str]:
    read = parse_academy(PATH, text.encode(), ACADEMY)
    assert read.academy is None
    return [str(problem) for problem in read.problems]


def test_what_is_left_out_keeps_neutral_words() -> None:
    assert parsed("format: 1\n") == ACADEMY


def test_the_file_says_who_the_academy_is() -> None:
    academy = parsed(
        "format: 1\n"
        "city: Cork\n"
        "currency: EUR\n"
        "language: en-IE\n"
        "vat_number: IE 1234567 A\n"
        "no_course_gives: [A trade licence.]\n"
        "bank_details: [IBAN IE00 BANK 0000]\n"
        "contact: {telephone: '+353 21 000 0000', postal_address: [1 Mill Lane, Cork]}\n"
        "about:\n"
        "  lead: '[=name] bakes bread in **Cork**.'\n"
        "front_page:\n"
        "  heading: Learn to bake\n"
        "  before_you_decide: ['We promise [no income](/about).']\n"
    )
    assert (academy.city, academy.currency.code, academy.language) == ("Cork", "EUR", "en-IE")
    assert (academy.locale, academy.region, academy.city) == ("en_IE", "IE", "Cork")
    assert academy.telephone_address == "tel:+353210000000"
    assert academy.postal_address == ("1 Mill Lane", "Cork")
    assert academy.no_course_gives == ("A trade licence.",)
    assert academy.bank_details == ("IBAN IE00 BANK 0000",)
    assert academy.about.lead_html == ("Preceptor Academy bakes bread in <strong>Cork</strong>.")
    assert academy.about.sections == ACADEMY.about.sections
    assert academy.front_page.heading == "Learn to bake"
    assert academy.front_page.care == ('We promise <a href="/about">no income</a>.',)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("citty: Cork", "academy.yaml:2: `citty` is not known here. Did you mean `city`?"),
        ("currency: GPB", "academy.yaml:2: `GPB` is not a currency. Write its three"),
        ("currency: gbp", "academy.yaml:2: `gbp` is not a currency. "),
        ("language: fr", "academy.yaml:2: `fr` is not a language of the interface."),
        ("front_page:\n  pictur: skin", "academy.yaml:3: `pictur` is not known here."),
        ("front_page:\n  picture: skn", "academy.yaml:3: There is no picture `skn`. Did you mean"),
        (
            "about:\n  lead: |\n    One.\n\n    Two.",
            "academy.yaml:3: `lead` has several paragraphs.",
        ),
        ("about:\n  lead: See [=nam].", "academy.yaml:3: There are no agreed words"),
        ("about:\n  sections:\n    - title: A", "academy.yaml:4: `text` is missing."),
        ("contact:\n  telephone: ask", "academy.yaml:3: `ask` is not a telephone number."),
        ("front_page:\n  steps: []", "academy.yaml:3: `steps` has too few entries."),
        ("about:\n  lead: <script>x</script>", "academy.yaml:3: HTML is shown as it is typed"),
        ("city: Cork\ncity: Ghent", "academy.yaml:3: `city` is written twice."),
        ("city: 'Cork", "academy.yaml:2: This is not valid YAML"),
        ("vat_number: 7", "academy.yaml:2: `vat_number` must be a text."),
    ],
)
def test_a_mistake_is_told_with_its_line(lines: str, problem: str) -> None:
    assert [said[: len(problem)] for said in problems(f"format: 1\n{lines}\n")] == [problem]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("students: [14, 1]", ReminderDays((14, 1), (1,))),
        ("students: []\n  instructors: []", ReminderDays((), ())),
    ],
)
def test_the_file_says_when_people_are_reminded(lines: str, days: ReminderDays) -> None:
    assert parsed(f"format: 1\nreminders:\n  {lines}\n").reminders == days


@pytest.mark.parametrize("days", ["[0]", "[61]", "[soon]", "[9, 7, 5, 3, 1]"])
def test_reminders_that_cannot_be_sent_are_refused_with_their_line(days: str) -> None:
    (problem,) = problems(f"format: 1\nreminders:\n  students: {days}\n")
    assert problem.startswith(f"{PATH}:3: ")


def test_every_problem_is_told_at_once_in_the_order_of_lines() -> None:
    said = problems("format: 2\ncitty: Cork\nlanguage: fr\n")
    assert [line.split(":")[1] for line in said] == ["1", "2", "3"]


def test_a_file_that_is_no_text_is_told() -> None:
    read = parse_academy(PATH, b"format: 1\ncity: \xff\n", ACADEMY)
    assert [problem.line for problem in read.problems] == [2]


def test_the_name_of_the_academy_is_escaped() -> None:
    named = Academy(name="<i>A & B", zone="UTC", mail="a@academy.example")
    read = parse_academy(PATH, b"format: 1\nabout: {lead: '[=name] teaches.'}\n", named)
    assert read.academy is not None
    assert read.academy.about.lead_html == "&lt;i&gt;A &amp; B teaches."


def test_the_shipped_file_has_no_problem() -> None:
    path = COURSES / "academy.yaml"
    assert parse_academy(str(path), path.read_bytes(), ACADEMY).problems == ()


def test_the_document_names_every_field_and_no_other() -> None:
    document = (ROOT / "docs" / "academy.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", document, re.MULTILINE))
    fields = academy_file.AcademyFile.model_fields
    assert set(rows) == set(fields)
    for name, field in fields.items():
        says_optional = "optional" in rows[name] or "default" in rows[name]
        assert says_optional == (not field.is_required()), name
    words = set(re.findall(r"`(\w+)`", document))
    for model in (
        academy_file.FrontPageFields,
        academy_file.FrontPageStepFields,
        academy_file.TitledFields,
        academy_file.AudienceFields,
        academy_file.AboutFields,
        academy_file.ContactFields,
    ):
        assert set(model.model_fields) <= words, model.__name__
    assert set(PICTURES) <= words


def test_every_picture_is_drawn() -> None:
    drawn = re.findall(r'<symbol id="([a-z]+)"', (STATIC / "img" / "pictures.svg").read_text())
    assert set(drawn) == set(PICTURES)
