"""Sends a list as CSV, for spreadsheets, in the language of whoever takes it."""

from collections.abc import Iterable, Sequence

from fastapi import Response

from app.kit.messages import Message, Text
from app.kit.spreadsheets import csv_text
from app.kit.words import Words


class CsvResponse(Response):
    """A CSV response. The heads of its columns are messages, and so are the cells with words of ours; other
    cells are shown as they are. `name` is the name of the file without its extension."""

    media_type = "text/csv; charset=utf-8"

    def __init__(
        self, name: str, heading: Sequence[Message], rows: Iterable[Sequence[Text]], words: Words
    ) -> None:
        super().__init__(
            csv_text(
                [words.of(title) for title in heading],
                ([words.of(cell) for cell in row] for row in rows),
            ),
            headers={
                "content-disposition": f'attachment; filename="{name}.csv"',
                "content-language": words.tag,
            },
        )
