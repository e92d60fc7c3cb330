"""Rules of enquiries. No clock, no database: pass in what they need."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

KEPT: Final = timedelta(days=365)
"""How long an enquiry is kept after it was answered: a rule of `app.retention`."""

LONGEST_MESSAGE: Final = 4000
SHORTEST_MESSAGE: Final = 10


class Topic(StrEnum):
    """The subject of a question, as the sender chose it."""

    course = "course"
    entry = "entry"
    dates = "dates"
    access = "access"
    certificate = "certificate"
    site = "site"
    other = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    Topic.course: "What a course teaches",
    Topic.entry: "Whether I can take it",
    Topic.dates: "Dates, places and price",
    Topic.access: "Access needs",
    Topic.certificate: "A certificate",
    Topic.site: "A problem with this site",
    Topic.other: "Something else",
}


@dataclass(frozen=True, slots=True)
class NewEnquiry:
    """A question as it was typed. `course_key` is None if it is about no particular course."""

    name: str
    email: str
    phone: str | None
    topic: Topic
    course_key: str | None
    message: str


class AnswerRefusal(StrEnum):
    """Why an enquiry cannot be marked as answered."""

    already_answered = "already_answered"


def answer_refusal(answered_at: datetime | None) -> AnswerRefusal | None:
    """Return why an enquiry cannot be marked as answered, or None. It is marked once, so that the
    note about the answer is not overwritten."""
    return None if answered_at is None else AnswerRefusal.already_answered
