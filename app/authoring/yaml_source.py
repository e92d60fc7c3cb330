"""Reads plain data from YAML, and the line of every key and value.

Only a small part of YAML is accepted: mappings, lists, texts, whole numbers, `true`, `false` and
empty values. Not accepted are aliases (a short file could grow without limit) and tags (they name
types of the program). Nothing is guessed: `yes` and `2026-01-02` are texts, and a key is always a
text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

from app.authoring.characters import HINT, harmful_characters
from app.authoring.problems import Problem
from app.authoring.yaml_losses import Span, lines_of, losses

Trail = tuple[str | int, ...]
"""The path to a value: keys of mappings and positions in lists."""

DEEPEST: Final = 12
MOST_VALUES: Final = 40_000
LONGEST_NUMBER: Final = 15

# libyaml is ten times faster than the parser in Python, but a few builds lack it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(r"-?[0-9]*\.[0-9]+")
_WORDS: Final[Mapping[str, object]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


@dataclass(frozen=True)
class Scalar:
    """A single value with its line. In a `literal` text (`|`) every line is also a line of the
    file."""

    value: object
    line: int
    literal: bool = False


@dataclass(frozen=True)
class LinedYaml:
    """The `value` of a document, the line of each key or list item, and its single values."""

    value: object
    lines: Mapping[Trail, int]
    scalars: Mapping[Trail, Scalar]

    def line(self, trail: Trail) -> int:
        """Return the line of the value at `trail`, or of the nearest existing value above it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines[trail]

    def placed(self, problem: Problem, path: str, trail: Trail) -> Problem:
        """A problem with a line inside the text at `trail`, with its line in the file."""
        scalar = self.scalars.get(trail)
        if scalar is not None and scalar.literal:
            return problem.moved(path, by=scalar.line - 1)
        return problem.at(path, self.line(trail))


class _BadYamlError(Exception):
    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


@dataclass
class _Builder:
    text: str
    first_line: int
    lines: dict[Trail, int] = field(default_factory=dict)
    scalars: dict[Trail, Scalar] = field(default_factory=dict)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(self.text, Loader=_Loader))
        # An empty value, as in `?`, may be marked one line after the last.
        self.source_lines = [*lines_of(self.text), ""]

    def document(self) -> object:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            self.lines[()] = self.first_line
            self.scalars[()] = Scalar(None, self.first_line)
            return None
        root = next(self.events)
        self.lines[()] = self._line(root)
        value = self._value(root, ())
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise _BadYamlError(
                    self._line(event), "A second document begins here.", "Remove the line `---`."
                )
        self.problems += [
            (line + self.first_line, message, hint)
            for line, message, hint in losses(self.source_lines, self.spans)
        ]
        return value

    def _line(self, event: Any) -> int:
        return cast("int", event.start_mark.line) + self.first_line

    def _value(self, event: Any, trail: Trail) -> object:
        self._refuse_what_is_not_plain(event, trail)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(trail)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(trail)
        self._add_span(event, self._indentation(event, trail))
        return self._scalar(event, trail)

    def _indentation(self, event: Any, trail: Trail) -> int:
        """Return the column of the key or dash that a value belongs to."""
        if trail and isinstance(trail[-1], str):
            return self.spans[-1].column
        line = self.source_lines[event.start_mark.line]
        return len(line) - len(line.lstrip())

    def _add_span(self, event: Any, indentation: int | None) -> None:
        start, end = event.start_mark, event.end_mark
        self.spans.append(
            Span(start.line, start.column, end.line, end.column, event.style or "", indentation)
        )

    def _refuse_what_is_not_plain(self, event: Any, trail: Trail) -> None:
        line = self._line(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _BadYamlError(
                line,
                "Anchors and aliases (`&name`, `*name`) are not accepted.",
                "Write the value out, or put a text that begins with & or * in quotes.",
            )
        if event.tag is not None:
            raise _BadYamlError(
                line,
                f"The tag `{event.tag}` is not accepted.",
                "Remove it, or put a text that begins with an exclamation mark in quotes.",
            )
        if len(trail) > DEEPEST:
            raise _BadYamlError(
                line, "This is nested too deeply.", f"At most {DEEPEST} levels are read."
            )
        if len(self.lines) > MOST_VALUES:
            raise _BadYamlError(
                line, "The file holds too many values.", f"At most {MOST_VALUES} are read."
            )

    def _mapping(self, trail: Trail) -> dict[str, object]:
        mapping: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self._refuse_what_is_not_plain(event, trail)
            if not isinstance(event, yaml.ScalarEvent):
                raise _BadYamlError(
                    self._line(event),
                    "A key must be a single word.",
                    "Write `key: value`; put a text that begins with [ or { in quotes.",
                )
            key = str(event.value)
            if key in mapping:
                first = self.lines[(*trail, key)]
                self.problems.append(
                    (
                        self._line(event),
                        f"`{key}` is written twice.",
                        f"It stands in line {first} already; keep one of the two.",
                    )
                )
            self.lines[(*trail, key)] = self._line(event)
            self._add_span(event, None)
            mapping[key] = self._value(next(self.events), (*trail, key))
        return mapping

    def _sequence(self, trail: Trail) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*trail, len(items))
            self.lines[here] = self._line(event)
            items.append(self._value(event, here))
        return items

    def _scalar(self, event: Any, trail: Trail) -> object:
        text = str(event.value)
        value: object = _resolved(text) if event.implicit[0] else text
        literal = event.style == "|"
        line = self._line(event) + (1 if literal else 0)
        self.scalars[trail] = Scalar(value, line, literal)
        if event.style == '"':
            # Escapes such as \u202E; the characters themselves are searched for in the whole file.
            self.problems += [(line, message, HINT) for _, message in harmful_characters(text)]
        return value


def _resolved(text: str) -> object:
    """Return the value of an unquoted text."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= LONGEST_NUMBER:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _FRACTION.fullmatch(text):
            return float(text)
    return text


def load(path: str, text: str, *, first_line: int = 1) -> tuple[LinedYaml | None, list[Problem]]:
    """Read one document. Without a document there is at least one problem that says why.

    `first_line` is the line of `path` in which `text` begins.
    """
    builder = _Builder(text, first_line)
    try:
        value = builder.document()
    except _BadYamlError as bad:
        return None, [Problem(path, bad.line, bad.message, bad.hint)]
    except yaml.reader.ReaderError as bad:
        line = text[: bad.position].count("\n") + first_line
        return None, [
            Problem(
                path,
                line,
                "A character here cannot be read.",
                "Remove it; it is probably invisible and came with a copied text.",
            )
        ]
    except yaml.MarkedYAMLError as bad:
        return None, [_syntax_problem(path, text, bad, first_line)]
    problems = [Problem(path, line, message, hint) for line, message, hint in builder.problems]
    return LinedYaml(value, builder.lines, builder.scalars), problems


def _syntax_problem(path: str, text: str, bad: yaml.MarkedYAMLError, first_line: int) -> Problem:
    mark = bad.problem_mark or bad.context_mark
    last = max(text.rstrip("\n").count("\n"), 0)
    line = min(mark.line if mark is not None else 0, last) + first_line
    return Problem(
        path,
        line,
        f"This is not valid YAML: {bad.problem or 'it cannot be read'}.",
        "Check the indentation here and in the line above, and put a text that contains a colon, "
        "a hash or a quote in double quotes.",
    )
