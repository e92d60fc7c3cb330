"""Sends a PDF as the response to a request.

A route reads the values of its paper and returns a `PdfResponse`. The paper is made afterwards, by
`app.documents.pdf_queue`, so the thread of the route is free for other pages meanwhile.
"""

from fastapi import Response
from starlette.types import Receive, Scope, Send

from app.documents.pdf_queue import Make, PdfQueue
from app.kit.ids import UserId


class PdfResponse(Response):
    """A PDF response with a descriptive file name; search engines do not index it. `language` is the tag of
    the language that the document is in.

    The document is made when the response is sent. Refusals are answered as for other routes.
    """

    media_type = "application/pdf"

    def __init__(self, whose: UserId, make: Make, name: str, *, language: str) -> None:
        super().__init__(
            headers={
                "content-disposition": f'attachment; filename="{name}.pdf"',
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
