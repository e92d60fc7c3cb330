"""Sets the straight quotation marks of a course as its language writes them: “so”, and the academy’s.

Authors type " and '. Stored documents keep what they typed, so digests and comparisons of revisions do not
change; the marks are set when a revision is read to be shown. Code, clinical values and the signs of units
(′ ″) stay as they are, and so does a mark behind a digit that closes nothing: 5' and 12" are measures.

Each mark becomes exactly one other character. `same_marks` makes all alike, so that a passage that an erratum
quotes is found however it was typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from app.authoring.published import Frozen
from app.authoring.sanitising import plain_words

Model = TypeVar("Model", bound=Frozen)
ENGLISH: Final = "“”‘’"
QUOTES: Final[Mapping[str, str]] = {
    "ar": "”“’‘",
    "bg": "„“‘’",
    "cs": "„“‚‘",
    "de": "„“‚‘",
    "el": "«»‘’",
    "fa": "«»‹›",
    "fi": "””’’",
    "fr": "«»‹›",
    "he": "””’’",
    "hu": "„”»«",
    "nb": "«»‘’",
    "pl": "„”«»",
    "ro": "„”«»",
    "ru": "«»„“",
    "sk": "„“‚‘",
    "sv": "””’’",
    "uk": "«»„“",
}
"""The outer and the inner pair of marks of each language that does not use the English ones (CLDR)."""
APOSTROPHE: Final = "’"
_SAME: Final = str.maketrans(dict.fromkeys("“”„«»‘’‚‹›'", '"'))
_TAG: Final = re.compile(r"(<[^>]*>)")
_INLINE: Final = re.compile(r"</?(?:a|button|em|strong|code|span|del|ins|tspan)\b")
_AS_TYPED: Final = re.compile(r'<code\b|<span class="clinical-value"|<a class="clinical-value"')
_OPENS_AFTER: Final = "([{—–/"
_ENDS_WORDS: Final = ")]}%°′″’”»›"
_ELIDED: Final = re.compile(r"'(?:tis|twas|twere|til)\b(?!')|'n'(?=\s)", re.IGNORECASE)
"""English words that begin with an apostrophe."""
_PLAIN: Final = frozenset(
    [
        *("title", "summary", "objectives", "outcomes", "entry_rules", "not_included", "scope"),
        *("term", "text", "look_for", "stop_if", "critical_reason", "bring", "seen", "weak"),
    ]
)
"""The fields of a course that hold plain words of its authors."""


def quotes_of(language: str) -> str:
    """Return the four marks of a language: the outer pair and the inner one."""
    return QUOTES.get(language.split("-")[0].lower(), ENGLISH)


def same_marks(text: str) -> str:
    """Return a text with every quotation mark, single or double, as the same one. It keeps its length."""
    return text.translate(_SAME)


@dataclass
class _Setter:
    """Sets the marks of one block of text, piece by piece. `before` is the last character so far."""

    quotes: str
    before: str = ""
    is_open: dict[str, bool] = field(default_factory=dict)

    def set(self, text: str, following: str) -> str:
        """Return the next piece with its marks set. `following` is the first character after it, or a
        space."""
        signs = []
        after = text[1:] + following
        elided = {match.start() for match in _ELIDED.finditer(text)} if self._is_english else ()
        for number, sign in enumerate(text):
            if number in elided:
                self.before = APOSTROPHE
            else:
                self.before = self._mark(sign, after[number]) if sign in "\"'" else sign
            signs.append(self.before)
        return "".join(signs)

    @property
    def _is_english(self) -> bool:
        return self.quotes == ENGLISH

    def _mark(self, sign: str, after: str) -> str:
        pair = self.quotes[:2] if sign == '"' else self.quotes[2:]
        if sign == "'" and self.before.isalnum() and after.isalnum():
            return APOSTROPHE
        if self._begins(sign, after):
            if sign == "'" and after.isdigit():
                return APOSTROPHE
            self.is_open[sign] = True
            return pair[0]
        if self.is_open.pop(sign, False):
            return pair[1]
        if self.before.isdigit() or self.before == sign:
            return sign
        return APOSTROPHE if sign == "'" else pair[1]

    def _begins(self, sign: str, after: str) -> bool:
        """Return whether a mark opens what follows: behind a space or a bracket, or a double one between the
        comma of a list and a word."""
        if after.isspace():
            return False
        opens_after = f"{_OPENS_AFTER}{self.quotes[0]}{self.quotes[2]}"
        if not self.before or self.before.isspace() or self.before in opens_after:
            return True
        ends_words = self.before.isalnum() or self.before in _ENDS_WORDS
        return sign == '"' and not self.is_open.get(sign) and not ends_words and after.isalnum()


def typeset_text(text: str, quotes: str) -> str:
    """Return plain words with their marks set."""
    return _Setter(quotes).set(text, " ") if text else text


def typeset_html(html: str, quotes: str) -> str:
    """Return HTML with the marks in its texts set. Tags are unchanged; a mark that stands behind a tag inside
    a line belongs to the words before it."""
    if '"' not in _TAG.sub("", html) and "'" not in html:
        return html
    parts = _TAG.split(html)
    setter, as_typed = _Setter(quotes), 0
    for number, part in enumerate(parts):
        if number % 2:
            as_typed = _depth(part, as_typed)
            if not _INLINE.match(part):
                setter = _Setter(quotes)
        elif part and as_typed:
            setter.before = part[-1]
        elif part:
            parts[number] = setter.set(part, _first_sign(parts, number + 1))
    return "".join(parts)


def _depth(tag: str, as_typed: int) -> int:
    """Return how many elements are open from the one whose words stay as they are typed, or 0 outside."""
    if tag.startswith("</"):
        return max(0, as_typed - 1)
    return as_typed + 1 if as_typed or _AS_TYPED.match(tag) else 0


def _first_sign(parts: list[str], number: int) -> str:
    """Return the first character of the words that follow in the same block, or a space."""
    for index in range(number, len(parts)):
        if index % 2 and not _INLINE.match(parts[index]):
            return " "
        if index % 2 == 0 and parts[index]:
            return parts[index][0]
    return " "


def typeset(document: Model, language: str) -> Model:
    """Return a document of a course, for learners or for marking, with its marks set as its language does."""
    quotes = quotes_of(language)
    fields = _fields(document.model_dump(), quotes)
    return type(document).model_validate(fields)


def _fields(fields: dict[str, Any], quotes: str) -> dict[str, Any]:
    shown = {name: _value(name, value, quotes) for name, value in fields.items()}
    if "headings" in fields and shown["html"] != fields["html"]:
        shown["text"] = plain_words(shown["html"])
    return shown


def _value(name: str, value: Any, quotes: str) -> Any:
    if isinstance(value, str):
        if name == "html" or name.endswith("_html"):
            return typeset_html(value, quotes)
        return typeset_text(value, quotes) if name in _PLAIN else value
    if isinstance(value, dict):
        if name == "option_explanations":
            return {key: typeset_html(part, quotes) for key, part in value.items()}
        return _fields(value, quotes)
    if isinstance(value, tuple | list):
        return type(value)(_value(name, part, quotes) for part in value)
    return value
