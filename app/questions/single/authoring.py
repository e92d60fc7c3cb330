"""Choosing one option: how it is written in a course file."""

from typing import Literal

from pydantic import model_validator

from app.authoring.fields import UnfitError
from app.questions.choices.authoring import OptionsAuthoring, OptionsFields
from app.questions.single.answering import SingleQuestion


class SingleFields(OptionsFields):
    type: Literal["single"]

    @model_validator(mode="after")
    def _has_one_right_option(self) -> "SingleFields":
        self.demand_right_option()
        if len(self.right) > 1:
            raise UnfitError.because(
                f"A question of type `single` has one correct option; this one has {len(self.right)}.",
                "Keep one `correct: true`, or make the type `multiple`.",
                trail=("options",),
            )
        return self


class SingleAuthoring(OptionsAuthoring[SingleFields, SingleQuestion]):
    fields = SingleFields
    question = SingleQuestion


AUTHORING = SingleAuthoring()
