"""Each line of the log is written in one piece: several processes write to the same place."""

import io
import json
import sys

import pytest
import structlog

from app.web.logs import configure_logs


class Pieces(io.StringIO):
    """Remembers what was written, piece by piece, as a file without a buffer gets it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_a_line_and_its_end_are_one_piece(monkeypatch, level):
    pieces = Pieces()
    monkeypatch.setattr(sys, "stdout", pieces)
    configure_logs("INFO")
    getattr(structlog.get_logger("test"), level)("happened", number=1)
    (piece,) = pieces.pieces
    assert piece.endswith("\n")
    assert json.loads(piece)["event"] == "happened"
