"""Rules of enquiries. No clock, no database: pass in what they need."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.kit.errors import Refusal
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg

KEPT: Final = timedelta(days=365)
"""How long an enquiry is kept after it was answered: a rule of `app.retention`."""

LONGEST_MESSAGE: Final = 4000
SHORTEST_MESSAGE: Final = 10


class Topic(LabelledEnum):
    """The subject of a question, as the sender chose it."""

    course = "course", msg("What a course teaches")
    entry = "entry", msg("Whether I can take it")
    dates = "dates", msg("Dates, places and price")
    access = "access", msg("Access needs")
    certificate = "certificate", msg("A certificate")
    site = "site", msg("A problem with this site")
    other = "other", msg("Something else")


@dataclass(frozen=True, slots=True)
class NewEnquiry:
    """A question as it was typed. `course_key` is None if it is about no particular course."""

    name: str
    email: str
    phone: str | None
    topic: Topic
    course_key: str | None
    message: str


ALREADY_ANSWERED: Final = Refusal(
    "already_answered",
    msg("Somebody has marked it as answered before you."),
    msg("Their note is below."),
)


def answer_refusal(answered_at: datetime | None) -> Refusal | None:
    """Return why an enquiry cannot be marked as answered, or None. It is marked once, so that the
    note about the answer is not overwritten."""
    return None if answered_at is None else ALREADY_ANSWERED
