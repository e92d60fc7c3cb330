"""Sends a list as CSV, for spreadsheets, in the language of whoever takes it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Response

from app.kit.messages import Message, Text
from app.kit.spreadsheets import csv_text
from app.kit.words import Words

Cell: TypeAlias = Text | date | None
"""A datetime is a date. None is an empty cell."""


class CsvResponse(Response):
    """A CSV response. The heads of its columns are messages, and so are the cells with words of ours; other
    texts are shown as they are. Days and moments are written as every spreadsheet reads them, 2026-07-01 and
    2026-07-01 13:30, in the academy's zone. `name` is the name of the file without its extension."""

    media_type = "text/csv; charset=utf-8"

    def __init__(
        self, name: str, heading: Sequence[Message], rows: Iterable[Sequence[Cell]], words: Words
    ) -> None:
        super().__init__(
            csv_text(
                [words.of(title) for title in heading],
                ([_written(cell, words) for cell in row] for row in rows),
            ),
            headers={
                "content-disposition": f'attachment; filename="{name}.csv"',
                "content-language": words.tag,
            },
        )


def _written(cell: Cell, words: Words) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        local = cell.astimezone(ZoneInfo(words.formats.zone))
        return local.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return words.of(cell)
