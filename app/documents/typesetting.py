"""Makes one PDF, or a picture of one, in a separate process: `python -m app.documents.typesetting` reads
an order and writes the document.

typst keeps up to a gigabyte in memory for a large day. A process that ends returns all of it; it
can also be stopped if it takes too long, and runs at a lower priority than pages.
"""

import json
import os
import sys
from collections.abc import Mapping
from io import BytesIO
from typing import Any, BinaryIO

import segno
import typst
from PIL import Image

from app.kit import typeface

INK = "#17212B"
COLOURS = 64
NICE = 2
"""Lower priority than pages, for which people are waiting."""


def main(orders: BinaryIO, papers: BinaryIO) -> None:
    """Read one order as JSON (source, root, data, masked, timestamp, resolution); write one line of JSON
    with the result, and the document after it.

    The line has `refused` with typst's message if typst refuses the document, and `stopped` if
    typst crashes.
    """
    if sys.platform != "win32":
        os.nice(NICE)
    order = json.load(orders)
    try:
        said, document = {}, typeset(order)
    except typst.TypstError as refused:
        said, document = {"refused": refused.message, "diagnostic": refused.diagnostic}, b""
    except BaseException as stopped:
        # A panic of typst is not an Exception, and its class cannot be imported.
        if type(stopped).__name__ != "PanicException":
            raise
        said, document = {"stopped": "typst"}, b""
    papers.write(json.dumps(said).encode() + b"\n" + document)


def typeset(order: Mapping[str, Any]) -> bytes:
    """Return the document of an order, made in this process: a PDF, or with a `resolution` the first page
    as a PNG. Raise typst.TypstError if typst refuses it."""
    inputs = {"data": json.dumps(_with_codes(order["data"]), sort_keys=True, ensure_ascii=False)}
    document = typst.compile(
        order["source"],
        root=order["root"],
        font_paths=typst.Fonts(
            include_system_fonts=False, font_paths=[str(path) for path in typeface.folders()]
        ),
        ignore_system_fonts=True,
        sys_inputs=inputs | ({"masked": "yes"} if order["masked"] else {}),
        timestamp=order["timestamp"],
        **_output(order.get("resolution")),
    )
    if isinstance(document, bytes):
        return document if order.get("resolution") is None else _with_few_colours(document)
    return _with_few_colours(document[0])


def _output(resolution: int | None) -> dict[str, Any]:
    if resolution is None:
        return {"pdf_standards": "ua-1"}
    return {"format": "png", "ppi": resolution}


def _with_few_colours(picture: bytes) -> bytes:
    """Return a PNG with the same look and a quarter of the bytes: a paper has few colours."""
    smaller = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS).save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def _with_codes(value: Any) -> Any:
    """Return a value in which each placeholder of a QR code is replaced by its drawing."""
    if isinstance(value, dict):
        if set(value) == {"qr_code_of"}:
            return _qr_code(value["qr_code_of"])
        return {key: _with_codes(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_codes(inner) for inner in value]
    return value


def _qr_code(address: str) -> str:
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, dark=INK)
    return picture.getvalue().decode()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
