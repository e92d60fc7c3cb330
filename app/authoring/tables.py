"""What a table is called by: the caption above it, and the first cell of each row.

Somebody who hears a table learns from its caption what it shows, and from the first cell of each row
what the row is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from markdown_it.token import Token

from app.authoring.problems import Problem
from app.authoring.yaml_source import LinedYaml

_CAPTION: Final = "Table: "
_PARAGRAPH: Final = ["paragraph_open", "inline", "paragraph_close"]


def caption_before(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the words of the paragraph `Table: …` that stands before a table, without that mark; None if no
    such paragraph does."""
    if index < 3 or [token.type for token in tokens[index - 3 : index]] != _PARAGRAPH:
        return None
    caption = tokens[index - 2]
    first = caption.children[0] if caption.children else None
    if first is None or first.type != "text" or not first.content.startswith(_CAPTION):
        return None
    first.content = first.content.removeprefix(_CAPTION).lstrip()
    return caption


def unnamed_parts(tokens: Sequence[Token], index: int, caption: Token | None) -> Iterator[Problem]:
    """Yield a problem for a table without a caption, and for each of its rows whose first cell is empty.

    Revisions that were published before captions were demanded have such tables, so these are no problems of
    the format: they are refused in a course that is new (`ParsedCourse.refused_if_new`)."""
    line = _line(tokens[index])
    if caption is None:
        yield Problem(
            "",
            line,
            "The table has no caption.",
            "Write `Table: what it shows` as a paragraph of its own before it.",
        )
    for number in range(index, len(tokens)):
        token = tokens[number]
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            line = _line(token)
        is_first = token.type == "td_open" and tokens[number - 1].type == "tr_open"
        if is_first and not tokens[number + 1].content.strip():
            yield Problem(
                "",
                line,
                "The row of the table has no name.",
                "Write in its first cell what the row is about.",
            )


def unnamed_in(
    lined: LinedYaml, path: str, unnamed: Mapping[str, Sequence[Problem]]
) -> Iterator[Problem]:
    """Yield the problems of unnamed tables and rows in the fields of a document, with their lines. `unnamed`
    holds those of each field by its text."""
    for trail, scalar in lined.scalars.items():
        problems = unnamed.get(scalar.value, ()) if isinstance(scalar.value, str) else ()
        yield from (lined.placed(problem, path, trail) for problem in problems)


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1
