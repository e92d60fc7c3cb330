"""Questions with options, as authors write them and as revisions differ in them."""

from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

from pydantic import Field, model_validator

from app.authoring.fields import Authored, Key, Markdown, UnfitError
from app.authoring.sanitising import unwrapped
from app.questions.choices.answering import ChoiceQuestion
from app.questions.choices.scoring import ChoiceKey
from app.questions.contract import Authoring, Common, Html
from app.questions.delivery import Option
from app.questions.fields import QuestionFields
from app.questions.rewording import shares_nothing

Fields = TypeVar("Fields", bound=QuestionFields)
Options = TypeVar("Options", bound="OptionsFields")
AChoiceQuestion = TypeVar("AChoiceQuestion", bound=ChoiceQuestion)


class OptionFields(Authored):
    key: Key
    text: Markdown
    correct: bool = False
    critical: bool = False
    explanation: Markdown

    @model_validator(mode="after")
    def _is_not_right_and_critical(self) -> "OptionFields":
        if self.correct and self.critical:
            raise UnfitError.because(
                "The option is correct, and it is a critical error.",
                "Remove `critical`, or `correct`.",
                trail=("critical",),
            )
        return self


class OptionsFields(QuestionFields):
    """The fields of a question whose options its author writes."""

    options: Annotated[list[OptionFields], Field(min_length=2, max_length=10)]
    shuffle_options: bool = True

    def demand_right_option(self) -> None:
        """Raise UnfitError if no option is right."""
        if not self.right:
            raise UnfitError.because(
                "No option is correct.",
                "Add `correct: true` to the right option.",
                trail=("options",),
            )

    @property
    def right(self) -> frozenset[str]:
        return frozenset(option.key for option in self.options if option.correct)


class ChoiceAuthoring(Authoring[Fields, AChoiceQuestion, ChoiceKey]):
    """What is compared in two revisions of a question with options."""

    def broken(self, old: AChoiceQuestion, new: AChoiceQuestion) -> Iterator[str]:
        yield from lost_options(old.options, new.options)

    def mended(self, old: AChoiceQuestion, new: AChoiceQuestion) -> Iterator[tuple[str, str]]:
        yield from reworded_options(old.options, new.options)

    def answer(self, key: ChoiceKey) -> object:
        return key.correct, key.critical


class OptionsAuthoring(ChoiceAuthoring[Options, AChoiceQuestion]):
    """A question whose options its author writes. `question` is the class of its questions."""

    question: type[AChoiceQuestion]

    def delivered(self, fields: Options, common: Common, html: Html) -> AChoiceQuestion:
        return self.question(
            options=tuple(
                Option(key=option.key, html=unwrapped(html(option.text)))
                for option in fields.options
            ),
            shuffle_options=fields.shuffle_options,
            **common,
        )

    def keyed(self, fields: Options, explanation_html: str, html: Html) -> ChoiceKey:
        return ChoiceKey(
            correct=fields.right,
            critical=tuple(sorted(option.key for option in fields.options if option.critical)),
            explanation_html=explanation_html,
            option_explanations={option.key: html(option.explanation) for option in fields.options},
        )

    def explanations(self, fields: Options) -> Iterator[str]:
        yield from (option.explanation for option in fields.options)


def lost_options(old: Iterable[Option], new: Iterable[Option]) -> Iterator[str]:
    """Yield a sentence about the options that an answer may name and that are gone."""
    gone = {option.key for option in old} - {option.key for option in new}
    if gone:
        names = ", ".join(sorted(gone))
        yield f"An option that people may have chosen is gone: {names}."


def reworded_options(old: Iterable[Option], new: Iterable[Option]) -> Iterator[tuple[str, str]]:
    """Yield a sentence and a remedy for each option that is new or reads entirely differently."""
    before = {option.key: option.html for option in old}
    for option in new:
        if option.key not in before:
            yield f"The option {option.key} is new.", ""
        elif shares_nothing(before[option.key], option.html):
            yield (
                f"The option {option.key} reads entirely differently.",
                "If it means something else now, give the question a new key.",
            )
