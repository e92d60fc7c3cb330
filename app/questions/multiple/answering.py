"""Choosing several options: how it is shown and answered."""

from typing import Literal

from app.questions.choices.answering import ChoiceAnswering, ChoiceQuestion


class MultipleQuestion(ChoiceQuestion):
    type: Literal["multiple"]


ANSWERING = ChoiceAnswering(MultipleQuestion, takes_several=True)
