"""What authors write in a question of any type."""

from typing import Annotated

from pydantic import Field

from app.authoring.blocks import FigureFields
from app.authoring.fields import Authored, Key, Markdown, Plain, Plain200


class QuestionFields(Authored):
    """The fields of every type of question; each type has a class of its own, with `type`."""

    key: Key
    type: str
    stem: Markdown
    points: Annotated[int, Field(ge=1, le=100)] = 1
    explanation: Markdown
    figure: FigureFields | None = None
    facts: list[Plain] = Field(default_factory=list)
    section: Plain200 | None = None
    must_pass: bool = False
