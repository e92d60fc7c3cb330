"""Mails about corrected explanations. The worker runs this for the fact `course.corrected`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.kit.actor import SystemActor, require
from app.kit.ids import RevisionId
from app.notices.steps.sending import send
from app.quizzes.attempt_conditions import IS_SENT
from app.quizzes.mails import ExplanationCorrectedMail
from app.quizzes.models import AttemptRow


def tell_of_corrected_explanations(
    db: Session,
    system: SystemActor,
    course_key: str,
    corrected: Mapping[str, Sequence[RevisionId]],
    *,
    now: datetime,
) -> None:
    """Mail everybody who sent in an attempt at one of the quizzes, one mail for each quiz. `corrected`
    names the quizzes, each with the revisions whose explanations have the wrong words.

    The mail does not quote the explanation, because it could reveal a right answer before its
    release. The result page shows it to people who may see it. Closed accounts get no mail.
    """
    require(system is SystemActor.worker)
    rows = db.execute(
        select(AttemptRow.user_id, AttemptRow.quiz_key, AttemptRow.id, AttemptRow.revision_id)
        .where(
            AttemptRow.course_key == course_key,
            IS_SENT,
            or_(
                *(
                    and_(AttemptRow.quiz_key == quiz_key, AttemptRow.revision_id.in_(revision_ids))
                    for quiz_key, revision_ids in corrected.items()
                )
            ),
        )
        .order_by(AttemptRow.user_id, AttemptRow.quiz_key, AttemptRow.number)
    )
    newest = {(row.user_id, row.quiz_key): row for row in rows}
    people = accounts.people(db, {user_id for user_id, _ in newest})
    for (user_id, quiz_key), attempt in newest.items():
        person = people.get(user_id)
        if person is None or person.is_closed:
            continue
        course = courses.revision(db, attempt.revision_id).course
        quiz = course.quiz(quiz_key)
        mail = ExplanationCorrectedMail(
            name=person.name,
            course=course.title,
            quiz=quiz.title if quiz else quiz_key,
            attempt_id=attempt.id,
        )
        send(db, person, mail, now=now)
