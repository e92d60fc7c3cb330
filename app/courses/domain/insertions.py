"""Texts that a course defines once and inserts in many places with `[=key]`.

*Agreed words* are a sentence that must be the same everywhere, such as what to do in an emergency.
A *clinical value* is a number that the academy's clinical lead must set. Until it is set, the text
says so and tells learners to ask; no value is ever invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

NOT_SET: Final = "The academy’s clinical lead has not set this value yet."
USUAL_ADVICE: Final = "Ask before you go on."
"""What to do while a value is not set, if the course gives no other advice."""
LIST_TITLE: Final = "Values that the clinical lead sets"


@dataclass(frozen=True, slots=True)
class Insertion:
    """The text that a mark inserts.

    `text` of agreed words is the sentence; of a clinical value it is the value with its unit, or None
    while it is not set. `decides` is empty for agreed words. `advice` says what to do while a value is not
    set.
    """

    key: str
    text: str | None
    decides: str = ""
    approval: str = ""
    advice: str = USUAL_ADVICE

    @property
    def is_value(self) -> bool:
        return bool(self.decides)

    @property
    def words(self) -> str:
        if self.text is not None:
            return self.text
        return f"not set yet: {self.advice[:1].lower()}{self.advice[1:].removesuffix('.')}"

    @property
    def sentence(self) -> str:
        """A sentence for the list of values: the value and who set it, or that it is not set and
        what to do."""
        return f"{NOT_SET} {self.advice}" if self.text is None else f"{self.text}. {self.approval}"

    def html(self, *, linked: bool) -> str:
        """HTML of the mark. `linked`: the text is a lesson, which lists its values at the end."""
        words = escape(self.words)
        if not self.is_value:
            return words
        if linked:
            return f'<a class="clinical-value" href="#value-{escape(self.key)}">{words}</a>'
        return f'<span class="clinical-value">{words}</span>'


def read_insertions(course: Mapping[str, object]) -> dict[str, Insertion]:
    """Return the insertions of a course by key, from the raw `course.yaml`.

    Incomplete entries are left out; the check of the file reports them.
    """
    insertions = {key: Insertion(key, text) for key, text in _agreed(course)}
    advice = advice_of(course)
    for fields in _entries(course, "clinical_values"):
        key, decides = fields.get("key"), fields.get("decides")
        if isinstance(key, str) and isinstance(decides, str):
            insertions.setdefault(key, _value(key, decides, fields, advice))
    return insertions


def values_list(used: list[Insertion]) -> str:
    """Return the HTML of the list at the end of a lesson: each clinical value in it, and who set
    it."""
    if not used:
        return ""
    rows = "".join(
        f'<p id="value-{escape(value.key)}"><strong>{escape(value.decides)}:</strong> '
        f"{escape(value.sentence)}</p>\n"
        for value in used
    )
    return (
        '<section class="callout callout-care" role="note" aria-labelledby="clinical-values">\n'
        f'<p class="callout-title" id="clinical-values">{LIST_TITLE}</p>\n{rows}</section>\n'
    )


def advice_of(course: Mapping[str, object]) -> str:
    """Return what the course tells learners to do while a value is not set."""
    advice = course.get("unset_value_advice")
    return advice.strip() if isinstance(advice, str) and advice.strip() else USUAL_ADVICE


def _value(key: str, decides: str, fields: Mapping[str, object], advice: str) -> Insertion:
    value = fields.get("value")
    if not isinstance(value, str):
        return Insertion(key, None, decides, advice=advice)
    return Insertion(
        key,
        f"{value} {fields.get('unit', '')}".strip(),
        decides,
        f"Set by {fields.get('approved_by', '')} on {fields.get('approved_on', '')}. "
        f"Source: {fields.get('source', '')}",
    )


def _agreed(course: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for fields in _entries(course, "agreed_words"):
        key, text = fields.get("key"), fields.get("text")
        if isinstance(key, str) and isinstance(text, str):
            yield key, text.strip()


def _entries(course: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    entries = course.get(name)
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield entry
