"""Mails about corrected lessons. The worker runs this for the fact `course.corrected`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.courses.corrections import course_corrections
from app.enrolments.learners import learners_of_revisions
from app.kit.actor import SystemActor, require
from app.kit.ids import RevisionId
from app.learning.mails import CorrectedLesson, LessonsCorrectedMail
from app.notices.steps.sending import send

Corrected = Mapping[str, Sequence[RevisionId]]
"""The keys of errata, each with the revisions whose lesson has its words."""


def tell_of_corrected_lessons(
    db: Session, system: SystemActor, course_key: str, corrected: Corrected, *, now: datetime
) -> None:
    """Send everyone who has learned, or is learning, the wrong text one mail about all errata.

    The mail quotes the corrected text, because a person whose place has ended can no longer open
    the lesson but may still act on what it said. Closed accounts get no mail.
    """
    require(system is SystemActor.worker)
    revision_ids = {revision_id for ids in corrected.values() for revision_id in ids}
    learners = learners_of_revisions(db, revision_ids)
    people = accounts.people(db, (learner.user_id for learner in learners))
    corrections = _corrections(db, course_key, corrected)
    title = courses.revision(db, max(revision_ids)).course.title
    for learner in learners:
        person = people.get(learner.user_id)
        concerning = tuple(
            corrections[key]
            for key, ids in corrected.items()
            if learner.revision_ids.intersection(ids)
        )
        if person is None or person.is_closed or not concerning:
            continue
        mail = LessonsCorrectedMail(
            name=person.name,
            course=title,
            course_key=course_key,
            corrections=concerning,
            has_place=learner.has_place,
        )
        send(db, person, mail, now=now)


def _corrections(db: Session, course_key: str, errata: Iterable[str]) -> dict[str, CorrectedLesson]:
    """Return what the mail says of each erratum."""
    published = courses.current(db, course_key)
    titles = {
        lesson.key: lesson.title
        for module in (published.course.modules if published else ())
        for lesson in module.lessons
    }
    wanted = set(errata)
    return {
        correction.key: CorrectedLesson(
            lesson=titles.get(correction.target, correction.target),
            was=correction.was,
            now=correction.now,
            why=correction.why,
        )
        for correction in course_corrections(db, course_key)
        if correction.key in wanted
    }
