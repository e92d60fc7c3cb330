"""Reasons that Preceptor itself stores as text: why a place or a seat ended, the reason of an act in
the audit trail, why a mail is held back, what came of a nightly run, what keeps a worker. In most of these
columns a person may have typed one instead.

A row holds the English text of such a reason. It is translated when it is read, so rows that older versions
wrote are translated, too.
"""

from typing import Final

from app.kit.messages import Message, Text, msg

ACCOUNT_CLOSED: Final = msg("The account was closed.")
NO_STUDENT: Final = msg("The account is no longer that of a student.")
PLACE_ENDED: Final = msg("The place on the course has ended.")
OTHER_INTAKE: Final = msg("The day is kept for another intake.")
RESETTER_LEFT: Final = msg("Whoever started the reset is no admin any more.")
HELD_BACK: Final = msg("Held back when a backup was restored: it may have been sent already.")
INVARIANTS_HOLD: Final = msg("Every invariant holds.")
NOTHING_WAS_OLD: Final = msg("Nothing was old enough.")
FACTS_ARE_SLOW: Final = msg(
    "One piece of follow-up work takes longer than 30 seconds; the others wait for it."
)
MAILS_ARE_SLOW: Final = msg("One mail takes longer than 30 seconds; the others wait for it.")
_BY_TEXT: Final[dict[str, Message]] = {
    reason.text: reason
    for reason in (
        *(ACCOUNT_CLOSED, NO_STUDENT, PLACE_ENDED, OTHER_INTAKE, RESETTER_LEFT, HELD_BACK),
        *(INVARIANTS_HOLD, NOTHING_WAS_OLD, FACTS_ARE_SLOW, MAILS_ARE_SLOW),
    )
}


def reason_words(stored: str | None) -> Text | None:
    """Return a stored reason: a message if it is one of ours, otherwise the text as it stands."""
    return None if stored is None else _BY_TEXT.get(stored, stored)
