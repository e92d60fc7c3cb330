"""What stands around a quiz in its course: its module, its lessons, and what a pass opens."""

from dataclasses import dataclass

from app.courses.domain.delivery import Course, Quiz
from app.learning.domain import Done, NumberedModule, is_final_open, newly_open, numbered


@dataclass(frozen=True, slots=True)
class LessonToRead:
    key: str
    title: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class UnlockedModule:
    """A module that a passed quiz has opened, and its first lesson."""

    module: NumberedModule
    first_lesson: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a passed quiz has opened: modules whose quiz is not passed yet, and the final test if that is not
    passed yet."""

    modules: tuple[UnlockedModule, ...] = ()
    final_test: bool = False


def module_of(course: Course, quiz: Quiz) -> NumberedModule | None:
    """Return the module whose quiz it is, or None for the final test."""
    modules = [module for module in course.modules if module.quiz == quiz.key]
    return next(iter(numbered(course, modules)), None)


def lessons_of(
    course: Course, module: NumberedModule | None, done: Done
) -> tuple[LessonToRead, ...]:
    """Return the lessons that this quiz asks about; none for the final test, which asks about all."""
    lessons = [
        each
        for part in course.modules
        if module and part.key == module.key
        for each in part.lessons
    ]
    return tuple(
        LessonToRead(lesson.key, lesson.title, lesson.key in done.lessons) for lesson in lessons
    )


def opened_by(course: Course, quiz: Quiz, done: Done) -> Unlocked:
    """Return what is open because this quiz is passed, and not completed yet."""
    before = Done(done.lessons, done.quizzes - {quiz.key})
    modules = tuple(
        UnlockedModule(number, module.lessons[0].key)
        for module in newly_open(course, before, done)
        if module.quiz not in done.quizzes
        for number in numbered(course, [module])
    )
    opens_final = is_final_open(course, done) and course.final_test not in done.quizzes
    return Unlocked(modules, opens_final)
