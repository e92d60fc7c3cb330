"""Progress through a course, computed from its content and the student's completions."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.courses.domain.delivery import Course, Lesson, Module, Quiz
from app.courses.domain.study_time import quiz_minutes
from app.kit.messages import Message, msg


class ModuleState(StrEnum):
    locked = "locked"
    open = "open"
    complete = "complete"


@dataclass(frozen=True, slots=True)
class Done:
    """Keys of the lessons done and the quizzes passed."""

    lessons: frozenset[str] = frozenset()
    quizzes: frozenset[str] = frozenset()


def everything_done(course: Course) -> Done:
    """Return what somebody has completed for whom nothing of a course is locked."""
    return Done(
        lessons=frozenset(lesson.key for module in course.modules for lesson in module.lessons),
        quizzes=frozenset(quiz.key for quiz in course.quizzes),
    )


@dataclass(frozen=True, slots=True)
class ModuleProgress:
    """One module for one student; `missing` are the modules to complete before a locked one opens."""

    module: Module
    state: ModuleState
    lessons_done: int
    quiz_passed: bool
    missing: tuple[Module, ...]


def is_complete(module: Module, done: Done) -> bool:
    """Return whether every lesson is done and the quiz is passed."""
    lessons = {lesson.key for lesson in module.lessons}
    return lessons <= done.lessons and module.quiz in done.quizzes


def completed_modules(course: Course, done: Done) -> frozenset[str]:
    """Return the keys of the complete modules."""
    return frozenset(module.key for module in course.modules if is_complete(module, done))


def missing_modules(course: Course, keys: Iterable[str], done: Done) -> tuple[Module, ...]:
    """Return those of the named modules that are not complete, in the course's order."""
    return _missing(course, keys, completed_modules(course, done))


def module_progress(course: Course, done: Done) -> tuple[ModuleProgress, ...]:
    """Return the state of every module. A complete module stays complete even if a module that it
    requires is not complete any more."""
    complete = completed_modules(course, done)
    return tuple(_progress(course, module, done, complete) for module in course.modules)


def progress_of(course: Course, module: Module, done: Done) -> ModuleProgress:
    """Return one module's state."""
    return _progress(course, module, done, completed_modules(course, done))


def _missing(course: Course, keys: Iterable[str], complete: frozenset[str]) -> tuple[Module, ...]:
    wanted = frozenset(keys) - complete
    return tuple(module for module in course.modules if module.key in wanted)


def _progress(
    course: Course, module: Module, done: Done, complete: frozenset[str]
) -> ModuleProgress:
    missing = _missing(course, module.requires, complete)
    if module.key in complete:
        state = ModuleState.complete
    elif missing:
        state = ModuleState.locked
    else:
        state = ModuleState.open
    lessons_done = sum(lesson.key in done.lessons for lesson in module.lessons)
    return ModuleProgress(module, state, lessons_done, module.quiz in done.quizzes, missing)


def is_final_open(course: Course, done: Done) -> bool:
    """Return whether the final test is open: every module is complete."""
    return len(completed_modules(course, done)) == len(course.modules)


def is_theory_complete(course: Course, done: Done) -> bool:
    """Return whether every module is complete and the final test is passed. This is the theory part
    of the certificate rule."""
    return is_final_open(course, done) and course.final_test in done.quizzes


def newly_open(course: Course, before: Done, after: Done) -> tuple[Module, ...]:
    """Return the modules that were locked and are open, or complete, now."""
    was_locked = {
        progress.module.key
        for progress in module_progress(course, before)
        if progress.state is ModuleState.locked
    }
    return tuple(
        progress.module
        for progress in module_progress(course, after)
        if progress.module.key in was_locked and progress.state is not ModuleState.locked
    )


def next_lesson(course: Course, done: Done) -> Lesson | None:
    """Resume: the first lesson not done in a module that is not locked, or None."""
    for progress in module_progress(course, done):
        if progress.state is ModuleState.open:
            for lesson in progress.module.lessons:
                if lesson.key not in done.lessons:
                    return lesson
    return None


@dataclass(frozen=True, slots=True)
class NumberedModule:
    """A module by the name people know: its number in the course and its title. `picture` is the address of
    its opening picture, which not every revision has."""

    key: str
    number: int
    title: str
    picture: str | None = None


def numbered(course: Course, modules: Iterable[Module]) -> tuple[NumberedModule, ...]:
    """Return modules with their numbers in the course, in its order."""
    wanted = {module.key for module in modules}
    return tuple(
        NumberedModule(module.key, number, module.title, course.picture_address(module))
        for number, module in enumerate(course.modules, start=1)
        if module.key in wanted
    )


def lock_sentence(missing: tuple[NumberedModule, ...]) -> Message:
    """Return a sentence about what must be completed before something opens."""
    modules = tuple(
        msg("module {number}, “{module}”", number=module.number, module=module.title)
        for module in missing
    )
    return msg("Complete {modules:clauses}, first.", modules=modules)


def opened_sentences(course: Course, before: Done, after: Done) -> tuple[Message, ...]:
    """Return a sentence about each module that has opened between two states, and about the final test."""
    modules = tuple(
        msg("Module {number}, “{module}”, is open.", number=module.number, module=module.title)
        for module in numbered(course, newly_open(course, before, after))
    )
    opens_final = is_final_open(course, after) and not is_final_open(course, before)
    return (*modules, msg("The final test is open.")) if opens_final else modules


def stays_done(module: Module, done: Done) -> bool:
    """Return whether a lesson can no longer be marked as not done. That is so once the quiz of its
    module is passed: the module may then be complete, and other modules may have opened because of
    it."""
    return module.quiz in done.quizzes


class StepKind(StrEnum):
    lesson = "lesson"
    quiz = "quiz"
    final = "final"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next in the theory of a course."""

    kind: StepKind
    key: str
    title: str


def next_step(course: Course, done: Done) -> NextStep | None:
    """Return the first lesson not done; else the first open quiz not passed; else the final test;
    None if the theory is complete."""
    lesson = next_lesson(course, done)
    if lesson is not None:
        return NextStep(StepKind.lesson, lesson.key, lesson.title)
    for progress in module_progress(course, done):
        if progress.state is ModuleState.open and not progress.quiz_passed:
            return _quiz_step(course, StepKind.quiz, progress.module.quiz)
    if is_final_open(course, done) and course.final_test not in done.quizzes:
        return _quiz_step(course, StepKind.final, course.final_test)
    return None


def _quiz_step(course: Course, kind: StepKind, key: str) -> NextStep:
    return NextStep(kind, key, next(quiz.title for quiz in course.quizzes if quiz.key == key))


@dataclass(frozen=True, slots=True)
class StepPosition:
    """Where the next step stands: its module, the number of the lesson among the lessons of that module (None
    for a quiz), and how much of the module is done. `minutes` are those of the step itself. The final test
    stands in no module."""

    minutes: int
    module: NumberedModule | None = None
    lesson: int | None = None
    lessons: int = 0
    parts_done: int = 0
    parts: int = 1

    @property
    def share(self) -> int:
        """How much of the module is done, in percent."""
        return 100 * self.parts_done // self.parts


def step_position(course: Course, done: Done, step: NextStep) -> StepPosition:
    """Return where a step of the theory stands."""
    quiz = course.quiz(step.key)
    for progress in module_progress(course, done):
        module = progress.module
        keys = [lesson.key for lesson in module.lessons]
        if step.key not in (*keys, module.quiz):
            continue
        (named,) = numbered(course, [module])
        is_lesson = step.kind is StepKind.lesson
        return StepPosition(
            minutes=module.lessons[keys.index(step.key)].minutes if is_lesson else _minutes(quiz),
            module=named,
            lesson=keys.index(step.key) + 1 if is_lesson else None,
            lessons=len(keys),
            parts_done=progress.lessons_done + progress.quiz_passed,
            parts=len(keys) + 1,
        )
    return StepPosition(_minutes(quiz))


def _minutes(quiz: Quiz | None) -> int:
    return quiz_minutes(quiz) if quiz else 0


def count_done(course: Course, done: Done) -> tuple[int, int]:
    """Return how many of the course's lessons and quizzes are done, and how many there are."""
    lessons = {lesson.key for module in course.modules for lesson in module.lessons}
    quizzes = {module.quiz for module in course.modules} | {course.final_test}
    finished = len(lessons & done.lessons) + len(quizzes & done.quizzes)
    return finished, len(lessons) + len(quizzes)
