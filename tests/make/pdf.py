"""Reading a PDF as a person or a screen reader does."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2


def text_of(content: bytes) -> str:
    """Return the words of every page, with single spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join("\n".join(pages).split())


def lines_of(content: bytes) -> str:
    """Return the words of every page as they stand in lines."""
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def language_of(content: bytes) -> str:
    """Return the tag of the language that a document names."""
    raw = pypdfium2.raw
    document = pypdfium2.PdfDocument(content)
    try:
        size = raw.FPDFCatalog_GetLanguage(document, None, 0)
        buffer = (ctypes.c_ushort * (size // 2))()
        raw.FPDFCatalog_GetLanguage(document, buffer, size)
    finally:
        document.close()
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def elements_of(content: bytes) -> list[tuple[str, str]]:
    """Return the kind of each structure element of a document and the language that it names, in the order in
    which a screen reader reads them."""
    raw = pypdfium2.raw
    document = pypdfium2.PdfDocument(content)
    elements: list[tuple[str, str]] = []
    try:
        for page in document:
            tree = raw.FPDF_StructTree_GetForPage(page)
            for index in range(raw.FPDF_StructTree_CountChildren(tree)):
                elements += _within(raw.FPDF_StructTree_GetChildAtIndex(tree, index))
            raw.FPDF_StructTree_Close(tree)
    finally:
        document.close()
    return elements


def _within(element: Any) -> Iterator[tuple[str, str]]:
    raw = pypdfium2.raw
    yield (
        _said(raw.FPDF_StructElement_GetType, element),
        _said(raw.FPDF_StructElement_GetLang, element),
    )
    for index in range(max(0, raw.FPDF_StructElement_CountChildren(element))):
        child = raw.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:
            yield from _within(child)


def _said(read: Callable[..., int], element: Any) -> str:
    size = read(element, None, 0)
    buffer = (ctypes.c_ubyte * max(size, 2))()
    read(element, buffer, size)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")
