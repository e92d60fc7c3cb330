"""Words of one language: what the edge turns messages into."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from app.kit.formats import ENGLISH, Formats
from app.kit.messages import SOURCE_TEXTS, Catalogue, Message, Value, rendered, worded


@dataclass(frozen=True, slots=True)
class Words:
    """One language as one reader gets it. `tag` is its tag (`en-GB`), for `lang`; `formats` writes values
    in its locale and in the academy's zone and currency."""

    tag: str
    direction: Literal["ltr", "rtl"]
    catalogue: Catalogue
    formats: Formats

    def of(self, message: Message | str) -> str:
        """Return the words of a message. A text that is no message is returned as it is: a name, or the
        words of a person or a course."""
        return (
            message if isinstance(message, str) else rendered(message, self.formats, self.catalogue)
        )

    def value(self, value: Value, form: str = "") -> str:
        """Return one value as a message would show it."""
        return worded(value, form, self.formats, self.catalogue)

    def in_zone(self, zone: str) -> "Words":
        """Return the same language for another time zone."""
        return replace(self, formats=Formats(self.formats.tag, zone, self.formats.currency))


ENGLISH_WORDS: Final = Words("en-GB", "ltr", SOURCE_TEXTS, ENGLISH)
"""For logs and commands, which stay English. Moments are shown in UTC."""
