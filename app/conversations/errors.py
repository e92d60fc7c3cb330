"""Refusals of conversations."""

from app.kit.errors import Conflict, Invalid
from app.kit.messages import msg


class MessageNotSent(Conflict):
    """Nothing was written; the page shows the typed text again."""

    title = msg("Your message is not sent")
    slug = "message-not-sent"


class UnknownSection(Invalid):
    """The question names a section that the lesson does not have."""

    slug = "unknown-section"


class ConversationClosed(Conflict):
    title = msg("This question is closed already")
    slug = "conversation-closed"


class MessageRemoved(Conflict):
    title = msg("This message is removed already")
    slug = "message-removed"
