"""JSON routes of a student's own courses, with the same use-cases as the pages."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.kit.words import Words
from app.learning import queries, service
from app.learning.domain import ModuleState, NumberedModule, StepKind, lock_sentence
from app.learning.lesson_reading import lesson_page
from app.learning.reading_positions import LONGEST_ANCHOR, MOST_SECTIONS, ReadingPosition
from app.learning.way import RequirementKind, StepState, Way
from app.learning.way_reading import way_on
from app.web.access import STUDENT
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/learn", tags=["learning"])


class LearningShape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ModuleName(LearningShape):
    key: str
    number: int
    title: str


class LockShape(LearningShape):
    """Why something is not open yet, and what to complete."""

    reason: str
    missing: list[ModuleName]


class LearningStepShape(LearningShape):
    kind: StepKind
    key: str
    title: str


class LessonShape(LearningShape):
    key: str
    title: str
    minutes: int
    done: bool


class QuizShape(LearningShape):
    key: str
    title: str
    questions: int
    pass_percent: int
    passed: bool
    lock: LockShape | None = None


class ModuleShape(LearningShape):
    key: str
    number: int
    title: str
    minutes: int
    state: ModuleState
    lessons_done: int
    lessons: list[LessonShape]
    quiz: QuizShape
    lock: LockShape | None


class PracticalShape(LearningShape):
    key: str
    title: str
    minutes: int
    lock: LockShape | None


class WayStepShape(LearningShape):
    kind: RequirementKind
    key: str
    title: str
    state: StepState


class WayShape(LearningShape):
    """The steps to the certificate, in the order to take them, and how many of them are done."""

    finished: int
    total: int
    steps: list[WayStepShape]


class MapShape(LearningShape):
    """A course for one student. `finished` and `total` count lessons and tests; the pages count the steps of
    `way`."""

    key: str
    title: str
    finished: int
    total: int
    way: WayShape
    next: LearningStepShape | None
    modules: list[ModuleShape]
    final_test: QuizShape
    practicals: list[PracticalShape]


class LessonDone(LearningShape):
    lesson: str
    done: bool
    finished: int
    total: int
    next: LearningStepShape | None


Anchor = Annotated[str, Field(max_length=LONGEST_ANCHOR)]
LONGEST_AGO = timedelta(days=30)


class PositionIn(JsonBody):
    """The section that is being read, those that were `read` to the end, and how long ago that was: a
    device without a network sends later."""

    section: Anchor
    read: list[Anchor] = Field(default=[], max_length=MOST_SECTIONS)
    seconds_ago: int = Field(default=0, ge=0, le=int(LONGEST_AGO.total_seconds()))


class PositionOut(LearningShape):
    """The position that counts, which another device may have sent. `section` is null until the person has
    read in the lesson."""

    section: str | None
    read: list[str]
    at: datetime | None


@api.get("/{course_key}", name="api.learning.map", access=STUDENT, response_model=MapShape)
def course_map(visit: Visit, course_key: str) -> MapShape:
    """The map of a course on which the caller holds a place."""
    with visit.database.read() as db:
        standing = queries.standing_on(db, visit.actor, course_key)
        way = way_on(db, standing)
    return _map_shape(queries.map_of(standing), way, visit.words)


@api.post(
    "/{course_key}/lessons/{lesson_key}/done",
    name="api.learning.done",
    access=STUDENT,
    response_model=LessonDone,
)
def mark_done(visit: Visit, course_key: str, lesson_key: str) -> LessonDone:
    """Mark a lesson as done; a second time changes nothing."""
    with visit.database.write() as db:
        service.mark_lesson_done(db, visit.actor, course_key, lesson_key, now=visit.now)
        progress = queries.course_map(db, visit.actor, course_key).progress
    return LessonDone(
        lesson=lesson_key,
        done=True,
        finished=progress.finished,
        total=progress.total,
        next=LearningStepShape.model_validate(progress.step) if progress.step else None,
    )


@api.get(
    "/{course_key}/lessons/{lesson_key}/position",
    name="api.learning.position",
    access=STUDENT,
    response_model=PositionOut,
)
def reading_position(visit: Visit, course_key: str, lesson_key: str) -> PositionOut:
    """Return where the caller is in a lesson."""
    with visit.database.read() as db:
        page = lesson_page(db, visit.actor, course_key, lesson_key)
    return _position_shape(page.memory.position if page.memory else None)


@api.put(
    "/{course_key}/lessons/{lesson_key}/position",
    name="api.learning.note_position",
    access=STUDENT,
    response_model=PositionOut,
)
def note_position(visit: Visit, course_key: str, lesson_key: str, sent: PositionIn) -> PositionOut:
    """Record where the caller is in a lesson. What was read last counts; a second time changes nothing."""
    with visit.database.write() as db:
        position = service.note_reading(
            db,
            visit.actor,
            course_key,
            lesson_key,
            sent.section,
            read=sent.read,
            ago=timedelta(seconds=sent.seconds_ago),
            now=visit.now,
        )
    return _position_shape(position)


def _position_shape(position: ReadingPosition | None) -> PositionOut:
    if position is None:
        return PositionOut(section=None, read=[], at=None)
    return PositionOut(section=position.section, read=sorted(position.read), at=position.at)


def _map_shape(page: queries.CourseMap, way: Way, words: Words) -> MapShape:
    progress = page.progress
    return MapShape(
        key=progress.key,
        title=progress.title,
        finished=progress.finished,
        total=progress.total,
        way=_way_shape(way, words),
        next=LearningStepShape.model_validate(progress.step) if progress.step else None,
        modules=[_module_shape(line, words) for line in page.modules],
        final_test=_quiz_shape(page.final, words),
        practicals=[
            PracticalShape(
                key=line.key,
                title=line.title,
                minutes=line.minutes,
                lock=_lock(line.missing, words),
            )
            for line in page.practicals
        ],
    )


def _way_shape(way: Way, words: Words) -> WayShape:
    return WayShape(
        finished=way.finished,
        total=way.total,
        steps=[
            WayStepShape(kind=step.kind, key=step.key, title=words.of(step.title), state=step.state)
            for step in way.steps
        ],
    )


def _module_shape(line: queries.ModuleLine, words: Words) -> ModuleShape:
    return ModuleShape(
        key=line.module.key,
        number=line.module.number,
        title=line.module.title,
        minutes=line.minutes,
        state=line.state,
        lessons_done=line.lessons_done,
        lessons=[LessonShape.model_validate(lesson) for lesson in line.lessons],
        quiz=_quiz_shape(line.quiz, words),
        lock=_lock(line.missing, words) if line.state is ModuleState.locked else None,
    )


def _quiz_shape(line: queries.QuizLine, words: Words) -> QuizShape:
    return QuizShape(
        key=line.key,
        title=line.title,
        questions=line.questions,
        pass_percent=line.pass_percent,
        passed=line.passed,
        lock=_lock(line.missing, words),
    )


def _lock(missing: tuple[NumberedModule, ...], words: Words) -> LockShape | None:
    if not missing:
        return None
    return LockShape(
        reason=words.of(lock_sentence(missing)),
        missing=[ModuleName.model_validate(module) for module in missing],
    )
