"""What all types of questions share, of the part that learners may see at any time."""

from pydantic import Field

from app.authoring.published import Frozen, is_unused


class Option(Frozen):
    """A part of a question that an answer names: an option to choose, or an item to place."""

    key: str
    html: str


class Question(Frozen):
    """A question without its key. Each type has a class of its own, which names its `type` and adds what it
    shows besides. A field that a type adds carries `exclude_if=is_unused`, as here.

    Every stored question names `options`, `shuffle_options`, `unit` and `places`, whatever its type is, since
    the days when there were four types and one class for them. A type uses those that mean something to it.
    """

    key: str
    type: str
    stem_html: str
    points: int
    options: tuple[Option, ...] = ()
    shuffle_options: bool = True
    unit: str | None = None
    places: int | None = None
    """How many decimals are asked for; None: any number."""
    section: str | None = Field(default=None, exclude_if=is_unused)
    """The section of a lesson that teaches it, as `lesson#anchor`; see `courses.domain.taught_sections`."""
    must_pass: bool = Field(default=False, exclude_if=is_unused)
    """Whether an attempt is failed if it is not fully right, whatever the points are. Each attempt has it."""
