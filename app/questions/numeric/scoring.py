"""A typed number: how it is marked."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from pydantic import Field

from app.authoring.published import is_unused
from app.questions.contract import AnswerMark, CriticalError, DrawnQuestion, Readers, Scoring
from app.questions.keys import QuestionKey
from app.questions.numeric.answering import NumericQuestion, NumericResponse

FAR_OFF = 1000
"""How far a wrong answer is from the right one, besides the tolerance."""


class NumericKey(QuestionKey):
    """The right number, and how far off still counts, in the unit of the question. A number below or above
    the critical ones would harm a person; the explanation says why."""

    answer: Decimal
    tolerance: Decimal
    critical_below: Decimal | None = Field(default=None, exclude_if=is_unused)
    critical_above: Decimal | None = Field(default=None, exclude_if=is_unused)

    def is_critical(self, number: Decimal) -> bool:
        is_below = self.critical_below is not None and number < self.critical_below
        return is_below or (self.critical_above is not None and number > self.critical_above)


@dataclass(frozen=True, slots=True)
class ReviewedNumber:
    """The text that was typed; the right number with its unit; and how far off still counts, empty if the
    number must be exact."""

    text: str
    answer: str
    tolerance: str


@dataclass(frozen=True, slots=True)
class KeyedNumber:
    """The right number, its tolerance, and the numbers below and above which an answer is a critical error,
    with their unit. What there is not is empty, and all is for readers who may not see keys."""

    answer: str
    tolerance: str
    critical_below: str = ""
    critical_above: str = ""


class NumericScoring(Scoring[NumericQuestion, NumericResponse, NumericKey]):
    key = NumericKey

    def mark(
        self, question: NumericQuestion, key: NumericKey, response: NumericResponse
    ) -> AnswerMark:
        """A number is right if it is within the tolerance, borders included."""
        number = response.number
        if number is None:
            return AnswerMark(0)
        is_right = abs(number - key.answer) <= key.tolerance
        harm = (CriticalError(key.explanation_html),) if key.is_critical(number) else ()
        return AnswerMark(question.points if is_right else 0, harm)

    def right_answer(self, question: NumericQuestion, key: NumericKey) -> NumericResponse:
        return NumericResponse(str(key.answer), key.answer)

    def wrong_answer(
        self, question: NumericQuestion, key: NumericKey, drawn: DrawnQuestion
    ) -> NumericResponse:
        # A whole number is added, so that it has no more decimals than the question asks for.
        number = key.answer + key.tolerance.to_integral_value(ROUND_CEILING) + FAR_OFF
        return NumericResponse(str(number), number)

    def review(
        self,
        question: NumericQuestion,
        key: NumericKey,
        drawn: DrawnQuestion,
        response: NumericResponse | None,
        readers: Readers,
    ) -> ReviewedNumber:
        return ReviewedNumber(
            text=response.text if response else "",
            answer=_with_unit(key.answer, question),
            tolerance=_with_unit(key.tolerance, question) if key.tolerance else "",
        )

    def keyed(
        self, question: NumericQuestion, key: NumericKey | None, readers: Readers
    ) -> KeyedNumber:
        if key is None:
            return KeyedNumber("", "")
        return KeyedNumber(
            _with_unit(key.answer, question),
            _with_unit(key.tolerance, question) if key.tolerance else "",
            *(
                "" if limit is None else _with_unit(limit, question)
                for limit in (key.critical_below, key.critical_above)
            ),
        )


def _with_unit(number: Decimal, question: NumericQuestion) -> str:
    return f"{number:f} {question.unit}" if question.unit else f"{number:f}"


SCORING = NumericScoring()
