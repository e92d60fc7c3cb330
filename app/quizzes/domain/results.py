"""What a score means: how far from a pass, which modules were weak, and what to read again.

What says or could say the mark of a single question is kept from a student whose answers are not released.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.taught_sections import TaughtSection, taught_section
from app.learning.domain import NumberedModule, numbered
from app.quizzes.domain.attempt import QuestionMark, Score

FEWEST_TOGETHER = 2
"""The result of a single question would be its mark, so before release no line counts only one."""


def points_needed(possible: int, pass_percent: int) -> int:
    """Return the fewest whole points with which an attempt is passed."""
    return -(-pass_percent * possible // 100)


def points_short(score: Score, pass_percent: int) -> int:
    """Return how many points were missing; 0 for a pass."""
    return max(0, points_needed(score.possible, pass_percent) - score.earned)


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """The marks of the questions about one module or, before release, about several small ones. `modules` is
    empty for questions whose course does not say which section teaches them."""

    modules: tuple[NumberedModule, ...]
    questions: int
    earned: int
    possible: int

    @property
    def percent(self) -> int:
        return self.earned * 100 // self.possible


@dataclass(frozen=True, slots=True)
class SectionToRead:
    """A section, and the positions of the missed questions that it teaches."""

    section: TaughtSection
    positions: tuple[int, ...]


def module_results(
    course: Course, quiz: Quiz, marks: Iterable[QuestionMark], *, is_released: bool
) -> tuple[ModuleResult, ...]:
    """Return the results of an attempt by module, the weakest first. Empty if no question says which section
    teaches it, as in courses from before these were named."""
    by_module: dict[str, list[QuestionMark]] = {}
    for mark in marks:
        section = taught_section(course, quiz.question(mark.question_key))
        by_module.setdefault(section.module.key if section else "", []).append(mark)
    if set(by_module) <= {""}:
        return ()
    order = [module for module in course.modules if module.key in by_module]
    results = [_result(numbered(course, [module]), by_module[module.key]) for module in order]
    if "" in by_module:
        results.append(_result((), by_module[""]))
    if not is_released:
        results = _together(results)
    return tuple(sorted(results, key=lambda result: Fraction(result.earned, result.possible)))


def sections_to_read(
    course: Course, quiz: Quiz, marks: Iterable[QuestionMark]
) -> tuple[SectionToRead, ...]:
    """Return the sections that teach the missed questions, in the order of the attempt. Only for an attempt
    that is released: they say which questions were missed."""
    sections: dict[str, TaughtSection] = {}
    positions: dict[str, list[int]] = {}
    for position, mark in enumerate(marks, start=1):
        if mark.is_right:
            continue
        section = taught_section(course, quiz.question(mark.question_key))
        if section is not None:
            sections.setdefault(section.address, section)
            positions.setdefault(section.address, []).append(position)
    return tuple(
        SectionToRead(section, tuple(positions[address])) for address, section in sections.items()
    )


def _result(modules: tuple[NumberedModule, ...], marks: Sequence[QuestionMark]) -> ModuleResult:
    return ModuleResult(
        modules,
        questions=len(marks),
        earned=sum(mark.earned for mark in marks),
        possible=sum(mark.possible for mark in marks),
    )


def _together(results: Sequence[ModuleResult]) -> list[ModuleResult]:
    """Put the modules of a single question together, with the smallest other one if that is still only one
    question. The line of all questions is left out: it would repeat the score."""
    large = [result for result in results if result.questions >= FEWEST_TOGETHER]
    small = [result for result in results if result.questions < FEWEST_TOGETHER]
    if not small:
        return large
    if len(small) < FEWEST_TOGETHER and large:
        smallest = min(large, key=lambda result: result.questions)
        large.remove(smallest)
        small.append(smallest)
    if not large:
        return []
    return [*large, _sum(small)]


def _sum(results: Sequence[ModuleResult]) -> ModuleResult:
    modules = {module.number: module for result in results for module in result.modules}
    return ModuleResult(
        tuple(modules[number] for number in sorted(modules)),
        questions=sum(result.questions for result in results),
        earned=sum(result.earned for result in results),
        possible=sum(result.possible for result in results),
    )
