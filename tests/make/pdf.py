"""Reading a PDF as a person or a screen reader does."""

import ctypes

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
