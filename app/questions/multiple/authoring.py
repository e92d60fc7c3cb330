"""Choosing several options: how it is written in a course file."""

from typing import Literal

from pydantic import model_validator

from app.authoring.fields import UnfitError
from app.questions.choices.authoring import OptionsAuthoring, OptionsFields
from app.questions.multiple.answering import MultipleQuestion


class MultipleFields(OptionsFields):
    type: Literal["multiple"]

    @model_validator(mode="after")
    def _has_right_and_wrong_options(self) -> "MultipleFields":
        self.demand_right_option()
        if all(option.correct for option in self.options):
            raise UnfitError.because(
                "Every option is correct.",
                "A question of type `multiple` needs at least one wrong option.",
                trail=("options",),
            )
        return self


class MultipleAuthoring(OptionsAuthoring[MultipleFields, MultipleQuestion]):
    fields = MultipleFields
    question = MultipleQuestion


AUTHORING = MultipleAuthoring()
