"""The code with which an attempt starts, where a quiz asks for one. It is one of the keys: it is compared
here, and reaches no page."""

import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.courses.answer_keys import keys_as_published
from app.db.database import Database
from app.db.rate_limits import Limit, take_now
from app.kit.actor import Actor, require
from app.kit.errors import Refusal
from app.kit.ids import RevisionId
from app.kit.messages import msg
from app.quizzes import policy
from app.quizzes.domain.starting import StartReason

TRIES: Final = Limit("access code of a quiz", 10, timedelta(minutes=10))
"""How often one person may try the code of one quiz."""
ASK: Final = msg("The academy tells you the code when the quiz is to be taken.")
MISSING: Final = Refusal(
    StartReason.code_missing, msg("This quiz starts with an access code."), ASK
)
WRONG: Final = Refusal(StartReason.code_wrong, msg("This access code is not right."), ASK)


def count_try(
    database: Database, actor: Actor, course_key: str, quiz_key: str, *, now: datetime
) -> None:
    """Count one try of a code before it is compared, or raise TooMany."""
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    take_now(database, [TRIES.of(f"{actor.user_id} {course_key} {quiz_key}")], now=now)


def code_obstacle(
    db: Session, revision_id: RevisionId, quiz_key: str, typed: str
) -> Refusal | None:
    """Return why this code does not start the quiz, or None if it does. Capitals and spaces around it make
    no difference. It takes the same time however much of the code is right."""
    if not typed.strip():
        return MISSING
    code = keys_as_published(db, revision_id).quizzes[quiz_key].access_code
    is_right = code is not None and hmac.compare_digest(_folded(code), _folded(typed))
    return None if is_right else WRONG


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode()
