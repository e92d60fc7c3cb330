"""The words of the interface inside the HTML of a course: titles of callouts, names of tables, “Check
yourself”.

Publishing writes them in English. When a revision is read, `in_language` puts them into the language of the
course. Both take them from here.
"""

from collections.abc import Mapping
from typing import Final

from app.kit.messages import Message, msg, sentences

CALLOUTS: Final[Mapping[str, Message]] = {
    "safety": msg("Safety"),
    "care": msg("Take care"),
    "tip": msg("Tip"),
    "key-points": msg("Key points"),
}
DESCRIBE_THIS_PICTURE: Final = msg("Describe this picture")
"""For a drawing that is shown as an image, as all were before drawings could become part of the page."""
DESCRIBE_PICTURE: Final = msg("Describe the picture")
ENLARGE_PICTURE: Final = msg("Enlarge the picture")
"""With the caption behind it, each is a name that no other button of the page has."""
CHECK_YOURSELF: Final = msg("Check yourself")
TRUE: Final = msg("True")
FALSE: Final = msg("False")
CORRECTED_TO: Final = msg("Corrected to:")
"""Read aloud before the right words of a correction."""
VALUES_TITLE: Final = msg("Values that the clinical lead sets")
NOT_SET: Final = msg("The academy’s clinical lead has not set this value yet.")
USUAL_ADVICE: Final = msg("Ask before you go on.")
"""What to do while a value is not set, if the course gives no other advice."""


def callout_title(kind: str, heading: str) -> Message:
    """Return the title of a callout; `heading` is the author's, or empty."""
    title = CALLOUTS[kind]
    return msg("{callout}: {heading}", callout=title, heading=heading) if heading else title


def source_name(number: str) -> Message:
    """Return what is read aloud for the number of a source."""
    return msg("Source [{number}]", number=number)


def table_name(headings: str, number: str = "") -> Message:
    """Return the name of a table: its number in a lesson, and the headings of its columns."""
    if number:
        return msg("Table {number}: {headings}", number=number, headings=headings)
    return msg("Table: {headings}", headings=headings)


def not_set_yet(advice: str) -> Message:
    """Return what stands in place of a value that is not set; `advice` says what to do meanwhile, as a
    sentence or as it stands in another."""
    if _inside_sentence(advice) == _inside_sentence(str(USUAL_ADVICE)):
        return msg("not set yet: ask before you go on")
    return msg("not set yet: {advice}", advice=_inside_sentence(advice))


def not_set_sentence(advice: str) -> Message:
    """Return the sentence about a value that is not set, for the list at the end of a lesson."""
    if advice == str(USUAL_ADVICE):
        return sentences(NOT_SET, USUAL_ADVICE)
    return msg("{sentences:lines}", sentences=(NOT_SET, advice))


def set_sentence(value: str, person: str, day: str, source: str) -> Message:
    """Return the sentence about a value and who set it, for the same list."""
    return msg(
        "{value}. Set by {person} on {day}. Source: {source}",
        value=value,
        person=person,
        day=day,
        source=source,
    )


def _inside_sentence(advice: str) -> str:
    """Return a sentence without its capital and its full stop. A word that is written in capitals keeps
    them: EDTA."""
    first = advice[:1] if advice[1:2].isupper() else advice[:1].lower()
    return f"{first}{advice[1:].removesuffix('.')}"
