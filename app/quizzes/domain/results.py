"""What a score means: how far from a pass, which modules were weak, and what to read again.

What says or could say the mark of a single question is kept from a student whose answers are not released.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.taught_sections import TaughtSection
from app.learning.domain import NumberedModule, numbered
from app.quizzes.domain.attempt import QuestionMark, Score
from app.quizzes.domain.releasing import Disclosure


def points_needed(possible: int, pass_percent: int) -> int:
    """Return the fewest whole points with which an attempt is passed."""
    return -(-pass_percent * possible // 100)


def points_short(score: Score, pass_percent: int) -> int:
    """Return how many points were missing; 0 for a pass."""
    return max(0, points_needed(score.possible, pass_percent) - score.earned)


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """The marks of the questions about one module; `module` is None for questions whose course does not say
    which section teaches them."""

    module: NumberedModule | None
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


@dataclass(frozen=True, slots=True)
class _Line:
    """The marks that one line counts, and the module that teaches their questions."""

    module: NumberedModule | None
    marks: tuple[QuestionMark, ...]

    @property
    def result(self) -> ModuleResult:
        return ModuleResult(
            self.module,
            questions=len(self.marks),
            earned=sum(mark.earned for mark in self.marks),
            possible=sum(mark.possible for mark in self.marks),
        )


def module_results(
    course: Course,
    taught: Mapping[str, TaughtSection | None],
    marks: Sequence[QuestionMark],
    *,
    unanswered: Collection[str] = (),
    disclosure: Disclosure,
) -> tuple[ModuleResult, ...]:
    """Return the results of an attempt by module, the weakest first. `taught` is the section that teaches
    each question, by its key. Empty if no question says which section
    teaches it, as in courses from before these were named, and if the lines would tell more than `disclosure`
    allows: the mark of a question, or part of its points. `unanswered` are the keys of questions of which
    the student knows that they earned nothing."""
    by_module: dict[str, list[QuestionMark]] = {}
    for mark in marks:
        section = taught[mark.question_key]
        by_module.setdefault(section.module.key if section else "", []).append(mark)
    if set(by_module) <= {""}:
        return ()
    order = [module for module in course.modules if module.key in by_module]
    lines = [_Line(module, tuple(by_module[module.key])) for module in numbered(course, order)]
    if "" in by_module:
        lines.append(_Line(None, tuple(by_module[""])))
    if disclosure is Disclosure.score and not _tell_no_mark(lines, unanswered):
        return ()
    if disclosure is Disclosure.marks and any(mark.is_partial for mark in marks):
        return ()
    return tuple(sorted((line.result for line in lines), key=_weakest_first))


def _weakest_first(result: ModuleResult) -> tuple[Fraction, bool, int]:
    """Equal ones stand in the order of the course, and questions of no module last."""
    number = result.module.number if result.module else 0
    return Fraction(result.earned, result.possible), result.module is None, number


def sections_to_read(
    taught: Mapping[str, TaughtSection | None], marks: Iterable[QuestionMark]
) -> tuple[SectionToRead, ...]:
    """Return the sections that teach the missed questions, in the order of the attempt. They say which
    questions were missed. `taught` is the section of each question, by its key."""
    sections: dict[str, TaughtSection] = {}
    positions: dict[str, list[int]] = {}
    for position, mark in enumerate(marks, start=1):
        if mark.is_right:
            continue
        section = taught[mark.question_key]
        if section is not None:
            sections.setdefault(section.address, section)
            positions.setdefault(section.address, []).append(position)
    return tuple(
        SectionToRead(section, tuple(positions[address])) for address, section in sections.items()
    )


def missed_must_pass(quiz: Quiz, marks: Iterable[QuestionMark]) -> tuple[int, ...]:
    """Return the positions in the attempt of the questions that had to be right and were not."""
    decisive = {question.key for question in quiz.must_pass}
    return tuple(
        position
        for position, mark in enumerate(marks, start=1)
        if mark.question_key in decisive and not mark.is_right
    )


def _tell_no_mark(lines: Sequence[_Line], unanswered: Collection[str]) -> bool:
    """Return whether these lines leave every answer of the student in doubt.

    They are shown together or not at all, so that no choice of lines says what a left out one would. Where
    all points are equal, that they are left out tells nothing either; questions of different points could
    be told apart by it (see the tests, which try every attempt)."""
    points = {mark.possible for line in lines for mark in line.marks}
    return (
        len(lines) > 1
        and len(points) == 1
        and not any(_tells_a_mark(line, unanswered) for line in lines)
    )


def _tells_a_mark(line: _Line, unanswered: Collection[str]) -> bool:
    """Return whether the points of a line leave no doubt about the mark of a question: it is the only one,
    all of them are right or wrong, or only one choice of them makes the sum."""
    points = [mark.possible for mark in line.marks if mark.question_key not in unanswered]
    earned = sum(mark.earned for mark in line.marks)
    for number, possible in enumerate(points):
        sums = _sums_of(points[:number] + points[number + 1 :])
        may_be_right = possible <= earned and sums >> (earned - possible) & 1
        may_be_wrong = sums >> earned & 1
        if not (may_be_right and may_be_wrong):
            return True
    return False


def _sums_of(points: Iterable[int]) -> int:
    """Return the sums that some of these points make, each as a bit: a question earns all or nothing."""
    sums = 1
    for possible in points:
        sums |= sums << possible
    return sums
