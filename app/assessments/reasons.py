"""Why an assessment is not competent, each reason as a value with its sentence."""

from dataclasses import dataclass

from app.courses.domain.delivery import Checklist, Section, Step


@dataclass(frozen=True, slots=True)
class StoppedForSafety:
    """The assessment ended before every step could be observed."""

    code = "stopped_for_safety"
    not_observed: int

    @property
    def sentence(self) -> str:
        steps = "1 step was" if self.not_observed == 1 else f"{self.not_observed} steps were"
        return f"Stopped for safety: {steps} not observed."


@dataclass(frozen=True, slots=True)
class CriticalNotDone:
    """A critical step was marked not done."""

    code = "critical_not_done"
    step: Step

    @property
    def sentence(self) -> str:
        return f"Critical step not done: {self.step.critical_reason or self.step.text}"


@dataclass(frozen=True, slots=True)
class PromptedNotUnaided:
    """A step that must be done unaided needed a prompt."""

    code = "prompted_not_unaided"
    step: Step

    @property
    def sentence(self) -> str:
        return f"Needed a prompt and must be done unaided: {self.step.text}"


@dataclass(frozen=True, slots=True)
class TooManyPrompts:
    """More critical steps needed a prompt than the checklist allows."""

    code = "too_many_prompts"
    count: int
    most: int

    @property
    def sentence(self) -> str:
        steps = "1 critical step" if self.count == 1 else f"{self.count} critical steps"
        allowed = "none is" if self.most == 0 else "1 is" if self.most == 1 else f"{self.most} are"
        return f"Prompts were needed on {steps}; {allowed} allowed."


@dataclass(frozen=True, slots=True)
class SectionBelowPass:
    """A section with a threshold of its own earned too few points."""

    code = "section_below_pass"
    section: Section
    earned: int
    possible: int
    pass_percent: int

    @property
    def sentence(self) -> str:
        percent = rounded_down(self.earned, self.possible)
        return (
            f"Section “{self.section.title}”: {self.earned} of {self.possible} points, {percent}%. "
            f"Needed: {self.pass_percent}%."
        )


@dataclass(frozen=True, slots=True)
class PointsBelowPass:
    """The whole checklist earned too few points."""

    code = "points_below_pass"
    earned: int
    possible: int
    pass_percent: int

    @property
    def sentence(self) -> str:
        percent = rounded_down(self.earned, self.possible)
        return (
            f"All sections: {self.earned} of {self.possible} points, {percent}%. "
            f"Needed: {self.pass_percent}%."
        )


Reason = (
    StoppedForSafety
    | CriticalNotDone
    | PromptedNotUnaided
    | TooManyPrompts
    | SectionBelowPass
    | PointsBelowPass
)


def rounded_down(earned: int, possible: int) -> int:
    """Return whole percent. Rounded down, so that 69.9% never reads as a pass at 70%."""
    return earned * 100 // possible if possible else 0


def pass_rule(checklist: Checklist) -> tuple[str, ...]:
    """Return what competent needs, one sentence for each condition of this checklist."""
    sentences = [
        f"{checklist.pass_percent}% of all points.",
        "No critical step marked not done.",
        *_section_rules(checklist),
    ]
    most = checklist.most_prompts_on_critical
    if most is not None:
        prompts = "No prompt" if most == 0 else f"At most {most} prompt{'s' if most > 1 else ''}"
        sentences.append(f"{prompts} on critical steps.")
    if unaided := len(checklist.unaided_steps):
        steps = "the step" if unaided == 1 else f"the {unaided} steps"
        sentences.append(f"No prompt on {steps} that must be done unaided.")
    return tuple(sentences)


def _section_rules(checklist: Checklist) -> list[str]:
    """One sentence for each threshold, or a single one if all sections share the same."""
    percents = {section.pass_percent for section in checklist.sections}
    if len(checklist.sections) > 1 and len(percents) == 1 and None not in percents:
        return [f"{percents.pop()}% of the points of each section."]
    return [
        f"{section.pass_percent}% of the points of “{section.title}”."
        for section in checklist.sections
        if section.pass_percent is not None
    ]
