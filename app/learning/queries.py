"""Reading what students have completed, and the pages of a course as one student sees them.

Content comes from the revision that the student's place pins, which is in memory; each page reads
only the place and the completions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course, Lesson, Module, PracticalKind, Quiz
from app.courses.queries import PublishedCourse, readable, revision
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments.queries import ConfirmedPlace, place_on, places_of
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.learning import domain
from app.learning.domain import (
    Done,
    ModuleState,
    NextStep,
    NumberedModule,
    StepKind,
    StepPosition,
)
from app.learning.errors import ModuleLocked
from app.learning.models import Completed, Completion


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """One of a student's courses, as a line. `step` is None if the theory is complete; `position` says where
    the step stands."""

    key: str
    title: str
    summary: str
    finished: int
    total: int
    modules_complete: int
    modules: int
    step: NextStep | None
    position: StepPosition | None = None
    language: str = ""
    """The tag of the language in which the course is written."""


@dataclass(frozen=True, slots=True)
class LessonLine:
    key: str
    title: str
    minutes: int
    done: bool


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz on the map. `missing` are the modules that keep the final test locked."""

    key: str
    title: str
    questions: int
    pass_percent: int
    passed: bool
    missing: tuple[NumberedModule, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleLine:
    module: NumberedModule
    summary: str
    minutes: int
    state: ModuleState
    lessons: tuple[LessonLine, ...]
    lessons_done: int
    quiz: QuizLine
    missing: tuple[NumberedModule, ...]


@dataclass(frozen=True, slots=True)
class PracticalLine:
    """A kind of practical day; `missing` are the modules to complete before one can be booked.
    `needs_final_test`: the final test must be passed first too, and is not. `needs_life_support`: the office
    must have seen a proof of basic life support."""

    key: str
    title: str
    summary: str
    minutes: int
    missing: tuple[NumberedModule, ...]
    needs_final_test: bool = False
    needs_life_support: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the theory that this kind of day asks for is complete."""
        return not self.missing and not self.needs_final_test


@dataclass(frozen=True, slots=True)
class CourseMap:
    """The whole course for one student."""

    progress: CourseProgress
    modules: tuple[ModuleLine, ...]
    final: QuizLine
    practicals: tuple[PracticalLine, ...]
    certificate_title: str
    certificate_scope: str
    language: str
    """The tag of the language in which the course is written."""
    awaits_review: bool
    """Whether the clinical content of the course awaits clinical review."""

    @property
    def key(self) -> str:
        return self.progress.key

    @property
    def here(self) -> str | None:
        """The key of the module that contains the next step, or None at the final test and after
        it."""
        step = self.progress.step
        if step is None:
            return None
        return next(
            (
                line.module.key
                for line in self.modules
                if line.quiz.key == step.key
                or any(lesson.key == step.key for lesson in line.lessons)
            ),
            None,
        )

    @property
    def is_at_final(self) -> bool:
        step = self.progress.step
        return step is not None and step.kind is StepKind.final


@dataclass(frozen=True, slots=True)
class LearningState:
    """A student's place on a course: the content it pins, and what is done."""

    place: ConfirmedPlace
    published: PublishedCourse
    done: Done

    @property
    def course(self) -> Course:
        return self.published.course


def find_lesson(course: Course, done: Done, lesson_key: str) -> tuple[Module, Lesson]:
    """Return a lesson that is open to the student. Raise NotFound, or ModuleLocked with the missing
    modules."""
    module_and_lesson = course.find_lesson(lesson_key)
    if module_and_lesson is None:
        raise NotFound
    progress = domain.progress_of(course, module_and_lesson[0], done)
    if progress.state is ModuleState.locked:
        (module,) = domain.numbered(course, [module_and_lesson[0]])
        missing = domain.numbered(course, progress.missing)
        raise ModuleLocked(course.key, module, missing)
    return module_and_lesson


KEPT = 300
"""How many maps and lessons are cached. They depend only on the revision and the completions, so
students with the same completions share them."""

# Built once, from plain columns: every page of a student runs it.
COMPLETION = table_of(Completion).c
_done_by_one = select(COMPLETION.course_key, COMPLETION.kind, COMPLETION.item_key).where(
    COMPLETION.user_id == bindparam("user_id")
)
DONE_BY_ONE = Prepared(_done_by_one)
DONE_ON_ONE_COURSE = Prepared(_done_by_one.where(COMPLETION.course_key == bindparam("course_key")))


def standing_on(db: Session, actor: Actor, course_key: str) -> LearningState:
    """Return the actor's place and completions on a course. Raise NotFound without a confirmed
    place."""
    published, place = _pinned(db, actor, course_key)
    return LearningState(place, published, done_by(db, actor.user_id, course_key))


def pinned(db: Session, actor: Actor, course_key: str) -> PublishedCourse:
    """Return the content that the actor's place pins; raise NotFound without a confirmed place."""
    return _pinned(db, actor, course_key)[0]


def _pinned(db: Session, actor: Actor, course_key: str) -> tuple[PublishedCourse, ConfirmedPlace]:
    place = place_on(db, actor.user_id, course_key)
    if place is None:
        raise NotFound
    return revision(db, place.revision_id), place


def standings_of(db: Session, user_id: UserId) -> dict[str, LearningState]:
    """Return where a person stands on each of their courses, by its key. Leaves out courses that this version
    cannot read. If they have two places on one course, the newest counts."""
    places = places_of(db, user_id)
    return standings_on(db, places, done_on_all(db, user_id) if places else {})


def standings_on(
    db: Session, places: Iterable[ConfirmedPlace], done: Mapping[str, Done]
) -> dict[str, LearningState]:
    """As `standings_of`, for a caller that has already read the places (newest first) and the completions.
    Needs no statement while the courses are in memory."""
    by_course = {place.course_key: place for place in reversed(tuple(places))}
    return {
        key: LearningState(place, published, done.get(key, Done()))
        for key, place in by_course.items()
        if (published := readable(db, place.revision_id)) is not None
    }


def progress_on(standings: Mapping[str, LearningState]) -> tuple[CourseProgress, ...]:
    """Return the progress on some courses, sorted by title."""
    rows = [_progress(standing.published, standing.done) for standing in standings.values()]
    return tuple(sorted(rows, key=lambda progress: progress.title))


def course_map(db: Session, actor: Actor, course_key: str) -> CourseMap:
    """Return the map of a course: what is done, what is open, and why the rest is locked."""
    return map_of(standing_on(db, actor, course_key))


def map_of(standing: LearningState) -> CourseMap:
    """As `course_map`, for a caller that has already read where the student stands."""
    return _map_of(standing.published, standing.done)


@lru_cache(KEPT)
def _map_of(published: PublishedCourse, done: Done) -> CourseMap:
    course = published.course
    final = quiz_of(course, course.final_test)
    everything = [module.key for module in course.modules]
    return CourseMap(
        progress=_progress(published, done),
        modules=tuple(
            _module_line(course, progress, done)
            for progress in domain.module_progress(course, done)
        ),
        final=quiz_line(final, done, _missing(course, everything, done)),
        practicals=tuple(_practical_line(course, kind, done) for kind in course.practicals),
        certificate_title=course.certificate.title,
        certificate_scope=course.certificate.scope,
        language=published.language,
        awaits_review=course.awaits_review,
    )


def done_by(db: Session, user_id: UserId, course_key: str) -> Done:
    """Return what one person completed on a course, in one statement."""
    rows = DONE_ON_ONE_COURSE.all(db, user_id=user_id, course_key=course_key)
    return _done([(kind, key) for _course_key, kind, key in rows])


def done_by_many(db: Session, user_ids: Iterable[UserId], course_key: str) -> dict[UserId, Done]:
    """Return what each of many people completed on a course, in one statement."""
    wanted = list(user_ids)
    rows = db.execute(
        select(Completion.user_id, Completion.kind, Completion.item_key).where(
            Completion.course_key == course_key, Completion.user_id.in_(wanted)
        )
    ).all()
    by_person: dict[UserId, list[tuple[Completed, str]]] = {user_id: [] for user_id in wanted}
    for user_id, kind, key in rows:
        by_person[user_id].append((kind, key))
    return {user_id: _done(facts) for user_id, facts in by_person.items()}


def done_on_all(db: Session, user_id: UserId) -> dict[str, Done]:
    """Return what one person completed on each course with anything done, in one statement."""
    rows = DONE_BY_ONE.all(db, user_id=user_id)
    by_course: dict[str, list[tuple[Completed, str]]] = {}
    for course_key, kind, key in rows:
        by_course.setdefault(course_key, []).append((kind, key))
    return {course_key: _done(facts) for course_key, facts in by_course.items()}


def parts_since(db: Session, user_id: UserId, course_key: str, since: datetime) -> int:
    """Return how many lessons and tests of a course a person completed since a moment."""
    return db.scalars(
        select(func.count()).where(
            Completion.user_id == user_id,
            Completion.course_key == course_key,
            Completion.completed_at >= since,
        )
    ).one()


def _done(facts: list[tuple[Completed, str]]) -> Done:
    return Done(
        lessons=frozenset(key for kind, key in facts if kind is Completed.lesson),
        quizzes=frozenset(key for kind, key in facts if kind is Completed.quiz),
    )


def _progress(published: PublishedCourse, done: Done) -> CourseProgress:
    course = published.course
    finished, total = domain.count_done(course, done)
    step = domain.next_step(course, done)
    return CourseProgress(
        key=course.key,
        title=course.title,
        summary=course.summary,
        finished=finished,
        total=total,
        modules_complete=len(domain.completed_modules(course, done)),
        modules=len(course.modules),
        step=step,
        position=domain.step_position(course, done, step) if step else None,
        language=published.language,
    )


def _module_line(course: Course, progress: domain.ModuleProgress, done: Done) -> ModuleLine:
    module = progress.module
    (named,) = domain.numbered(course, [module])
    return ModuleLine(
        module=named,
        summary=module.summary,
        minutes=module.minutes,
        state=progress.state,
        lessons=tuple(
            LessonLine(lesson.key, lesson.title, lesson.minutes, lesson.key in done.lessons)
            for lesson in module.lessons
        ),
        lessons_done=progress.lessons_done,
        quiz=quiz_line(quiz_of(course, module.quiz), done),
        missing=domain.numbered(course, progress.missing),
    )


def quiz_line(quiz: Quiz, done: Done, missing: tuple[NumberedModule, ...] = ()) -> QuizLine:
    return QuizLine(
        key=quiz.key,
        title=quiz.title,
        questions=quiz.length,
        pass_percent=quiz.pass_percent,
        passed=quiz.key in done.quizzes,
        missing=missing,
    )


def _practical_line(course: Course, kind: PracticalKind, done: Done) -> PracticalLine:
    return PracticalLine(
        kind.key,
        kind.title,
        kind.summary,
        kind.minutes,
        _missing(course, kind.requires, done),
        kind.final_test and course.final_test not in done.quizzes,
        kind.basic_life_support,
    )


def _missing(course: Course, keys: Iterable[str], done: Done) -> tuple[NumberedModule, ...]:
    return domain.numbered(course, domain.missing_modules(course, keys, done))


def quiz_of(course: Course, key: str) -> Quiz:
    return next(quiz for quiz in course.quizzes if quiz.key == key)
