"""Texts that a course defines once and inserts in many places with `[=key]`.

*Agreed words* are a sentence that must be the same everywhere, such as what to do in an emergency.
A *clinical value* is a number that the academy's clinical lead must set. Until it is set, the text
says so and tells learners to ask; no value is ever invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from app.authoring import lesson_words
from app.authoring.lesson_words import USUAL_ADVICE


@dataclass(frozen=True, slots=True)
class Insertion:
    """The text that a mark inserts.

    `text` of agreed words is the sentence; of a clinical value it is the value with its unit, or None
    while it is not set. `decides` is empty for agreed words. `set_by` names the person, the day and the
    source of a value that is set. `advice` says what to do while a value is not set.
    """

    key: str
    text: str | None
    decides: str = ""
    set_by: tuple[str, str, str] = ("", "", "")
    advice: str = str(USUAL_ADVICE)

    @property
    def is_value(self) -> bool:
        return bool(self.decides)

    @property
    def words(self) -> str:
        if self.text is not None:
            return self.text
        return str(lesson_words.not_set_yet(self.advice))

    @property
    def sentence(self) -> str:
        """A sentence for the list of values: the value and who set it, or that it is not set and
        what to do."""
        if self.text is None:
            return str(lesson_words.not_set_sentence(self.advice))
        return str(lesson_words.set_sentence(self.text, *self.set_by))

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
        f'<p class="callout-title" id="clinical-values">{lesson_words.VALUES_TITLE}</p>\n{rows}</section>\n'
    )


def advice_of(course: Mapping[str, object]) -> str:
    """Return what the course tells learners to do while a value is not set."""
    advice = course.get("unset_value_advice")
    return advice.strip() if isinstance(advice, str) and advice.strip() else str(USUAL_ADVICE)


def _value(key: str, decides: str, fields: Mapping[str, object], advice: str) -> Insertion:
    value = fields.get("value")
    if not isinstance(value, str):
        return Insertion(key, None, decides, advice=advice)
    return Insertion(
        key,
        f"{value} {fields.get('unit', '')}".strip(),
        decides,
        (_text(fields, "approved_by"), _text(fields, "approved_on"), _text(fields, "source")),
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    return str(fields.get(name, ""))


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
