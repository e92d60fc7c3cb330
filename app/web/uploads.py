"""Forms with one file, which is read completely and never stored."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.web.csrf import demand_proof
from app.web.forms import UnsupportedForm

MOST_FIELDS = 10
KINDS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Upload:
    """The bytes of the uploaded file, limited like any body; empty if no file was chosen."""

    content: bytes = field(default=b"", repr=False)


async def read_upload(request: Request) -> Upload:
    """Read a form post with one file in the field `file`. Refuses other content types, and posts
    without proof of their origin."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in KINDS:
        raise UnsupportedForm(kind)
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        sent, token = form.get("file"), form.get("csrf_token")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
    demand_proof(request, token if isinstance(token, str) else "")
    return Upload(content)


Uploaded = Annotated[Upload, Depends(read_upload)]
