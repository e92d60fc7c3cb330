"""The part of a course that learners may see at any time: no answers, tolerances or explanations.

Fields that end in `_html` are rendered and sanitised when the course is published; templates print
them unescaped.

Documents that were stored before a field existed must be read as they are, and content that does not
use the field must keep its digest. So each field that is added here is optional and carries
`exclude_if=is_unused`: a document that does not use it looks as if the field did not exist.
"""

from typing import Literal

from pydantic import Field

from app.authoring.published import Frozen, Heading, drawing_address, is_unused
from app.questions.answering import AnyQuestion
from app.questions.delivery import Question


class Source(Frozen):
    key: str
    text: str
    url: str | None = None
    seen: str
    weak: str | None = Field(default=None, exclude_if=is_unused)
    """Why little can be built on it, in words; None: nothing is said against it."""


class Term(Frozen):
    key: str
    term: str
    definition_html: str


class Lesson(Frozen):
    key: str
    title: str
    minutes: int
    objectives: tuple[str, ...]
    html: str
    headings: tuple[Heading, ...]
    sources: tuple[Source, ...]
    text: str
    """Plain words of the lesson, for search."""


class Quiz(Frozen):
    """A quiz. If it is None, `attempts` means unlimited, `minutes` no time limit, `draw` every
    question, and `at_time_out` that an attempt is submitted when its time is over. `grace` is how many
    minutes an overdue attempt may still be submitted."""

    key: str
    title: str
    kind: Literal["module", "final"]
    introduction_html: str
    pass_percent: int
    attempts: int | None
    minutes: int | None
    draw: int | None
    shuffle: bool
    questions: tuple[AnyQuestion, ...]
    fail_on_critical: bool = Field(default=False, exclude_if=is_unused)
    """Whether a critical error fails an attempt, whatever its points are."""
    at_time_out: Literal["grace", "abandon"] | None = Field(default=None, exclude_if=is_unused)
    grace: int | None = Field(default=None, exclude_if=is_unused)
    needs_access_code: bool = Field(default=False, exclude_if=is_unused)
    """Whether an attempt starts with a code. The code itself is one of the keys."""
    delay_minutes: int | None = Field(default=None, exclude_if=is_unused)
    """How long a student waits after an attempt before the next one."""
    per_page: int | Literal["all"] | None = Field(default=None, exclude_if=is_unused)
    """How many questions of an attempt stand on one page; None: one."""
    show_answers: Literal["when-passed", "after-each-attempt"] | None = Field(
        default=None, exclude_if=is_unused
    )
    """When students see the right answers. None: the quiz was published before authors could say it; see
    `quizzes.domain.releasing` for what was promised then."""

    @property
    def must_pass(self) -> tuple[Question, ...]:
        """The questions that must be right in every attempt."""
        return tuple(question for question in self.questions if question.must_pass)

    @property
    def length(self) -> int:
        """Questions in one attempt."""
        return self.draw or len(self.questions)

    @property
    def questions_on_a_page(self) -> int:
        """Questions on each page of an attempt; the last page may have fewer."""
        return self.length if self.per_page == "all" else self.per_page or 1

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)


class Module(Frozen):
    """`requires` names the modules to complete before this one opens."""

    key: str
    title: str
    summary: str
    objectives: tuple[str, ...]
    minutes: int
    lessons: tuple[Lesson, ...]
    quiz: str
    requires: tuple[str, ...]
    picture: str | None = Field(default=None, exclude_if=is_unused)
    """The file of its opening picture. Revisions from before modules had pictures have none."""


class Step(Frozen):
    key: str
    text: str
    look_for: str | None = None
    critical: bool = False
    critical_reason: str | None = None
    unaided: bool = Field(default=False, exclude_if=is_unused)
    """Only for critical steps: a prompt is not allowed."""


class Section(Frozen):
    """`pass_percent` None: the section has no threshold of its own."""

    key: str
    title: str
    steps: tuple[Step, ...]
    pass_percent: int | None = Field(default=None, exclude_if=is_unused)


class Checklist(Frozen):
    """How a practical is assessed: done 2, with prompt 1, not done 0 points per step.

    `most_prompts_on_critical` None: any number of critical steps may need a prompt.
    """

    key: str
    title: str
    introduction_html: str
    pass_percent: int
    sections: tuple[Section, ...]
    most_prompts_on_critical: int | None = Field(default=None, exclude_if=is_unused)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for section in self.sections for step in section.steps)

    @property
    def unaided_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.unaided)


class PracticalKind(Frozen):
    key: str
    title: str
    summary: str
    description_html: str
    students_per_instructor: int
    minutes: int
    live_models: bool
    requires: tuple[str, ...]
    bring: tuple[str, ...]
    checklist: str
    final_test: bool = Field(default=False, exclude_if=is_unused)
    """Whether the final test comes before booking, besides the modules in `requires`."""
    basic_life_support: bool = Field(default=False, exclude_if=is_unused)
    """Whether the academy must have seen a proof of basic life support that is valid on the day."""
    replaces: tuple[str, ...] = Field(default=(), exclude_if=is_unused)
    """Kinds of earlier revisions that this kind replaces: people who need one of them may come to
    this."""

    def stands_for(self, other: "PracticalKind") -> bool:
        """Return whether two kinds of different revisions are the same: they have the same key, or
        one replaces the other."""
        return self.key == other.key or self.key in other.replaces or other.key in self.replaces


class CertificateText(Frozen):
    title: str
    scope: str


class ClinicalValue(Frozen):
    """A number that the academy's clinical lead sets. `value` is None until it is set."""

    key: str
    decides: str
    unit: str
    value: str | None = None
    source: str | None = None
    approved_by: str | None = None
    approved_on: str | None = None


class Course(Frozen):
    """One published course as learners see it. Keys are unique within their parent and never reused."""

    key: str
    title: str
    summary: str
    description_html: str
    outcomes: tuple[str, ...]
    entry_rules: tuple[str, ...]
    hours: int
    modules: tuple[Module, ...]
    quizzes: tuple[Quiz, ...]
    final_test: str
    practicals: tuple[PracticalKind, ...]
    checklists: tuple[Checklist, ...]
    certificate: CertificateText
    glossary: tuple[Term, ...]
    references: tuple[Source, ...]
    media: dict[str, str]
    """File name → digest of its bytes."""
    clinical_values: tuple[ClinicalValue, ...] = Field(default=(), exclude_if=is_unused)
    not_included: tuple[str, ...] = Field(default=(), exclude_if=is_unused)
    """What this course does not give, in addition to what no course of the academy gives."""
    language: str | None = Field(default=None, exclude_if=is_unused)
    """The tag of the language in which it is written. A stored course of the academy's language has none;
    one that is read for people has that of the academy then."""
    clinical_review: Literal["awaited"] | None = Field(default=None, exclude_if=is_unused)
    """“awaited”: nobody with a clinical role has reviewed the content yet, and pages say so."""

    @property
    def awaits_review(self) -> bool:
        return self.clinical_review == "awaited"

    @property
    def unset_values(self) -> tuple[ClinicalValue, ...]:
        """Values that lessons use and the clinical lead has not set."""
        return tuple(value for value in self.clinical_values if value.value is None)

    def picture_address(self, module: Module) -> str | None:
        """Return where browsers find the opening picture of a module, or None if it has none."""
        if module.picture is None:
            return None
        return drawing_address(module.picture, self.media[module.picture])

    def quiz_picture(self, quiz_key: str) -> str | None:
        """Return the address of the opening picture of the module that ends with a quiz. The final test
        has none."""
        module = next((module for module in self.modules if module.quiz == quiz_key), None)
        return None if module is None else self.picture_address(module)

    def module(self, key: str) -> Module | None:
        return next((module for module in self.modules if module.key == key), None)

    def quiz(self, key: str) -> Quiz | None:
        return next((quiz for quiz in self.quizzes if quiz.key == key), None)

    def practical(self, key: str) -> PracticalKind | None:
        return next((kind for kind in self.practicals if kind.key == key), None)

    def checklist(self, key: str) -> Checklist | None:
        return next((checklist for checklist in self.checklists if checklist.key == key), None)

    def find_lesson(self, key: str) -> tuple[Module, Lesson] | None:
        return next(
            (
                (module, lesson)
                for module in self.modules
                for lesson in module.lessons
                if lesson.key == key
            ),
            None,
        )


def required_modules(kind: PracticalKind, course: Course) -> frozenset[str]:
    """Return the modules of a student's course that come before a kind of practical of another revision.

    A module with a new key is unknown in the student's own revision. In that case the modules that
    their own revision requires for this kind are required too, or all modules if it has no such
    kind.
    """
    wanted = frozenset(kind.requires)
    keys = frozenset(module.key for module in course.modules)
    if wanted <= keys:
        return wanted
    own = next((own_kind for own_kind in course.practicals if own_kind.stands_for(kind)), None)
    return wanted | (keys if own is None else frozenset(own.requires))
