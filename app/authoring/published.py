"""The values that publishing stores: their base class, and what lessons and questions share."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base class of published values: immutable and strictly typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def is_unused(value: object) -> bool:
    """Return whether an optional field is empty, so that stored documents leave it out."""
    return value is None or value is False or value == ()


def drawing_address(name: str, digest: str) -> str:
    """Return the address of a drawing. Because of the digest in it, browsers may cache the drawing for
    ever."""
    return f"/media/{digest[:32]}/{name}"


class Heading(Frozen):
    """One entry of a lesson's table of contents; `level` is 2 or 3."""

    level: int
    anchor: str
    text: str
