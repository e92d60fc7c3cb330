"""The words of every refusal about conversations, once. Other tests look at reasons and values."""

from app.conversations import domain, errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "conversations.domain.PLACE_ENDED": (
        "Your place on this course has ended, so you cannot write about it any more. You can still read "
        "your questions. Write to the academy if you need an answer."
    ),
    "conversations.domain.UNKNOWN_SECTION": (
        "This lesson has no such section; perhaps the course was changed. Choose the section that you "
        "mean, or the whole lesson."
    ),
    "conversations.domain.ACCOUNT_CLOSED": (
        "The account of this student is closed, so nobody would read your answer. If the account opens "
        "again, the question waits here as before."
    ),
    "conversations.domain.CLOSED_BY_ACADEMY": (
        "The academy has closed this question, so nobody can write in it any more. Ask a new question "
        "from the lesson."
    ),
    "conversations.domain.FULL": (
        "A question can have 100 messages, and this one has them all. Ask a new question from the lesson."
    ),
    "conversations.domain.NEWER_MESSAGES": (
        "Somebody wrote here after you opened the page, so yours is not sent yet. Read the new message, "
        "then send yours as it is or changed."
    ),
    "conversations.domain.CLOSED_MEANWHILE": ("This question is closed already."),
    "conversations.domain.REMOVED_ALREADY": ("Somebody has removed this message before you."),
    "conversations.errors.MessageNotSent": ("Your message is not sent"),
    "conversations.errors.UnknownSection": ("There is a problem with what you entered"),
    "conversations.errors.ConversationClosed": ("This question is closed already"),
    "conversations.errors.MessageRemoved": ("This message is removed already"),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(domain, errors) == SAID
