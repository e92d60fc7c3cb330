"""Reading a PDF as a person or a screen reader does."""

import pypdfium2


def text_of(content: bytes) -> str:
    """Return the words of every page, with single spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join("\n".join(pages).split())
