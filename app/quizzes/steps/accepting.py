"""Late answers of an attempt that is locked and settled: they are accepted, and it is marked again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.errors import Refusal
from app.kit.ids import EventId, new_uuid
from app.learning.steps.completions import record_quiz_passed
from app.quizzes import marking, queries, saved_answers
from app.quizzes.domain.accepting import WORSE, accepting_obstacle, is_worse, late_answers
from app.quizzes.domain.attempt import AnswerStanding, Attempt, SavedAnswer, Score
from app.quizzes.domain.saving import ArrivingAnswer
from app.quizzes.domain.stored import write_marks, write_response
from app.quizzes.steps.appending import AnswersUnderLock
from app.quizzes.steps.ending import END_ATTEMPT


def accept_late(db: Session, attempt: Attempt, *, now: datetime) -> Score | Refusal:
    """Append the late answers as accepted, mark the attempt with them and return its result; or return why
    not. It becomes no worse, and a pass counts from now on."""
    answers = saved_answers.answers_of(db, attempt.id)
    late = late_answers(answers)
    if (obstacle := accepting_obstacle(attempt, late)) is not None:
        return obstacle
    under_lock = _appended(db, attempt, late, now=now)
    accepted = [replace(answer, standing=AnswerStanding.accepted) for answer in late]
    marks = marking.mark_saved(db, attempt, [*answers, *accepted])
    if attempt.score is None or is_worse(attempt.score, marks.score):
        return WORSE
    under_lock.write()
    values = {
        "earned": marks.score.earned,
        "possible": marks.score.possible,
        "passed": marks.score.passed,
        "marks": write_marks(marks.marks),
    }
    db.execute(END_ATTEMPT, {"attempt": attempt.id, **values})
    if marks.score.passed and not attempt.score.passed:
        record_quiz_passed(
            db,
            attempt.user_id,
            course_key=attempt.course_key,
            quiz_key=attempt.quiz_key,
            revision_id=attempt.revision_id,
            attempt_id=attempt.id,
            now=now,
        )
    return marks.score


def _appended(
    db: Session, attempt: Attempt, late: tuple[SavedAnswer, ...], *, now: datetime
) -> AnswersUnderLock:
    """Return the answers with the late ones added as accepted, not yet written."""
    quiz = queries.quiz_of(db, attempt)
    arriving = [
        ArrivingAnswer(
            id=EventId(new_uuid()),
            question_key=answer.question_key,
            document=write_response(answer.response, quiz.question(answer.question_key).type),
            sequence=None,
            made_from=answer.sequence,
        )
        for answer in late
    ]
    under_lock = AnswersUnderLock(db, attempt, arriving, now=now)
    for each in arriving:
        under_lock.append(each, AnswerStanding.accepted)
    return under_lock
