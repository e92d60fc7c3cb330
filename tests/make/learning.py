"""Published courses, places on them and what is done, written straight to the database."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course, Lesson, Module, PracticalKind, Quiz
from app.courses.domain.parsing import ParsedCourse
from app.courses.queries import PublishedCourse, revision
from app.courses.service import publish
from app.enrolments.models import Enrolment, EnrolmentState, IntakeRow, IntakeStatus
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, EventId, IntakeId, new_uuid
from app.learning.models import Completed, Completion
from tests.make import NOW
from tests.make.courses import small_course


def a_published_course(
    db: Session, parsed: ParsedCourse | None = None, *, now: datetime = NOW
) -> PublishedCourse:
    """Publish the small course, or another one, as the system."""
    return revision(db, publish(db, None, parsed or small_course(), now=now).revision_id)


def a_learner_place(
    db: Session,
    actor: Actor,
    published: PublishedCourse,
    *,
    state: EnrolmentState = EnrolmentState.confirmed,
    now: datetime = NOW,
) -> EnrolmentId:
    """Give `actor` a place that pins a revision, in an intake of its own."""
    intake = IntakeRow(
        id=IntakeId(new_uuid()),
        course_key=published.course_key,
        title="Winter",
        starts_on=date(2027, 1, 11),
        price_pence=125_000,
        places=10,
        taken=1,
        status=IntakeStatus.open,
        opens_at=now - timedelta(days=30),
        closes_at=now + timedelta(days=30),
        created_at=now,
    )
    db.add(intake)
    db.flush()
    confirmed = state is EnrolmentState.confirmed
    place = Enrolment(
        id=EnrolmentId(new_uuid()),
        intake_id=intake.id,
        user_id=actor.user_id,
        course_key=published.course_key,
        revision_id=published.revision_id if confirmed else None,
        state=state,
        requested_at=now,
        decided_at=now if confirmed else None,
    )
    db.add(place)
    db.flush()
    return place.id


def a_done_lesson(db: Session, actor: Actor, published: PublishedCourse, *keys: str) -> None:
    """Note lessons as done."""
    _complete(db, actor, published, Completed.lesson, keys)


def a_passed_quiz(db: Session, actor: Actor, published: PublishedCourse, *keys: str) -> None:
    """Note quizzes as passed, without an attempt as evidence."""
    _complete(db, actor, published, Completed.quiz, keys)


def a_completed_theory(db: Session, actor: Actor, published: PublishedCourse) -> None:
    """Note every lesson and every test of a course as done."""
    course = published.course
    lessons = [lesson.key for module in course.modules for lesson in module.lessons]
    a_done_lesson(db, actor, published, *lessons)
    a_passed_quiz(db, actor, published, *(quiz.key for quiz in course.quizzes))


def _complete(
    db: Session, actor: Actor, published: PublishedCourse, kind: Completed, keys: tuple[str, ...]
) -> None:
    db.add_all(
        Completion(
            id=EventId(new_uuid()),
            user_id=actor.user_id,
            course_key=published.course_key,
            kind=kind,
            item_key=key,
            revision_id=published.revision_id,
            completed_at=NOW,
        )
        for key in keys
    )
    db.flush()


def a_lesson(key: str, **fields: object) -> Lesson:
    """A lesson as a value, for pure rules."""
    defaults = {
        "key": key,
        "title": f"Lesson {key}",
        "minutes": 10,
        "objectives": ("Know it",),
        "html": "<p>Words</p>",
        "headings": (),
        "sources": (),
        "text": "Words",
    }
    return Lesson.model_validate({**defaults, **fields})


def a_module(key: str, *, lessons: tuple[str, ...] = (), requires: tuple[str, ...] = ()) -> Module:
    return Module(
        key=key,
        title=f"Module {key}",
        summary="",
        objectives=(),
        minutes=60,
        lessons=tuple(a_lesson(name) for name in lessons or (f"{key}-a", f"{key}-b")),
        quiz=f"{key}-quiz",
        requires=requires,
    )


def a_course(*modules: Module, practicals: tuple[PracticalKind, ...] = ()) -> Course:
    """A course of these modules, with a quiz for each and a final test; for pure rules."""
    names = [module.quiz for module in modules]
    return Course(
        key="course",
        title="A course",
        summary="",
        description_html="",
        outcomes=(),
        entry_rules=(),
        hours=1,
        modules=modules,
        quizzes=(*(_quiz(name, "module") for name in names), _quiz("final", "final")),
        final_test="final",
        practicals=practicals,
        checklists=(),
        certificate={"title": "A course", "scope": ""},
        glossary=(),
        references=(),
        media={},
    )


def _quiz(key: str, kind: str) -> Quiz:
    return Quiz.model_validate(
        {
            "key": key,
            "title": f"Quiz {key}",
            "kind": kind,
            "introduction_html": "",
            "pass_percent": 80,
            "attempts": None,
            "minutes": None,
            "draw": None,
            "shuffle": True,
            "questions": (),
        }
    )
