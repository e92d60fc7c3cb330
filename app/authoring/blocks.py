"""The fields of the blocks inside Markdown: figures and checks."""

from typing import Annotated, cast

from pydantic import Field, ValidationInfo, model_validator

from app.authoring.fields import (
    Authored,
    DrawingName,
    Markdown,
    Plain200,
    Plain300,
    TextRules,
    UnfitError,
)


class FigureFields(Authored):
    """A drawing with its words. `legend` explains the markers of the drawing, in their order."""

    file: DrawingName
    alt: Plain200
    caption: Plain300
    legend: Annotated[list[Markdown], Field(min_length=1, max_length=20)] | None = None
    description: Markdown

    @model_validator(mode="after")
    def _explains_each_marker(self, info: ValidationInfo) -> "FigureFields":
        drawing = cast("TextRules", info.context).drawings.get(self.file)
        if drawing is None:
            return self
        markers, entries = drawing.markers, len(self.legend or ())
        if markers and self.legend is None:
            raise UnfitError.because(
                "The drawing has markers, and the figure has no `legend`.",
                f"Add `legend:` with a line `- …` for each marker, from 1 to {markers}.",
                trail=("file",),
            )
        if not markers and self.legend is not None:
            raise UnfitError.because(
                "The `legend` explains markers, and the drawing has none.",
                "Remove the legend, or give the drawing a marker for each entry.",
                trail=("legend",),
            )
        if markers != entries:
            raise UnfitError.because(
                f"Entries of the legend: {entries}. Markers of the drawing: {markers}.",
                "Write an entry for each marker, in the order of their numbers.",
                trail=("legend",),
            )
        return self


class CheckFields(Authored):
    question: Markdown
    answer: Markdown
