"""The authoring format, file by file, as `docs/course-format.md` describes it.

A test compares these fields with the tables of that document. What concerns more than one file is
checked in `cross_references.py`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.authoring.fields import (
    Address,
    Attempts,
    Authored,
    Day,
    Delay,
    DrawingName,
    Key,
    Language,
    Markdown,
    PerPage,
    Plain,
    Plain20,
    Plain120,
    Plain200,
    Plain300,
    UnfitError,
)
from app.questions.authoring import AnyFields

Percent = Annotated[int, Field(ge=1, le=100)]


class CertificateFields(Authored):
    title: Plain
    scope: Plain300


class AgreedWordsFields(Authored):
    key: Key
    text: Plain


class ClinicalValueFields(Authored):
    """A value with its approval, or neither."""

    key: Key
    decides: Plain200
    unit: Plain20
    value: Plain120 | None = None
    source: Plain300 | None = None
    approved_by: Plain120 | None = None
    approved_on: Day | None = None

    @model_validator(mode="after")
    def _is_approved_exactly_if_it_is_set(self) -> "ClinicalValueFields":
        approval = {
            "source": self.source,
            "approved_by": self.approved_by,
            "approved_on": self.approved_on,
        }
        missing = [name for name, value in approval.items() if value is None]
        if self.value is not None and missing:
            raise UnfitError.because(
                f"The clinical value is set, but it does not say: {', '.join(missing)}.",
                "Only the clinical lead sets a value. Add the source, who approved it and when.",
                trail=("value",),
            )
        if self.value is None and len(missing) < len(approval):
            first = next(name for name, value in approval.items() if value is not None)
            raise UnfitError.because(
                "There is an approval, but no value.",
                "Add `value`, or leave source, `approved_by` and `approved_on` out until it is set.",
                trail=(first,),
            )
        return self


class CourseFile(Authored):
    format: Literal[1]
    title: Plain120
    summary: Plain300
    description: Markdown
    outcomes: Annotated[list[Plain], Field(min_length=1, max_length=12)]
    entry_rules: Annotated[list[Plain], Field(min_length=1, max_length=12)]
    not_included: Annotated[list[Plain], Field(max_length=12)] = Field(default_factory=list)
    hours: Annotated[int, Field(ge=1, le=2000)] | None = None
    """None, as `minutes` of modules and lessons: counted by `study_time`. Courses that were published before
    the rule stood state their own."""
    modules: Annotated[list[Key], Field(min_length=1, max_length=40)]
    final_test: Key
    practicals: Annotated[list[Key], Field(min_length=1, max_length=12)]
    certificate: CertificateFields
    agreed_words: Annotated[list[AgreedWordsFields], Field(max_length=40)] = Field(
        default_factory=list
    )
    clinical_values: Annotated[list[ClinicalValueFields], Field(max_length=60)] = Field(
        default_factory=list
    )
    unset_value_advice: Plain120 | None = None
    dose_rules: bool = True
    language: Language | None = None
    clinical_review: Literal["awaited"] | None = None


class ModuleFile(Authored):
    title: Plain120
    summary: Plain300
    objectives: Annotated[list[Plain], Field(min_length=1, max_length=12)]
    minutes: Annotated[int, Field(ge=1, le=6000)] | None = None
    lessons: Annotated[list[Key], Field(min_length=1, max_length=40)]
    quiz: Key
    picture: DrawingName | None = None
    """None only in a course that was published before modules had pictures: see `pictures`."""
    requires: list[Key] | None = None


class LessonFields(Authored):
    """The front matter of a lesson."""

    title: Plain120
    minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    objectives: Annotated[list[Plain], Field(min_length=1, max_length=8)]
    sources: Annotated[list[Key], Field(min_length=1, max_length=40)]


class QuizFile(Authored):
    title: Plain120
    kind: Literal["module", "final"]
    introduction: Markdown | None = None
    pass_percent: Percent
    attempts: Attempts
    delay: Delay = None
    access_code: Annotated[Plain, Field(min_length=4, max_length=40)] | None = None
    minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    at_time_out: Literal["submit", "grace", "abandon"] = "submit"
    grace: Annotated[int, Field(ge=1, le=120)] | None = None
    draw: Annotated[int, Field(ge=1, le=200)] | None = None
    per_page: PerPage = None
    shuffle: bool = True
    show_answers: Literal["when-passed", "after-each-attempt"] = "when-passed"
    fail_on_critical: bool = False
    questions: Annotated[list[AnyFields], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _waits_between_attempts_that_exist(self) -> "QuizFile":
        if self.delay is not None and self.attempts == 1:
            raise UnfitError.because(
                "There is one attempt, so none follows after a wait.",
                "Allow more attempts, or remove `delay`.",
                trail=("delay",),
            )
        return self

    @model_validator(mode="after")
    def _draws_every_question_that_must_be_right(self) -> "QuizFile":
        decisive = [number for number, each in enumerate(self.questions) if each.must_pass]
        if self.draw is not None and self.draw < len(decisive):
            raise UnfitError.because(
                f"{len(decisive)} questions must be right, and an attempt has only {self.draw}.",
                "Each attempt has all of them: draw more questions, or remove a `must_pass`.",
                trail=("questions", decisive[self.draw], "must_pass"),
            )
        return self

    @model_validator(mode="after")
    def _says_what_happens_at_an_end_that_exists(self) -> "QuizFile":
        if self.at_time_out != "submit" and self.minutes is None:
            raise UnfitError.because(
                "The quiz has no time limit, so nothing happens when it is over.",
                "Add `minutes`, or remove `at_time_out`.",
                trail=("at_time_out",),
            )
        if self.at_time_out == "grace" and self.grace is None:
            raise UnfitError.because(
                "It is not said how long an attempt may still be sent after its time.",
                "Add `grace: 10`: the minutes of grace.",
                trail=("at_time_out",),
            )
        if self.grace is not None and self.at_time_out != "grace":
            raise UnfitError.because(
                "There are minutes of grace, but nothing gives them.",
                "Add `at_time_out: grace`, or remove `grace`.",
                trail=("grace",),
            )
        return self


class PracticalFile(Authored):
    title: Plain120
    summary: Plain300
    description: Markdown
    students_per_instructor: Annotated[int, Field(ge=1, le=20)]
    minutes: Annotated[int, Field(ge=30, le=1440)]
    live_models: bool
    requires: list[Key]
    final_test: bool = False
    basic_life_support: bool = False
    bring: list[Plain] = Field(default_factory=list)
    checklist: Key
    replaces: Annotated[list[Key], Field(max_length=12)] = Field(default_factory=list)


class StepFields(Authored):
    key: Key
    text: Plain200
    look_for: Plain | None = None
    critical: bool = False
    critical_reason: Plain | None = None
    unaided: bool = False

    @model_validator(mode="after")
    def _says_why_it_is_critical(self) -> "StepFields":
        if self.critical and self.critical_reason is None:
            raise UnfitError.because(
                "A critical step needs its reason.",
                "Add `critical_reason: …`: what makes it a critical failure.",
                trail=("critical",),
            )
        if self.critical_reason is not None and not self.critical:
            raise UnfitError.because(
                "There is a reason for a critical failure, but the step is not critical.",
                "Add `critical: true`, or remove the reason.",
                trail=("critical_reason",),
            )
        if self.unaided and not self.critical:
            raise UnfitError.because(
                "Only a critical step can be one that must be done unaided.",
                "Add `critical: true` with its reason, or remove `unaided`.",
                trail=("unaided",),
            )
        return self


class SectionFields(Authored):
    key: Key
    title: Plain
    pass_percent: Percent | None = None
    steps: Annotated[list[StepFields], Field(min_length=1, max_length=60)]


class ChecklistFile(Authored):
    title: Plain120
    introduction: Markdown | None = None
    pass_percent: Percent
    most_prompts_on_critical: Annotated[int, Field(ge=0, le=100)] | None = None
    sections: Annotated[list[SectionFields], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _limits_prompts_on_steps_that_exist(self) -> "ChecklistFile":
        steps = [step for section in self.sections for step in section.steps]
        with_prompt = sum(step.critical and not step.unaided for step in steps)
        most = self.most_prompts_on_critical
        if most is not None and most >= with_prompt:
            raise UnfitError.because(
                f"{most} prompts are allowed on critical steps, and {with_prompt} of them may be done "
                "with a prompt, so that the limit has no effect.",
                "Write a smaller number, or remove the limit.",
                trail=("most_prompts_on_critical",),
            )
        return self


class TermFields(Authored):
    term: Plain120
    definition: Markdown


class ReferenceFields(Authored):
    text: Plain
    url: Address | None = None
    seen: Plain
    weak: Plain120 | None = None


class ErratumFields(Authored):
    """A correction of words in a lesson, or in an explanation of a question; see `errata.py`."""

    lesson: Key | None = None
    quiz: Key | None = None
    question: Key | None = None
    was: Plain300
    now: Plain300
    why: Plain300

    @model_validator(mode="after")
    def _names_one_text(self) -> "ErratumFields":
        names_question = self.quiz is not None and self.question is not None
        names_part = (self.quiz is None) != (self.question is None)
        if names_part or names_question == (self.lesson is not None):
            raise UnfitError.because(
                "An erratum corrects one text.",
                "Name a `lesson`, or a `quiz` with its `question`. Right answers, steps and marks "
                "cannot be corrected this way.",
            )
        if self.was.split() == self.now.split():
            raise UnfitError.because(
                "The erratum changes nothing.",
                "Write the right words in `now`.",
                trail=("now",),
            )
        return self


GlossaryFile = dict[Key, TermFields]
ReferencesFile = dict[Key, ReferenceFields]
ErrataFile = dict[Key, ErratumFields]
