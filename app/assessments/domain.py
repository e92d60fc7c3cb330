"""The rules of assessing: what marks mean together, and what a signature needs. No clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from app.courses.domain.delivery import Checklist, Step


class Mark(StrEnum):
    done = "done"
    prompted = "prompted"
    not_done = "not_done"


class Outcome(StrEnum):
    competent = "competent"
    not_yet_competent = "not_yet_competent"


POINTS = {Mark.done: 2, Mark.prompted: 1, Mark.not_done: 0}
WORDS = {Mark.done: "Done", Mark.prompted: "With prompt", Mark.not_done: "Not done"}


class SignRefusal(StrEnum):
    """Why an assessment cannot be signed; the value is said to the instructor."""

    already_signed = "This assessment is signed and can no longer change."
    unmarked = "Some steps are not marked yet. Mark every step, then sign."


class Entry(Protocol):
    """One appended mark of one step."""

    @property
    def step_key(self) -> str: ...

    @property
    def revision(self) -> int: ...


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def current_marks(entries: Iterable[AnyEntry]) -> dict[str, AnyEntry]:
    """Return the mark with the highest revision of each step, whatever the order they come in."""
    newest: dict[str, AnyEntry] = {}
    for entry in entries:
        known = newest.get(entry.step_key)
        if known is None or entry.revision > known.revision:
            newest[entry.step_key] = entry
    return newest


@dataclass(frozen=True, slots=True)
class Result:
    """What the marks come to. `failed` are the critical steps marked not done, `to_practise` every step
    that was not done unaided."""

    outcome: Outcome
    earned: int
    possible: int
    failed: tuple[Step, ...]
    to_practise: tuple[Step, ...]

    @property
    def headline(self) -> str:
        """The outcome in one sentence for the student."""
        if self.outcome is Outcome.competent:
            return "Competent"
        if self.failed:
            return "Not yet competent. The assessment was stopped for safety."
        count = len(self.to_practise)
        words = "1 step needs" if count == 1 else f"{count} steps need"
        return f"Not yet competent. {words} more practice."

    @property
    def stopped_for(self) -> tuple[str, ...]:
        """One sentence for each critical step that was not done."""
        return tuple(
            f"Stopped for safety: {step.critical_reason or step.text}" for step in self.failed
        )


def unmarked_steps(checklist: Checklist, marks: Mapping[str, Mark]) -> tuple[Step, ...]:
    """Return the steps without a mark, in the checklist's order."""
    return tuple(step for step in checklist.steps if step.key not in marks)


def result(checklist: Checklist, marks: Mapping[str, Mark]) -> Result:
    """Return what the marks come to; a step without a mark earns nothing.

    Any critical step marked not done makes it not yet competent, whatever the points.
    """
    steps = checklist.steps
    earned = sum(POINTS[marks[step.key]] for step in steps if step.key in marks)
    possible = POINTS[Mark.done] * len(steps)
    failed = tuple(step for step in steps if step.critical and marks.get(step.key) is Mark.not_done)
    is_enough = earned * 100 >= checklist.pass_percent * possible
    outcome = Outcome.competent if is_enough and not failed else Outcome.not_yet_competent
    to_practise = tuple(step for step in steps if marks.get(step.key) is not Mark.done)
    return Result(outcome, earned, possible, failed, to_practise)


def sign_refusal(
    checklist: Checklist, marks: Mapping[str, Mark], *, is_signed: bool
) -> SignRefusal | None:
    """Return why these marks cannot be signed, or None if they can."""
    if is_signed:
        return SignRefusal.already_signed
    if unmarked_steps(checklist, marks):
        return SignRefusal.unmarked
    return None
