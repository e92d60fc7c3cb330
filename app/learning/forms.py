"""The forms of learning."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints

from app.learning.clarity import LONGEST_WORDS, ClarityAnswer
from app.learning.highlights import LONGEST_QUOTE
from app.learning.pacing import BAD_HOURS, MailDay
from app.learning.reading_positions import LONGEST_ANCHOR
from app.learning.section_notes import LONGEST_NOTE
from app.web.dates import Day
from app.web.forms import EditForm, Form, label


class SectionForm(Form):
    section: str = Field(max_length=LONGEST_ANCHOR, title=label("section"))


_HOURS: Final = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})?")


def read_hours(typed: object) -> object:
    """Read 2, 1.5 or 1,5."""
    if not isinstance(typed, str):
        return typed
    if not _HOURS.fullmatch(typed.strip()):
        raise ValueError(BAD_HOURS.message)
    return Decimal(typed.strip().replace(",", "."))


class WeeklyHoursForm(Form):
    hours: Annotated[Decimal, BeforeValidator(read_hours)] = Field(
        title=label("number of hours a week")
    )


class MailDayForm(Form):
    mail_day: MailDay = Field(title=label("day of the mail"))


class PauseForm(Form):
    until: Day = Field(title=label("day on which you start again"))


class NoteForm(EditForm):
    """A note about a section; an empty one takes it away."""

    section: str = Field(max_length=LONGEST_ANCHOR, title=label("section"))
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE)] = Field(
        default="", title=label("your note")
    )


class ClarityForm(Form):
    """A vote on a section. The buttons send no words."""

    section: str = Field(max_length=LONGEST_ANCHOR, title=label("section"))
    answer: ClarityAnswer = Field(title=label("your answer"))
    words: Annotated[str, StringConstraints(max_length=LONGEST_WORDS)] | None = Field(
        default=None, title=label("what was not clear")
    )


class HighlightForm(Form):
    """Words to highlight. A script says in which section and behind what they stand."""

    words: str = Field(title=label("the words to highlight"), max_length=4 * LONGEST_QUOTE)
    section: str = Field(default="", max_length=LONGEST_ANCHOR, title=label("section"))
    before: str = Field(default="", max_length=LONGEST_QUOTE, title=label("what stands before"))
