"""Publishing errata: each new one is stored once and announced to whoever learns from its words.

Part of publishing a course; `service.publish` has checked the permission and holds the course's lock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.audit import service as audit
from app.courses import answers, queries
from app.courses.domain.delivery import Course
from app.courses.domain.errata import Erratum, has_passage
from app.courses.domain.keys import CourseKeys
from app.courses.errors import ErratumChanged
from app.courses.models import PublishedErratum
from app.kit.ids import ErratumId, RevisionId, new_uuid
from app.outbox import service as outbox

CORRECTED = "course.corrected"
"""The fact that a course has a new erratum, for the revisions that it names."""


def publish_errata(
    db: Session,
    actor: Actor | None,
    course_key: str,
    errata: Iterable[Erratum],
    revisions: Iterable[RevisionId],
    *,
    now: datetime,
) -> tuple[str, ...]:
    """Store the errata that are new and return a sentence for each of them.

    `revisions` are those that are published. An erratum whose words stand in none of them is not
    stored: there is nothing to correct here, or the words are mistyped. Raises ErratumChanged if an
    erratum differs from the one that was published with its key.
    """
    published = {erratum.key: erratum for erratum in _published(db, course_key)}
    new = [erratum for erratum in errata if erratum.key not in published]
    for erratum in errata:
        stored = published.get(erratum.key)
        if stored is not None and stored != erratum:
            raise ErratumChanged(erratum.key)
    documents = {
        revision_id: (
            queries.revision(db, revision_id).course,
            answers.answer_keys(db, revision_id),
        )
        for revision_id in (revisions if new else ())
    }
    return tuple(_publish(db, actor, course_key, erratum, documents, now=now) for erratum in new)


def _published(db: Session, course_key: str) -> list[Erratum]:
    rows = db.execute(
        select(
            PublishedErratum.key,
            PublishedErratum.lesson_key,
            PublishedErratum.quiz_key,
            PublishedErratum.question_key,
            PublishedErratum.was,
            PublishedErratum.now,
            PublishedErratum.why,
        ).where(PublishedErratum.course_key == course_key)
    )
    return [Erratum(*row) for row in rows]


def _publish(
    db: Session,
    actor: Actor | None,
    course_key: str,
    erratum: Erratum,
    documents: Mapping[RevisionId, tuple[Course, CourseKeys]],
    *,
    now: datetime,
) -> str:
    concerned = [
        revision_id
        for revision_id, (course, keys) in documents.items()
        if _stands_in_lesson(course, erratum) or _stands_in_explanation(keys, erratum)
    ]
    if not concerned:
        return (
            f"{course_key}: erratum {erratum.key} is NOT published: no published revision has the "
            f"words “{erratum.was}” there."
        )
    _store(db, actor, course_key, erratum, concerned, now=now)
    count = "1 revision" if len(concerned) == 1 else f"{len(concerned)} revisions"
    return f"{course_key}: erratum {erratum.key} is published; it corrects {count}."


def _store(
    db: Session,
    actor: Actor | None,
    course_key: str,
    erratum: Erratum,
    concerned: list[RevisionId],
    *,
    now: datetime,
) -> None:
    """Store an erratum with its entry in the audit trail, and announce it."""
    row = PublishedErratum(
        id=ErratumId(new_uuid()),
        course_key=course_key,
        key=erratum.key,
        lesson_key=erratum.lesson,
        quiz_key=erratum.quiz,
        question_key=erratum.question,
        was=erratum.was,
        now=erratum.now,
        why=erratum.why,
        published_at=now,
        published_by=actor.user_id if actor else None,
    )
    db.add(row)
    db.flush()
    audit.record(
        db,
        row.published_by,
        "courses.published_erratum",
        now=now,
        subject_kind="erratum",
        subject_id=row.id,
        details={"course": course_key, "key": erratum.key, "revisions": len(concerned)},
    )
    fact = {
        "key": erratum.key,
        "course_key": course_key,
        "lesson_key": erratum.lesson,
        "quiz_key": erratum.quiz,
        "revision_ids": [str(revision_id) for revision_id in concerned],
    }
    outbox.announce(db, CORRECTED, fact, now=now)


def _stands_in_lesson(course: Course, erratum: Erratum) -> bool:
    place = course.find_lesson(erratum.lesson or "")
    return place is not None and has_passage(place[1].html, erratum.was)


def _stands_in_explanation(keys: CourseKeys, erratum: Erratum) -> bool:
    quiz = keys.quizzes.get(erratum.quiz or "")
    key = quiz.questions.get(erratum.question or "") if quiz else None
    if key is None:
        return False
    texts = (key.explanation_html, *key.option_explanations.values())
    return any(has_passage(text, erratum.was) for text in texts)
