"""Why an assessment is not competent, each reason as a value with its sentence."""

from dataclasses import dataclass

from app.courses.domain.delivery import Checklist, Section, Step
from app.kit.messages import Message, msg, msgs


@dataclass(frozen=True, slots=True)
class StoppedForSafety:
    """The assessment ended before every step could be observed."""

    code = "stopped_for_safety"
    not_observed: int

    @property
    def sentence(self) -> Message:
        return msgs(
            "Stopped for safety: {n} step was not observed.",
            "Stopped for safety: {n} steps were not observed.",
            self.not_observed,
        )


@dataclass(frozen=True, slots=True)
class CriticalNotDone:
    """A critical step was marked not done."""

    code = "critical_not_done"
    step: Step

    @property
    def sentence(self) -> Message:
        return msg(
            "Critical step not done: {step}", step=self.step.critical_reason or self.step.text
        )


@dataclass(frozen=True, slots=True)
class PromptedNotUnaided:
    """A step that must be done unaided needed a prompt."""

    code = "prompted_not_unaided"
    step: Step

    @property
    def sentence(self) -> Message:
        return msg("Needed a prompt and must be done unaided: {step}", step=self.step.text)


@dataclass(frozen=True, slots=True)
class TooManyPrompts:
    """More critical steps needed a prompt than the checklist allows."""

    code = "too_many_prompts"
    count: int
    most: int

    @property
    def sentence(self) -> Message:
        if self.most == 0:
            return msgs(
                "Prompts were needed on {n} critical step; none is allowed.",
                "Prompts were needed on {n} critical steps; none is allowed.",
                self.count,
            )
        needed = msgs(
            "Prompts were needed on {n} critical step",
            "Prompts were needed on {n} critical steps",
            self.count,
        )
        return msgs(
            "{needed}; {n} is allowed.", "{needed}; {n} are allowed.", self.most, needed=needed
        )


@dataclass(frozen=True, slots=True)
class SectionBelowPass:
    """A section with a threshold of its own earned too few points."""

    code = "section_below_pass"
    section: Section
    earned: int
    possible: int
    pass_percent: int

    @property
    def sentence(self) -> Message:
        percent = rounded_down(self.earned, self.possible)
        return msg(
            "Section “{section}”: {earned} of {possible} points, {percent}%. Needed: {needed}%.",
            section=self.section.title,
            earned=self.earned,
            possible=self.possible,
            percent=percent,
            needed=self.pass_percent,
        )


@dataclass(frozen=True, slots=True)
class PointsBelowPass:
    """The whole checklist earned too few points."""

    code = "points_below_pass"
    earned: int
    possible: int
    pass_percent: int

    @property
    def sentence(self) -> Message:
        percent = rounded_down(self.earned, self.possible)
        return msg(
            "All sections: {earned} of {possible} points, {percent}%. Needed: {needed}%.",
            earned=self.earned,
            possible=self.possible,
            percent=percent,
            needed=self.pass_percent,
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


def pass_rule(checklist: Checklist) -> tuple[Message, ...]:
    """Return what competent needs, one sentence for each condition of this checklist."""
    sentences = [
        msg("{percent}% of all points.", percent=checklist.pass_percent),
        msg("No critical step marked not done."),
        *_section_rules(checklist),
    ]
    most = checklist.most_prompts_on_critical
    if most is not None:
        sentences.append(_prompts(most))
    if unaided := len(checklist.unaided_steps):
        sentences.append(
            msgs(
                "No prompt on the step that must be done unaided.",
                "No prompt on the {n} steps that must be done unaided.",
                unaided,
            )
        )
    return tuple(sentences)


def _prompts(most: int) -> Message:
    if most == 0:
        return msg("No prompt on critical steps.")
    return msgs(
        "At most {n} prompt on critical steps.", "At most {n} prompts on critical steps.", most
    )


def _section_rules(checklist: Checklist) -> list[Message]:
    """One sentence for each threshold, or a single one if all sections share the same."""
    percents = {section.pass_percent for section in checklist.sections}
    if len(checklist.sections) > 1 and len(percents) == 1 and None not in percents:
        return [msg("{percent}% of the points of each section.", percent=percents.pop() or 0)]
    return [
        msg(
            "{percent}% of the points of “{section}”.",
            percent=section.pass_percent,
            section=section.title,
        )
        for section in checklist.sections
        if section.pass_percent is not None
    ]
