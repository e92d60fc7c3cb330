"""Publishing errata: each new one is stored once and announced to the people who learned from its words. The
calling use-case has locked the course."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.courses import answer_keys, queries
from app.courses.domain.delivery import Course
from app.courses.domain.errata import Erratum, has_passage
from app.courses.domain.keys import CourseKeys
from app.courses.errors import ErratumChanged
from app.courses.facts import CorrectedPassage, CourseCorrected
from app.courses.models import PublishedErratum
from app.kit.actor import Actor
from app.kit.ids import ErratumId, RevisionId, new_uuid
from app.outbox import service as outbox


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
            answer_keys.answer_keys(db, revision_id),
        )
        for revision_id in (revisions if new else ())
    }
    corrected = {erratum: _concerned(erratum, documents) for erratum in new}
    for erratum, concerned in corrected.items():
        if concerned:
            _store(db, actor, course_key, erratum, concerned, now=now)
    _announce(db, course_key, corrected, now=now)
    return tuple(
        _sentence(course_key, erratum, len(concerned)) for erratum, concerned in corrected.items()
    )


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


def _concerned(
    erratum: Erratum, documents: Mapping[RevisionId, tuple[Course, CourseKeys]]
) -> list[RevisionId]:
    """Return the revisions that have the words of an erratum."""
    return [
        revision_id
        for revision_id, (course, keys) in documents.items()
        if _stands_in_lesson(course, erratum) or _stands_in_explanation(keys, erratum)
    ]


def _sentence(course_key: str, erratum: Erratum, count: int) -> str:
    if not count:
        return (
            f"{course_key}: erratum {erratum.key} is NOT published: no published revision has the "
            f"words “{erratum.was}” there."
        )
    revisions = "1 revision" if count == 1 else f"{count} revisions"
    return f"{course_key}: erratum {erratum.key} is published; it corrects {revisions}."


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


def _announce(
    db: Session,
    course_key: str,
    corrected: Mapping[Erratum, list[RevisionId]],
    *,
    now: datetime,
) -> None:
    """Announce all errata of one publication as one fact, so that each person gets one mail."""
    errata = tuple(
        CorrectedPassage(
            key=erratum.key,
            lesson_key=erratum.lesson,
            quiz_key=erratum.quiz,
            revision_ids=tuple(concerned),
        )
        for erratum, concerned in corrected.items()
        if concerned
    )
    if errata:
        outbox.announce(db, CourseCorrected(course_key=course_key, errata=errata), now=now)


def _stands_in_lesson(course: Course, erratum: Erratum) -> bool:
    module_and_lesson = course.find_lesson(erratum.lesson or "")
    return module_and_lesson is not None and has_passage(module_and_lesson[1].html, erratum.was)


def _stands_in_explanation(keys: CourseKeys, erratum: Erratum) -> bool:
    quiz = keys.quizzes.get(erratum.quiz or "")
    key = quiz.questions.get(erratum.question or "") if quiz else None
    if key is None:
        return False
    return any(has_passage(text, erratum.was) for text in key.explanations)
