"""The way to the certificate of a course as steps. Every page and the API count the steps here, so that all
of them say the same number. No clock, no database.

A step is one requirement of the certificate: the place, each module, the final test, and for each kind of
practical the day and its assessment. Which requirements are met is decided by the certificate rule
(`app/certificates/domain.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.courses.domain.delivery import Course, Module
from app.courses.domain.study_time import quiz_minutes
from app.kit.messages import Message, Text, msg, msgs
from app.learning.domain import Done

MOST_STEPS_AHEAD = 3
"""How many steps a student’s first page names; the whole way stands on the course map."""


class RequirementKind(StrEnum):
    place = "place"
    module = "module"
    final_test = "final_test"
    attendance = "attendance"
    assessment = "assessment"


class RequirementState(Protocol):
    """What this module needs to know about one requirement of a certificate."""

    @property
    def kind(self) -> RequirementKind: ...
    @property
    def key(self) -> str: ...
    @property
    def is_met(self) -> bool: ...


class StepState(StrEnum):
    done = "done"
    now = "now"
    to_come = "to_come"


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step. `number` is that of a module in its course. `lessons_left` and `quiz_left` are what a module
    still asks for; `parts_done` of `parts` are done. `minutes` are those that are left, 0 where that cannot
    be said."""

    kind: RequirementKind
    key: str
    title: Text
    state: StepState
    number: int | None = None
    parts_done: int = 0
    parts: int = 1
    lessons_left: int = 0
    quiz_left: bool = False
    minutes: int = 0

    @property
    def share(self) -> int:
        """How much of this step is done, in percent. Only a step that is done has 100."""
        if self.state is StepState.done:
            return 100
        return min(99, 100 * self.parts_done // self.parts)

    @property
    def is_at_the_academy(self) -> bool:
        """Whether the step is taken on a practical day, which may be weeks away: it is next, but not now."""
        return self.kind in (RequirementKind.attendance, RequirementKind.assessment)

    @property
    def left(self) -> Message | None:
        """What is left to do in a module, in words; None for other steps and for a complete module."""
        if self.lessons_left and self.quiz_left:
            return msgs("{n} lesson and the quiz", "{n} lessons and the quiz", self.lessons_left)
        if self.lessons_left:
            return msgs("{n} lesson", "{n} lessons", self.lessons_left)
        return msg("The quiz") if self.quiz_left else None


@dataclass(frozen=True, slots=True)
class Way:
    """All steps to the certificate of one course, in the order to take them. At most one of them is now: the
    first that is not done."""

    course_key: str
    title: str
    steps: tuple[WayStep, ...]

    @property
    def finished(self) -> int:
        return sum(step.state is StepState.done for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def current(self) -> WayStep | None:
        return next((step for step in self.steps if step.state is StepState.now), None)

    def has_attended(self, kind: str) -> bool:
        """Whether a practical of this kind was attended."""
        return any(
            step.kind is RequirementKind.attendance
            and step.key == kind
            and step.state is StepState.done
            for step in self.steps
        )

    @property
    def ahead(self) -> tuple[WayStep, ...]:
        """The next few steps that are not done, the current one first."""
        return tuple(step for step in self.steps if step.state is not StepState.done)[
            :MOST_STEPS_AHEAD
        ]

    @property
    def words(self) -> Message:
        """How far somebody is, as every page says it."""
        return msg("{finished} of {total}", finished=self.finished, total=self.total)


def way_of(course: Course, done: Done, requirements: Iterable[RequirementState]) -> Way:
    """Return the way to the certificate of a course, from its requirements in the order to meet them."""
    numbers = {module.key: number for number, module in enumerate(course.modules, start=1)}
    steps: list[WayStep] = []
    state_of_next = StepState.now
    for requirement in requirements:
        state = StepState.done if requirement.is_met else state_of_next
        if state is StepState.now:
            state_of_next = StepState.to_come
        steps.append(_step(course, done, requirement, state, numbers))
    return Way(course.key, course.title, tuple(steps))


def _step(
    course: Course,
    done: Done,
    requirement: RequirementState,
    state: StepState,
    numbers: dict[str, int],
) -> WayStep:
    kind, key = requirement.kind, requirement.key
    is_done = state is StepState.done
    module = course.module(key) if kind is RequirementKind.module else None
    if module is not None:
        return _module_step(course, module, done, state, numbers[key])
    if kind is RequirementKind.final_test:
        test = course.quiz(key)
        minutes = quiz_minutes(test) if test and not is_done else 0
        return WayStep(
            kind, key, msg("Final test"), state, parts_done=int(is_done), minutes=minutes
        )
    day = course.practical(key)
    if kind is RequirementKind.attendance:
        title: Text = day.title if day else msg("Practical day")
        minutes = day.minutes if day and not is_done else 0
        return WayStep(kind, key, title, state, parts_done=int(is_done), minutes=minutes)
    if kind is RequirementKind.assessment:
        title = msg("Your assessment: {practical}", practical=day.title if day else key)
        return WayStep(kind, key, title, state, parts_done=int(is_done))
    return WayStep(kind, key, msg("Your place on the course"), state, parts_done=int(is_done))


def _module_step(
    course: Course, module: Module, done: Done, state: StepState, number: int
) -> WayStep:
    """A module counts its lessons and its quiz. What is left is nothing once it is complete."""
    undone = [lesson for lesson in module.lessons if lesson.key not in done.lessons]
    quiz = course.quiz(module.quiz)
    quiz_left = module.quiz not in done.quizzes
    minutes = sum(lesson.minutes for lesson in undone)
    if quiz is not None and quiz_left:
        minutes += quiz_minutes(quiz)
    return WayStep(
        RequirementKind.module,
        module.key,
        module.title,
        state,
        number=number,
        parts_done=len(module.lessons) - len(undone) + (not quiz_left),
        parts=len(module.lessons) + 1,
        lessons_left=len(undone),
        quiz_left=quiz_left,
        minutes=minutes,
    )
