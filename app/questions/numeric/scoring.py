"""A typed number: how it is marked."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from app.questions.contract import AnswerMark, DrawnQuestion, Readers, Scoring
from app.questions.keys import QuestionKey
from app.questions.numeric.answering import NumericQuestion, NumericResponse

FAR_OFF = 1000
"""How far a wrong answer is from the right one, besides the tolerance."""


class NumericKey(QuestionKey):
    """The right number, and how far off still counts, in the unit of the question."""

    answer: Decimal
    tolerance: Decimal


@dataclass(frozen=True, slots=True)
class ReviewedNumber:
    """The text that was typed; the right number with its unit; and how far off still counts, empty if the
    number must be exact."""

    text: str
    answer: str
    tolerance: str


@dataclass(frozen=True, slots=True)
class KeyedNumber:
    """The right number and its tolerance with their unit; both are empty for readers who may not see keys."""

    answer: str
    tolerance: str


class NumericScoring(Scoring[NumericQuestion, NumericResponse, NumericKey]):
    key = NumericKey

    def mark(
        self, question: NumericQuestion, key: NumericKey, response: NumericResponse
    ) -> AnswerMark:
        """A number is right if it is within the tolerance, borders included."""
        number = response.number
        is_right = number is not None and abs(number - key.answer) <= key.tolerance
        return AnswerMark(question.points if is_right else 0)

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
        tolerance = _with_unit(key.tolerance, question) if key.tolerance else ""
        return KeyedNumber(_with_unit(key.answer, question), tolerance)


def _with_unit(number: Decimal, question: NumericQuestion) -> str:
    return f"{number:f} {question.unit}" if question.unit else f"{number:f}"


SCORING = NumericScoring()
