"""The rules of assessing: the outcome that marks give, and what a signature needs. No clock, no
database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from app.assessments.reasons import (
    CriticalNotDone,
    PointsBelowPass,
    PromptedNotUnaided,
    Reason,
    SectionBelowPass,
    StoppedForSafety,
    TooManyPrompts,
)
from app.courses.domain.delivery import Checklist, Step
from app.kit.errors import Refusal
from app.kit.messages import Message, msg, msgs


class Mark(StrEnum):
    """What an instructor recorded for one step. `not_observed`: the assessment was stopped before the
    step could be seen. `unmarked`: an earlier mark was taken back; the step has no mark again."""

    done = "done"
    prompted = "prompted"
    not_done = "not_done"
    not_observed = "not_observed"
    unmarked = "unmarked"


class Outcome(StrEnum):
    competent = "competent"
    not_yet_competent = "not_yet_competent"


OBSERVED = (Mark.done, Mark.prompted, Mark.not_done)
"""The marks that an instructor chooses for a step they watched."""

POINTS = {Mark.done: 2, Mark.prompted: 1, Mark.not_done: 0, Mark.not_observed: 0, Mark.unmarked: 0}
WORDS = {
    Mark.done: msg("Done"),
    Mark.prompted: msg("With prompt"),
    Mark.not_done: msg("Not done"),
    Mark.not_observed: msg("Not observed"),
    Mark.unmarked: msg("Not marked"),
}


ALREADY_SIGNED = Refusal(
    "already_signed", msg("This assessment is signed and can no longer change.")
)
UNMARKED = Refusal(
    "unmarked", msg("Some steps are not marked yet."), msg("Mark every step, then sign.")
)
ABSENT = Refusal(
    "absent",
    msg("This person is not marked as present."),
    msg("Mark them as present on the roster, then sign."),
)
"""Why an assessment cannot be signed."""


class Entry(Protocol):
    """One appended mark of one step."""

    @property
    def step_key(self) -> str: ...

    @property
    def revision(self) -> int: ...

    @property
    def mark(self) -> Mark: ...


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def current_marks(entries: Iterable[AnyEntry]) -> dict[str, AnyEntry]:
    """Return the mark with the highest revision of each step, whatever the order they come in."""
    newest: dict[str, AnyEntry] = {}
    for entry in entries:
        current = newest.get(entry.step_key)
        if current is None or entry.revision > current.revision:
            newest[entry.step_key] = entry
    return newest


def counted_marks(entries: Iterable[Entry]) -> dict[str, Mark]:
    """Return the mark that counts for each step; a step whose mark was taken back is left out."""
    current = current_marks(entries)
    return {key: entry.mark for key, entry in current.items() if entry.mark is not Mark.unmarked}


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """The result of the marks. `reasons` say why it is not competent and are empty if it is.
    `to_practise` has all steps that were not done unaided."""

    outcome: Outcome
    earned: int
    possible: int
    reasons: tuple[Reason, ...]
    to_practise: tuple[Step, ...]

    @property
    def stopped(self) -> bool:
        """Whether the assessment was stopped before every step could be observed."""
        return any(isinstance(reason, StoppedForSafety) for reason in self.reasons)

    @property
    def failed(self) -> tuple[Step, ...]:
        """The critical steps marked not done."""
        return tuple(reason.step for reason in self.reasons if isinstance(reason, CriticalNotDone))

    @property
    def headline(self) -> Message:
        """The outcome in one sentence for the student."""
        if self.outcome is Outcome.competent:
            return msg("Competent")
        if self.stopped:
            return msg("Not yet competent. The assessment was stopped for safety.")
        if self.failed:
            return msgs(
                "Not yet competent. A critical step was not done.",
                "Not yet competent. Critical steps were not done.",
                len(self.failed),
            )
        return msgs(
            "Not yet competent. {n} step needs more practice.",
            "Not yet competent. {n} steps need more practice.",
            len(self.to_practise),
        )

    @property
    def why_not(self) -> tuple[Message, ...]:
        """One sentence for each reason why it is not competent."""
        return tuple(reason.sentence for reason in self.reasons)


def unmarked_steps(checklist: Checklist, marks: Mapping[str, Mark]) -> tuple[Step, ...]:
    """Return the steps without a mark, in the checklist's order."""
    return tuple(step for step in checklist.steps if step.key not in marks)


def result(checklist: Checklist, marks: Mapping[str, Mark]) -> AssessmentResult:
    """Return the result of the marks; a step without a mark earns no points.

    The result is competent if there is no reason against it. Checklists of older revisions have no
    thresholds for sections and no limits for prompts; they are judged by their critical steps and
    the total of points. Points of a stopped assessment are not compared, because some steps could
    not be observed.
    """
    earned, possible = _points(checklist.steps, marks)
    stop = tuple(_stop(checklist, marks))
    reasons = (
        *stop,
        *_critical_not_done(checklist, marks),
        *_prompts(checklist, marks),
        *(() if stop else _thresholds(checklist, marks)),
    )
    outcome = Outcome.not_yet_competent if reasons else Outcome.competent
    to_practise = tuple(step for step in checklist.steps if marks.get(step.key) is not Mark.done)
    return AssessmentResult(outcome, earned, possible, reasons, to_practise)


def _points(steps: tuple[Step, ...], marks: Mapping[str, Mark]) -> tuple[int, int]:
    """Return the points earned and the points possible."""
    earned = sum(POINTS[marks[step.key]] for step in steps if step.key in marks)
    return earned, POINTS[Mark.done] * len(steps)


def _stop(checklist: Checklist, marks: Mapping[str, Mark]) -> Iterator[Reason]:
    count = sum(marks.get(step.key) is Mark.not_observed for step in checklist.steps)
    if count:
        yield StoppedForSafety(count)


def _critical_not_done(checklist: Checklist, marks: Mapping[str, Mark]) -> Iterator[Reason]:
    for step in checklist.steps:
        if step.critical and marks.get(step.key) is Mark.not_done:
            yield CriticalNotDone(step)


def _prompts(checklist: Checklist, marks: Mapping[str, Mark]) -> Iterator[Reason]:
    prompted = [
        step for step in checklist.steps if step.critical and marks.get(step.key) is Mark.prompted
    ]
    for step in prompted:
        if step.unaided:
            yield PromptedNotUnaided(step)
    most = checklist.most_prompts_on_critical
    if most is not None and len(prompted) > most:
        yield TooManyPrompts(len(prompted), most)


def _thresholds(checklist: Checklist, marks: Mapping[str, Mark]) -> Iterator[Reason]:
    for section in checklist.sections:
        earned, possible = _points(section.steps, marks)
        needed = section.pass_percent
        if needed is not None and earned * 100 < needed * possible:
            yield SectionBelowPass(section, earned, possible, needed)
    earned, possible = _points(checklist.steps, marks)
    if earned * 100 < checklist.pass_percent * possible:
        yield PointsBelowPass(earned, possible, checklist.pass_percent)


def sign_refusal(
    checklist: Checklist, marks: Mapping[str, Mark], *, is_signed: bool
) -> Refusal | None:
    """Return why these marks cannot be signed, or None if they can."""
    if is_signed:
        return ALREADY_SIGNED
    if unmarked_steps(checklist, marks):
        return UNMARKED
    return None
