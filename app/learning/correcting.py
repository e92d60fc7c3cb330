"""Telling learners of a correction of a lesson. Run by the worker for the fact `course.corrected`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.courses.corrections import lesson_corrections
from app.enrolments.learners import learners_of_revisions
from app.kit.ids import RevisionId
from app.notices import service as notices


def tell_of_corrected_lesson(
    db: Session,
    course_key: str,
    lesson_key: str,
    erratum_key: str,
    revision_ids: Sequence[RevisionId],
    *,
    now: datetime,
) -> None:
    """Mail everybody who learns or has learned the lesson from one of the revisions.

    The mail says the words themselves: a person whose place has ended cannot open the lesson any more,
    but may still act on what it said. Closed accounts are not written to.
    """
    correction = next(
        each for each in lesson_corrections(db, course_key, lesson_key) if each.key == erratum_key
    )
    # Each of the revisions has the lesson; its title is taken from the newest one.
    newest = max(revision_ids)
    course = courses.revision(db, newest).course
    place = course.find_lesson(lesson_key)
    title = place[1].title if place else lesson_key
    learners = learners_of_revisions(db, revision_ids)
    people = accounts.people(db, learners)
    for user_id, has_place in learners.items():
        person = people.get(user_id)
        if person is None or person.is_closed:
            continue
        notices.tell(
            db,
            person,
            "learning/corrected",
            {
                "name": person.name,
                "course": course.title,
                "course_key": course_key,
                "lesson": title,
                "lesson_key": lesson_key,
                "was": correction.was,
                "now": correction.now,
                "why": correction.why,
                "has_place": has_place,
            },
            now=now,
        )
