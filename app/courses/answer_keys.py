"""Reading the answer keys. Only marking and the review after release may import this module."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.errata import Correction
from app.courses.domain.keys import CourseKeys
from app.courses.models import PublishedErratum, Revision
from app.kit.errors import NotFound
from app.kit.ids import RevisionId

_by_id: dict[RevisionId, CourseKeys] = {}


def answer_keys(db: Session, revision_id: RevisionId) -> CourseKeys:
    """Return the keys of one revision, without a statement once they are in memory; raise NotFound."""
    keys = _by_id.get(revision_id)
    if keys is None:
        text = db.scalar(select(Revision.keys).where(Revision.id == revision_id))
        if text is None:
            raise NotFound
        keys = _by_id[revision_id] = CourseKeys.model_validate_json(text)
    return keys


def explanation_corrections(
    db: Session, course_key: str, quiz_key: str
) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections of explanations of one quiz by question, oldest first."""
    rows = db.execute(
        select(
            PublishedErratum.key,
            PublishedErratum.question_key,
            PublishedErratum.was,
            PublishedErratum.now,
            PublishedErratum.why,
            PublishedErratum.published_at,
        )
        .where(
            PublishedErratum.course_key == course_key,
            PublishedErratum.quiz_key == quiz_key,
            PublishedErratum.question_key.is_not(None),
        )
        .order_by(PublishedErratum.published_at, PublishedErratum.key)
    )
    by_question: dict[str, tuple[Correction, ...]] = {}
    for row in rows:
        question_key = str(row.question_key)
        correction = Correction(row.key, question_key, row.was, row.now, row.why, row.published_at)
        by_question[question_key] = (*by_question.get(question_key, ()), correction)
    return by_question
