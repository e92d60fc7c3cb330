"""The file in which an academy says who it is, as `docs/academy.md` describes it.

It is written in the language of a course: YAML, with Markdown in the longer texts. Keys that are left out
keep the neutral words of `app.kit.academy`; an unknown key is a problem. `[=name]` in a Markdown text inserts
the academy's name.
"""

import re
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from app.authoring.fields import Authored, Markdown, Plain, Plain120, Plain300, UnfitError
from app.authoring.inline import Surroundings
from app.authoring.insertions import Insertion
from app.authoring.markdown import Renderer
from app.authoring.messages import did_you_mean, validated
from app.authoring.problems import Problem
from app.authoring.sanitising import unwrapped
from app.authoring.yaml_source import load
from app.courses.domain.folder import decoded
from app.kit.academy import PICTURES, About, Academy, FrontPage, ReminderDays, TitledText
from app.kit.currency import CODES, Currency

_LANGUAGE: Final = re.compile(r"en(-[A-Z]{2})?")
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{4,30}")


def _currency(code: str) -> str:
    if code not in CODES:
        raise UnfitError.because(
            f"`{code[:20]}` is not a currency.",
            "Write its three capital letters of ISO 4217, such as GBP or EUR.",
        )
    return code


def _language(tag: str) -> str:
    if _LANGUAGE.fullmatch(tag) is None:
        raise UnfitError.because(
            f"`{tag[:20]}` is not a language of the interface.",
            "The interface is in English: write en-GB, en-IE, en-US or another country's English.",
        )
    return tag


def _picture(name: str) -> str:
    if name not in PICTURES:
        raise UnfitError.because(
            f"There is no picture `{name[:40]}`.", did_you_mean(name, PICTURES)
        )
    return name


def _telephone(number: str) -> str:
    if _TELEPHONE.fullmatch(number) is None:
        raise UnfitError.because(
            f"`{number[:40]}` is not a telephone number.",
            'Write it with its country in quotes, such as "+44 20 7946 0000".',
        )
    return number


Picture = Annotated[str, AfterValidator(_picture)]


class FrontPageStepFields(Authored):
    title: Plain120
    text: Markdown
    picture: Picture


class TitledFields(Authored):
    title: Plain120
    text: Markdown


class AudienceFields(Authored):
    lead: Plain300 | None = None
    groups: Annotated[list[TitledFields], Field(min_length=1, max_length=6)]


class FrontPageFields(Authored):
    title: Plain120 | None = None
    heading: Plain120 | None = None
    lead: Plain300 | None = None
    picture: Picture | None = None
    steps: Annotated[list[FrontPageStepFields], Field(min_length=1, max_length=8)] | None = None
    audience: AudienceFields | None = None
    before_you_decide: Annotated[list[Markdown], Field(max_length=12)] = Field(default_factory=list)


class AboutFields(Authored):
    lead: Markdown | None = None
    sections: Annotated[list[TitledFields], Field(min_length=1, max_length=20)] | None = None


class ContactFields(Authored):
    postal_address: Annotated[list[Plain120], Field(max_length=8)] = Field(default_factory=list)
    telephone: Annotated[str, AfterValidator(_telephone)] | None = None


DaysBefore = Annotated[int, Field(ge=1, le=60)]


class RemindersFields(Authored):
    students: Annotated[list[DaysBefore], Field(max_length=4)] = Field(
        default_factory=lambda: [7, 2]
    )
    instructors: Annotated[list[DaysBefore], Field(max_length=4)] = Field(
        default_factory=lambda: [1]
    )


class AcademyFile(Authored):
    format: Literal[1]
    city: Plain120 | None = None
    currency: Annotated[str, AfterValidator(_currency)] = "GBP"
    language: Annotated[str, AfterValidator(_language)] = "en-GB"
    description: Plain300 | None = None
    front_page: FrontPageFields = Field(default_factory=FrontPageFields)
    about: AboutFields = Field(default_factory=AboutFields)
    contact: ContactFields = Field(default_factory=ContactFields)
    vat_number: Plain120 | None = None
    bank_details: Annotated[list[Plain120], Field(max_length=8)] = Field(default_factory=list)
    data_authority: Plain120 | None = None
    asks_medical_background: bool = False
    reminders: RemindersFields = Field(default_factory=RemindersFields)
    password_words: Annotated[list[Plain], Field(max_length=60)] = Field(default_factory=list)
    no_course_gives: Annotated[list[Plain], Field(max_length=12)] = Field(default_factory=list)


@dataclass(frozen=True)
class ParsedAcademy:
    """The academy with what its file says, or the problems of the file; never both."""

    academy: Academy | None
    problems: tuple[Problem, ...] = ()


def parse_academy(path: str, data: bytes, neutral: Academy) -> ParsedAcademy:
    """Read the file of an academy. `neutral` has its name and everything else that is not in the file; `path`
    stands in the problems. Every problem is reported at once, in the order of lines."""
    text, problem = decoded(path, data)
    if problem is not None:
        return ParsedAcademy(None, (problem,))
    lined, problems = load(path, text)
    if lined is None:
        return ParsedAcademy(None, tuple(problems))
    name = Insertion("name", neutral.name)
    renderer = Renderer(Surroundings("", {}, {}, {}, {"name": name}))
    fields, found_problems = validated(AcademyFile, lined, path, renderer)
    problems += found_problems
    if fields is not None and fields.about.lead is not None:
        problems += [
            Problem(
                path, lined.line(("about", "lead")), "`lead` has several paragraphs.", "Write one."
            )
            for _ in range(renderer.field(fields.about.lead).html.count("<p>") != 1)
        ]
    if problems or fields is None:
        return ParsedAcademy(None, tuple(sorted(set(problems))))
    return ParsedAcademy(_academy(fields, renderer, neutral))


def _academy(fields: AcademyFile, renderer: Renderer, neutral: Academy) -> Academy:
    return replace(
        neutral,
        city=fields.city,
        currency=Currency(fields.currency),
        language=fields.language,
        description=fields.description or neutral.description,
        postal_address=tuple(fields.contact.postal_address),
        telephone=fields.contact.telephone,
        vat_number=fields.vat_number,
        bank_details=tuple(fields.bank_details),
        data_authority=fields.data_authority,
        asks_medical_background=fields.asks_medical_background,
        reminders=ReminderDays(
            tuple(fields.reminders.students), tuple(fields.reminders.instructors)
        ),
        password_words=tuple(fields.password_words),
        no_course_gives=tuple(fields.no_course_gives),
        front_page=_front_page(fields.front_page, renderer, neutral.front_page),
        about=_about(fields.about, renderer, neutral.about),
    )


def _front_page(fields: FrontPageFields, renderer: Renderer, neutral: FrontPage) -> FrontPage:
    audience = fields.audience
    return FrontPage(
        title=fields.title or neutral.title,
        heading=fields.heading or neutral.heading,
        lead=fields.lead or neutral.lead,
        picture=fields.picture or neutral.picture,
        steps=neutral.steps
        if fields.steps is None
        else tuple(
            TitledText(step.title, renderer.field(step.text).html, step.picture)
            for step in fields.steps
        ),
        audience_lead=None if audience is None else audience.lead,
        audience=() if audience is None else _titled(audience.groups, renderer),
        care=tuple(unwrapped(renderer.field(text).html) for text in fields.before_you_decide),
    )


def _about(fields: AboutFields, renderer: Renderer, neutral: About) -> About:
    lead = None if fields.lead is None else unwrapped(renderer.field(fields.lead).html)
    sections = neutral.sections
    if fields.sections is not None:
        sections = _titled(fields.sections, renderer)
    return About(lead, sections)


def _titled(entries: list[TitledFields], renderer: Renderer) -> tuple[TitledText, ...]:
    return tuple(TitledText(entry.title, renderer.field(entry.text).html) for entry in entries)
