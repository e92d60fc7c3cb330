"""What all types of questions share, of the part that is secret until release."""

from decimal import Decimal

from pydantic import Field

from app.authoring.published import Frozen, is_unused


class QuestionKey(Frozen):
    """The key of one question. Each type has a class of its own, with the right answer. A field that a type
    adds carries `exclude_if=is_unused`, as in `Question`.

    Every stored key names `correct`, `answer` and `tolerance`, since the days when there was one class for
    four types; keys of these four name no `type` (see `scoring.type_of_key`). `option_explanations` maps the
    keys of options to rendered HTML.
    """

    correct: frozenset[str] = frozenset()
    answer: Decimal | None = None
    tolerance: Decimal | None = None
    explanation_html: str = ""
    option_explanations: dict[str, str] = Field(default_factory=dict)
    type: str | None = Field(default=None, exclude_if=is_unused)

    @property
    def explanations(self) -> tuple[str, ...]:
        """Every explanation of the question, as HTML."""
        return self.explanation_html, *self.option_explanations.values()
