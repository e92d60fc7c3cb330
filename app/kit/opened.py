"""The text of a sealed value after it was opened with a key (`app.db.sealed`)."""

from typing import Any, NoReturn


class Opened:
    """The text of a sealed value, for the one page or file that was asked for. Only `plain_text` shows it."""

    __slots__ = ("plain_text",)

    def __init__(self, plain_text: str) -> None:
        self.plain_text = plain_text

    def __repr__(self) -> str:
        return "<opened>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opened) and self.plain_text == other.plain_text

    def __hash__(self) -> NoReturn:
        raise TypeError("An opened value is no key of a cache.")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("An opened value is neither copied nor pickled.")
