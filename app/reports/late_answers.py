"""The use-case of staff: accept answers that came after the end of an attempt."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.service import record
from app.courses import queries as courses
from app.kit.actor import Actor, require
from app.kit.errors import Refusal
from app.kit.ids import AttemptId
from app.notices.steps.sending import send
from app.quizzes import queries as quizzes
from app.quizzes.domain.attempt import Score
from app.quizzes.mails import LateAnswersAcceptedMail
from app.quizzes.steps.accepting import accept_late
from app.reports import policy
from app.reports.errors import LateAnswersRefused
from app.reports.extensions import locked_attempt


def accept_late_answers(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    *,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> Score:
    """Let the late answers of an ended attempt count, mark it again, tell its student, and return its result.
    Raise LateAnswersRefused with the reason: its result never becomes worse."""
    require(policy.may_see_results(actor))
    attempt = locked_attempt(db, actor, attempt_id, now=now)
    score = accept_late(db, attempt, now=now)
    if isinstance(score, Refusal):
        raise LateAnswersRefused(score)
    record(
        db,
        actor.user_id,
        "quizzes.late_accepted",
        now=now,
        subject_kind="attempt",
        subject_id=attempt.id,
        person_id=attempt.user_id,
        reason=reason,
        details={"percent": score.percent},
    )
    person = accounts.person(db, attempt.user_id)
    mail = LateAnswersAcceptedMail(
        name=person.name,
        course=courses.revision(db, attempt.revision_id).course.title,
        quiz=quizzes.quiz_of(db, attempt).title,
        attempt_id=attempt.id,
        reason=reason if reason_is_told else None,
    )
    send(db, person, mail, now=now)
    return score
