"""Marking and reviewing questions with options to choose from."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field

from app.authoring.published import is_unused
from app.questions.choices.answering import ChoiceQuestion, ChoiceResponse
from app.questions.contract import AnswerMark, CriticalError, DrawnQuestion, Readers, Scoring
from app.questions.keys import QuestionKey


class ChoiceKey(QuestionKey):
    """`correct` holds the keys of the right options."""

    critical: tuple[str, ...] = Field(default=(), exclude_if=is_unused)
    """The keys of the wrong options whose choice would harm a person; their explanations say why."""


@dataclass(frozen=True, slots=True)
class ReviewedOption:
    html: str
    is_chosen: bool
    is_correct: bool
    explanation_html: str

    @property
    def matters(self) -> bool:
        """Whether it is right or was chosen."""
        return self.is_correct or self.is_chosen


@dataclass(frozen=True, slots=True)
class ReviewedChoice:
    """The options of an answered question, in the order of the attempt."""

    options: tuple[ReviewedOption, ...]


@dataclass(frozen=True, slots=True)
class KeyedOption:
    """An option with its key; `is_correct` is None for readers who may not see keys."""

    html: str
    is_correct: bool | None
    is_critical: bool
    explanation_html: str


@dataclass(frozen=True, slots=True)
class KeyedChoice:
    options: tuple[KeyedOption, ...]


AChoiceQuestion = TypeVar("AChoiceQuestion", bound=ChoiceQuestion)


class ChoiceScoring(Scoring[AChoiceQuestion, ChoiceResponse, ChoiceKey]):
    """All or nothing: right is exactly the choice of the right options. A critical option that is chosen is
    a critical error."""

    key = ChoiceKey

    def mark(
        self, question: AChoiceQuestion, key: ChoiceKey, response: ChoiceResponse
    ) -> AnswerMark:
        return AnswerMark(
            question.points if response.options == key.correct else 0,
            tuple(
                CriticalError(key.option_explanations.get(option, ""))
                for option in key.critical
                if option in response.options
            ),
        )

    def right_answer(self, question: AChoiceQuestion, key: ChoiceKey) -> ChoiceResponse:
        return ChoiceResponse(key.correct)

    def wrong_answer(
        self, question: AChoiceQuestion, key: ChoiceKey, drawn: DrawnQuestion
    ) -> ChoiceResponse:
        wrong = [option.key for option in drawn.options if option.key not in key.correct]
        return ChoiceResponse(frozenset(wrong[:1]))

    def review(
        self,
        question: AChoiceQuestion,
        key: ChoiceKey,
        drawn: DrawnQuestion,
        response: ChoiceResponse | None,
        readers: Readers,
    ) -> ReviewedChoice:
        html = {option.key: option.html for option in question.options}
        chosen = response.options if response else frozenset()
        return ReviewedChoice(
            tuple(
                ReviewedOption(
                    html=readers.shown(html[option.key]),
                    is_chosen=option.key in chosen,
                    is_correct=option.key in key.correct,
                    explanation_html=readers.explained(key.option_explanations.get(option.key, "")),
                )
                for option in drawn.options
            )
        )

    def keyed(
        self, question: AChoiceQuestion, key: ChoiceKey | None, readers: Readers
    ) -> KeyedChoice:
        return KeyedChoice(
            tuple(
                KeyedOption(
                    readers.shown(option.html),
                    None if key is None else option.key in key.correct,
                    key is not None and option.key in key.critical,
                    ""
                    if key is None
                    else readers.explained(key.option_explanations.get(option.key, "")),
                )
                for option in question.options
            )
        )
