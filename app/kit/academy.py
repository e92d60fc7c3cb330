"""The academy that runs this installation: its name, its place, its money, and what it says of itself.

One value is made when a process starts, from the settings and the academy's file (`app/academy_file.py`), and
handed down. Code and templates hold no word of one academy or one subject: they take it from here, or from
a course. The words that stand here are for an academy without a file of its own; they name no subject, and
are messages, while the words of a file stay as the academy wrote them.

Texts whose names end in `html` are HTML that was sanitised when the file was read; templates print them as
they are. All other texts are plain and are escaped like any text.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from app.kit.currency import Currency
from app.kit.messages import Message, Text, msg
from app.kit.zones import zone_words

PICTURES: Final = ("practice", "skin", "modules", "syringe", "calendar", "checklist", "certificate")
"""The drawings of static/img/pictures.svg."""
NEUTRAL_DESCRIPTION: Final = msg(
    "Courses with online modules, supervised practical days in small groups, an open assessment, and a "
    "certificate that anybody can verify."
)
NEUTRAL_TITLE: Final = msg("Courses and practical days")
NEUTRAL_HEADING: Final = msg("Learn with your head, your hands and somebody beside you")
NEUTRAL_LEAD: Final = msg(
    "Online modules, practical days in small groups, an open assessment, and a certificate that anybody "
    "can check."
)


class AcademyFileProblem(Exception):
    """The file of the academy cannot be used. The message names the setting or the file, and what to do."""


@dataclass(frozen=True, slots=True)
class TitledText:
    """A heading or the title of a card, with the text below it."""

    title: Text
    html: Text
    picture: str = ""


NEUTRAL_STEPS: Final = (
    TitledText(
        msg("Learn online"),
        msg(
            "<p>Lessons with drawings and sources, and a quiz at the end of each module. Stop and go on "
            "where you were.</p>"
        ),
        "modules",
    ),
    TitledText(
        msg("Practise with supervision"),
        msg(
            "<p>You book a practical day once the modules it builds on are completed. An instructor is "
            "beside you, and may stop at any time.</p>"
        ),
        "calendar",
    ),
    TitledText(
        msg("Be assessed"),
        msg(
            "<p>An instructor watches a whole session with the published checklist open. “Not yet” means "
            "what to practise, and another day.</p>"
        ),
        "checklist",
    ),
    TitledText(
        msg("Show what you did"),
        msg(
            "<p>Your certificate says exactly what was completed. Anybody can check its number or its QR "
            "code on this site.</p>"
        ),
        "certificate",
    ),
)
NEUTRAL_ABOUT: Final = (
    TitledText(
        msg("How we teach"),
        msg(
            "<p>Theory comes first, online, at your own pace. Nobody comes to a practical day before the "
            "modules it builds on are completed: the site does not let them book.</p>"
        ),
    ),
    TitledText(
        msg("How we assess"),
        msg(
            "<p>An instructor assesses one student against a published checklist. Some steps are critical "
            "for safety: leaving one out means “not yet competent”, however good the rest was. Each mark is "
            "recorded with who gave it, and a signed assessment is not changed afterwards.</p>"
        ),
    ),
    TitledText(
        msg("What a certificate is worth"),
        msg(
            "<p>It attests what its holder completed here, and nothing else. It is issued by rule, not by "
            'favour, and can be revoked. Whoever is shown one can <a href="/verify">verify it</a> without '
            "asking us.</p>"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What a visitor reads first. `audience` says for whom the courses are; `care` what to know before
    deciding. Both may be empty, and are then left out."""

    title: Text = NEUTRAL_TITLE
    heading: Text = NEUTRAL_HEADING
    lead: Text = NEUTRAL_LEAD
    picture: str = "modules"
    steps: tuple[TitledText, ...] = NEUTRAL_STEPS
    audience_lead: str | None = None
    audience: tuple[TitledText, ...] = ()
    care: tuple[str, ...] = ()
    """HTML of each point, without a paragraph round it."""


@dataclass(frozen=True, slots=True)
class About:
    """The page about the academy. `lead_html` None: one neutral sentence with the name and the city."""

    lead_html: str | None = None
    sections: tuple[TitledText, ...] = NEUTRAL_ABOUT


@dataclass(frozen=True, slots=True)
class ReminderDays:
    """How many days before a practical its students and its instructors are reminded; empty: never."""

    students: tuple[int, ...] = (7, 2)
    instructors: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class Academy:
    """Every fact about the academy itself. `mail` is the address of its office; `zone` an IANA name.

    `language` is a tag of English such as `en-GB`: the words of the interface are English. `postal_address`
    and `bank_details` are lines of text. `data_authority` is where people complain about how their data are
    used, with its article. `asks_medical_background`: students say in their profile whether they have one.
    `password_words` are words that somebody who guesses passwords here tries first. `no_course_gives` is what
    no course of this academy gives, such as a licence: the page of every course says so.
    """

    name: str
    zone: str
    mail: str
    city: str | None = None
    currency: Currency = field(default_factory=lambda: Currency("GBP"))
    language: str = "en-GB"
    description: Text = NEUTRAL_DESCRIPTION
    postal_address: tuple[str, ...] = ()
    telephone: str | None = None
    vat_number: str | None = None
    bank_details: tuple[str, ...] = ()
    data_authority: str | None = None
    asks_medical_background: bool = False
    password_words: tuple[str, ...] = ()
    no_course_gives: tuple[str, ...] = ()
    reminders: ReminderDays = field(default_factory=ReminderDays)
    front_page: FrontPage = field(default_factory=FrontPage)
    about: About = field(default_factory=About)

    @property
    def time_words(self) -> Message:
        """London time: how a moment of the academy's zone is named."""
        return zone_words(self.zone)

    @property
    def locale(self) -> str:
        """en_GB: the language as messengers write it."""
        return self.language.replace("-", "_")

    @property
    def region(self) -> str | None:
        """GB: the country of the language, or None where the tag names none."""
        return self.language.partition("-")[2] or None

    @property
    def telephone_address(self) -> str:
        """Return the address that dials the telephone number: `tel:+442079460000`."""
        return "tel:" + re.sub(r"[^\d+]", "", self.telephone or "")
