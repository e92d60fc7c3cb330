"""True or false: how it is written in a course file."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.authoring.fields import Authored, Markdown
from app.questions.choices.authoring import ChoiceAuthoring
from app.questions.choices.scoring import ChoiceKey
from app.questions.contract import Common, Html
from app.questions.delivery import Option
from app.questions.fields import QuestionFields
from app.questions.true_false.answering import TRUTH, TrueFalseQuestion


class BothExplanations(Authored):
    true_: Annotated[Markdown, Field(alias="true")]
    false_: Annotated[Markdown, Field(alias="false")]


class TrueFalseFields(QuestionFields):
    type: Literal["true-false"]
    answer: bool
    critical: bool = False
    """Whether the wrong answer is a critical error."""
    explanations: BothExplanations


class TrueFalseAuthoring(ChoiceAuthoring[TrueFalseFields, TrueFalseQuestion]):
    fields = TrueFalseFields

    def delivered(self, fields: TrueFalseFields, common: Common, html: Html) -> TrueFalseQuestion:
        return TrueFalseQuestion(
            options=tuple(Option(key=key, html=str(words)) for key, words in TRUTH.items()),
            shuffle_options=False,
            **common,
        )

    def keyed(self, fields: TrueFalseFields, explanation_html: str, html: Html) -> ChoiceKey:
        right, wrong = ("true", "false") if fields.answer else ("false", "true")
        return ChoiceKey(
            correct=frozenset([right]),
            critical=(wrong,) if fields.critical else (),
            explanation_html=explanation_html,
            option_explanations={
                "true": html(fields.explanations.true_),
                "false": html(fields.explanations.false_),
            },
        )

    def explanations(self, fields: TrueFalseFields) -> Iterator[str]:
        yield fields.explanations.true_
        yield fields.explanations.false_


AUTHORING = TrueFalseAuthoring()
