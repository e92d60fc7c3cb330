"""Telling students of a correction of an explanation. Run by the worker for the fact
`course.corrected`."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.kit.ids import RevisionId
from app.notices import service as notices
from app.quizzes.models import Attempt, AttemptState


def tell_of_corrected_explanation(
    db: Session,
    course_key: str,
    quiz_key: str,
    revision_ids: Iterable[RevisionId],
    *,
    now: datetime,
) -> None:
    """Mail everybody who sent in an attempt at the quiz from one of the revisions.

    The mail does not repeat the explanation: it may tell a right answer before its release. The result
    page shows it to whoever may see it. Closed accounts are not written to.
    """
    rows = db.execute(
        select(Attempt.user_id, Attempt.id, Attempt.revision_id)
        .where(
            Attempt.course_key == course_key,
            Attempt.quiz_key == quiz_key,
            Attempt.revision_id.in_(list(revision_ids)),
            Attempt.state != AttemptState.in_progress,
        )
        .order_by(Attempt.user_id, Attempt.number)
    )
    newest = {row.user_id: row for row in rows}
    people = accounts.people(db, newest)
    for user_id, attempt in newest.items():
        person = people.get(user_id)
        if person is None or person.is_closed:
            continue
        course = courses.revision(db, attempt.revision_id).course
        quiz = course.quiz(quiz_key)
        notices.tell(
            db,
            person,
            "quizzes/corrected",
            {
                "name": person.name,
                "course": course.title,
                "quiz": quiz.title if quiz else quiz_key,
                "attempt_id": str(attempt.id),
            },
            now=now,
        )
