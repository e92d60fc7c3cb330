"""Rules of conversations. No clock, no database: pass in what they need."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.kit.characters import without_ignorable
from app.kit.errors import Refusal
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg, msgs

LONGEST_MESSAGE: Final = 4000
LONGEST_REASON: Final = 500
MOST_MESSAGES: Final = 100
"""How many messages a conversation may have, so that its page stays short enough to read."""
LONGEST_ANCHOR: Final = 500
"""Of a section. Courses that are published may have longer ones than the compiler makes now."""
QUIET_TIME: Final = timedelta(hours=1)
"""After a mail about a question an instructor gets none about others for this long."""


class ConversationState(LabelledEnum):
    """Whose turn it is."""

    open = "open", msg("Waits for an answer")
    answered = "answered", msg("Answered")
    closed = "closed", msg("Closed")


@dataclass(frozen=True, slots=True)
class AskedSection:
    """A section of a lesson: the heading that begins it, and its anchor."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """What a question is about, in the words that the student saw. `section` is None for a question about
    the whole lesson; `language` is the tag of the language of the course."""

    course_key: str
    course_title: str
    lesson_key: str
    lesson_title: str
    section: AskedSection | None
    language: str


@dataclass(frozen=True, slots=True)
class ConversationStanding:
    """What decides whether somebody may write. `is_closed_by_academy` means that an admin closed it."""

    state: ConversationState
    messages: int
    is_closed_by_academy: bool = False


PLACE_ENDED: Final = Refusal(
    "place_ended",
    msg("Your place on this course has ended, so you cannot write about it any more."),
    msg("You can still read your questions. Write to the academy if you need an answer."),
)
UNKNOWN_SECTION: Final = Refusal(
    "unknown_section",
    msg("This lesson has no such section; perhaps the course was changed."),
    msg("Choose the section that you mean, or the whole lesson."),
)
ACCOUNT_CLOSED: Final = Refusal(
    "account_closed",
    msg("The account of this student is closed, so nobody would read your answer."),
    msg("If the account opens again, the question waits here as before."),
)
CLOSED_BY_ACADEMY: Final = Refusal(
    "closed_by_academy",
    msg("The academy has closed this question, so nobody can write in it any more."),
    msg("Ask a new question from the lesson."),
)
FULL: Final = Refusal(
    "full",
    msgs(
        "A question can have {n} message, and this one has them all.",
        "A question can have {n} messages, and this one has them all.",
        MOST_MESSAGES,
    ),
    msg("Ask a new question from the lesson."),
)
NEWER_MESSAGES: Final = Refusal(
    "newer_messages",
    msg("Somebody wrote here after you opened the page, so yours is not sent yet."),
    msg("Read the new message, then send yours as it is or changed."),
)
CLOSED_MEANWHILE: Final = Refusal("already_closed", msg("This question is closed already."))
REMOVED_ALREADY: Final = Refusal(
    "already_removed", msg("Somebody has removed this message before you.")
)


def shows_something(words: str) -> bool:
    """Return whether a reader sees anything of a message: joiners, directions and selectors alone are an
    empty line in the thread."""
    return bool(without_ignorable(words).strip())


def writing_refusal(standing: ConversationStanding, *, seen: int | None = None) -> Refusal | None:
    """Return why nobody can write in a conversation, or None. `seen` is the number of messages that the
    writer has read; a newer one may change what they want to say."""
    if standing.is_closed_by_academy:
        return CLOSED_BY_ACADEMY
    if standing.messages >= MOST_MESSAGES:
        return FULL
    if seen is not None and seen < standing.messages:
        return NEWER_MESSAGES
    return None


def reply_refusal(
    standing: ConversationStanding, *, holds_place: bool, seen: int | None = None
) -> Refusal | None:
    """Return why the student cannot write in their conversation, or None. A closed one opens again by it,
    unless the academy closed it."""
    return writing_refusal(standing, seen=seen) if holds_place else PLACE_ENDED


def answer_refusal(
    standing: ConversationStanding, *, is_account_closed: bool, seen: int | None = None
) -> Refusal | None:
    """Return why the academy cannot answer a question, or None."""
    return ACCOUNT_CLOSED if is_account_closed else writing_refusal(standing, seen=seen)


def closing_refusal(standing: ConversationStanding, *, by_academy: bool) -> Refusal | None:
    """Return why a conversation cannot be closed, or None. The academy can close one for good that the
    student has closed."""
    is_over = standing.is_closed_by_academy or (
        standing.state is ConversationState.closed and not by_academy
    )
    return CLOSED_MEANWHILE if is_over else None


def removal_refusal(*, is_removed: bool) -> Refusal | None:
    """Return why a message cannot be removed, or None."""
    return REMOVED_ALREADY if is_removed else None
