"""A typed number: how it is written in a course file."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.authoring.fields import Plain20, QuotedDecimal, Tolerance, UnfitError
from app.kit.decimals import decimals_of
from app.questions.contract import Authoring, Common, Html
from app.questions.fields import QuestionFields
from app.questions.numeric.answering import NumericQuestion
from app.questions.numeric.scoring import NumericKey


class NumericFields(QuestionFields):
    type: Literal["numeric"]
    answer: QuotedDecimal
    tolerance: Tolerance
    unit: Plain20
    places: Annotated[int, Field(ge=0, le=6)] | None = None
    critical_below: QuotedDecimal | None = None
    critical_above: QuotedDecimal | None = None

    @model_validator(mode="after")
    def _asks_for_its_answer(self) -> "NumericFields":
        if self.places is not None and decimals_of(self.answer) > self.places:
            raise UnfitError.because(
                "The right answer has more decimals than a student may give.",
                f"Write `places: {decimals_of(self.answer)}`, or round the answer.",
                trail=("places",),
            )
        return self

    @model_validator(mode="after")
    def _is_not_right_and_critical(self) -> "NumericFields":
        lowest, highest = self.answer - self.tolerance, self.answer + self.tolerance
        if self.critical_below is not None and self.critical_below > lowest:
            raise UnfitError.because(
                f"Numbers from {lowest} are right, and some of them are critical errors.",
                f"Write {lowest} or less.",
                trail=("critical_below",),
            )
        if self.critical_above is not None and self.critical_above < highest:
            raise UnfitError.because(
                f"Numbers up to {highest} are right, and some of them are critical errors.",
                f"Write {highest} or more.",
                trail=("critical_above",),
            )
        return self


class NumericAuthoring(Authoring[NumericFields, NumericQuestion, NumericKey]):
    fields = NumericFields

    def delivered(self, fields: NumericFields, common: Common, html: Html) -> NumericQuestion:
        return NumericQuestion(unit=fields.unit, places=fields.places, **common)

    def keyed(self, fields: NumericFields, explanation_html: str, html: Html) -> NumericKey:
        return NumericKey(
            answer=fields.answer,
            tolerance=fields.tolerance,
            critical_below=fields.critical_below,
            critical_above=fields.critical_above,
            explanation_html=explanation_html,
        )

    def broken(self, old: NumericQuestion, new: NumericQuestion) -> Iterator[str]:
        if old.unit != new.unit:
            yield (
                f"The unit was {old.unit} and is now {new.unit}, so that old numbers mean another amount."
            )

    def answer(self, key: NumericKey) -> object:
        return key.answer, key.tolerance, key.critical_below, key.critical_above


AUTHORING = NumericAuthoring()
