"""Choosing one option: how it is shown and answered."""

from typing import Literal

from app.questions.choices.answering import ChoiceAnswering, ChoiceQuestion


class SingleQuestion(ChoiceQuestion):
    type: Literal["single"]


ANSWERING = ChoiceAnswering(SingleQuestion)
