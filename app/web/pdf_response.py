"""Sends a PDF, or a picture of one, as the response to a request.

A route reads the values of its paper and returns a `PdfResponse` or a `PictureResponse`. The paper is made
afterwards, by `app.documents.pdf_queue`, so the thread of the route is free for other pages meanwhile.
"""

from fastapi import Response
from starlette.types import Receive, Scope, Send

from app.documents.pdf_queue import Make, PdfQueue
from app.kit.ids import UserId


class PaperResponse(Response):
    """A response whose document is made when it is sent; search engines do not index it. Refusals are
    answered as for other routes."""

    def __init__(self, whose: UserId, make: Make, disposition: str, *, language: str) -> None:
        super().__init__(
            headers={
                "content-disposition": disposition,
                "content-language": language,
                "x-robots-tag": "noindex, nofollow",
            }
        )
        self.whose, self.make = whose, make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk: PdfQueue = scope["app"].state.print_desk
        self.body = await desk.printed(self.whose, self.make)
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


class PdfResponse(PaperResponse):
    """A PDF to be saved under a descriptive name. `language` is the tag of the language that it is in."""

    media_type = "application/pdf"

    def __init__(self, whose: UserId, make: Make, name: str, *, language: str) -> None:
        super().__init__(whose, make, f'attachment; filename="{name}.pdf"', language=language)


class PictureResponse(PaperResponse):
    """A PNG to be shown in a page; `name` is what it is called when somebody saves it."""

    media_type = "image/png"

    def __init__(self, whose: UserId, make: Make, name: str, *, language: str) -> None:
        super().__init__(whose, make, f'inline; filename="{name}.png"', language=language)
