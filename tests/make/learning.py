"""Published courses, places on them and what is done, written straight to the database."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course, Lesson, Module, PracticalKind, Quiz
from app.courses.domain.parsing import ParsedCourse
from app.courses.queries import PublishedCourse, revision
from app.courses.service import publish
from app.enrolments.models import EnrolmentState
from app.kit.actor import Actor, SystemActor
from app.kit.ids import EnrolmentId
from app.learning.models import Completed
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.places import a_place_in, an_intake, completions


def a_published_course(
    db: Session, parsed: ParsedCourse | None = None, *, now: datetime = NOW
) -> PublishedCourse:
    """Publish the small course, or another one, as the system."""
    return revision(
        db, publish(db, SystemActor.command_line, parsed or small_course(), now=now).revision_id
    )


def a_learner_place(
    db: Session,
    actor: Actor,
    published: PublishedCourse,
    *,
    state: EnrolmentState = EnrolmentState.confirmed,
    now: datetime = NOW,
) -> EnrolmentId:
    """Give `actor` a place that pins a revision, in an intake of its own."""
    intake_id = an_intake(
        db,
        published.course_key,
        taken=1,
        opens_at=now - timedelta(days=30),
        closes_at=now + timedelta(days=30),
        created_at=now,
    )
    return a_place_in(
        db,
        intake_id,
        actor.user_id,
        published.revision_id,
        course_key=published.course_key,
        state=state,
        at=now,
    )


def a_done_lesson(db: Session, actor: Actor, published: PublishedCourse, *keys: str) -> None:
    """Note lessons as done."""
    _record(db, actor, published, ((Completed.lesson, key) for key in keys))


def a_passed_quiz(db: Session, actor: Actor, published: PublishedCourse, *keys: str) -> None:
    """Note quizzes as passed, without an attempt as evidence."""
    _record(db, actor, published, ((Completed.quiz, key) for key in keys))


def a_completed_theory(db: Session, actor: Actor, published: PublishedCourse) -> None:
    """Note every lesson and every test of a course as done."""
    course = published.course
    lessons = [lesson.key for module in course.modules for lesson in module.lessons]
    a_done_lesson(db, actor, published, *lessons)
    a_passed_quiz(db, actor, published, *(quiz.key for quiz in course.quizzes))


def _record(
    db: Session, actor: Actor, published: PublishedCourse, items: Iterable[tuple[Completed, str]]
) -> None:
    completions(db, actor.user_id, published.revision_id, items, course_key=published.course_key)


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
