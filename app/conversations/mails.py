"""Mails about conversations. None repeats what somebody wrote: it may be about their health."""

from typing import ClassVar, Literal

from app.kit.ids import ConversationId
from app.mail.kinds import PersonMail


class QuestionAskedMail(PersonMail):
    """To the instructors who look after the student. It does not name the student. `section` is the heading
    of the section, or None for the whole lesson."""

    template: ClassVar[str] = "conversations/asked"

    course: str
    lesson: str
    section: str | None
    conversation_id: ConversationId


class QuestionAnsweredMail(PersonMail):
    """To the student whose question was answered."""

    template: ClassVar[str] = "conversations/answered"

    course: str
    lesson: str
    section: str | None
    conversation_id: ConversationId


class QuestionModeratedMail(PersonMail):
    """To the student whose question an admin closed, or to the writer of a message that an admin removed.
    `for_staff` leads to the page of the staff. The reason stands on the page, not here."""

    template: ClassVar[str] = "conversations/moderated"

    act: Literal["closed", "removed"]
    course: str
    lesson: str
    for_staff: bool
    conversation_id: ConversationId
