"""True or false: how it is shown and answered."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from app.authoring.lesson_words import FALSE, TRUE
from app.kit.messages import Message
from app.kit.words import Words
from app.questions.choices.answering import ChoiceAnswering, ChoiceQuestion

TRUTH: Final[Mapping[str, Message]] = {"true": TRUE, "false": FALSE}
"""The keys of the two options, and what they say."""


class TrueFalseQuestion(ChoiceQuestion):
    type: Literal["true-false"]


class TrueFalseAnswering(ChoiceAnswering[TrueFalseQuestion]):
    def translated(self, document: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
        options = [
            {**option, "html": words.of(TRUTH[option["key"]])} for option in document["options"]
        ]
        return {**document, "options": options}


ANSWERING = TrueFalseAnswering(TrueFalseQuestion)
