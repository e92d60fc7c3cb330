"""What people read in an academy, as text that two versions of the code can be compared by.

This module imports nothing of `app`: `tests.make.release` runs it with the code of an earlier version too.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from email.message import EmailMessage

import pypdfium2
from lxml import html as lxml_html

from tests.make.crawl import Visited, crawl

Reading = dict[str, str]
"""The text of each page by its path, or of each mail by its id."""
SILENT = frozenset({"script", "style", "template"})
LATER_PARTS = frozenset(
    {
        "section-end",
        "section-note",
        "clear-share",
        "note-printed",
        "print-notes",
        "lesson-end",
        "bar-contents",
        "bar-left",
        "term-card",
    }
)
"""Classes of parts that lessons of the first stored version do not have: their words stand between the words
of the course. Tests of their own hold them."""
STATE_OF_A_PROCESS = ("/admin/system", "/_kit", "/api/v1/openapi.json", "/me/second-factor/codes")
"""Pages that show the version and its schema, or what belongs to one browser."""
REFUSED = 400
REQUEST = re.compile(r"\b[0-9a-f]{16}\b")
"""The number of a request, which refusals name."""
VISITOR = ""
STAFF = ("ines.marlowe", "amara.oyelaran")
STUDENTS = (
    "priya.sandhu",
    "callum.birch",
    "marcus.adeyemi",
    "nora.whitcombe",
    "jasvinder.gill-hargreaves",
    "oluwaseun.fairbairn",
    "leila.haddad",
    "hassan.qureshi",
    "bronwen.pryce",
    "diego.carrasco",
    "chidinma.okereke",
    "tamsin.polglaze",
    "zeynep.karaoglan",
    "lucinda.farquharson",
)
"""Who reads, by the first part of their address: between them they have something of every kind."""
OWN_PAGES = (
    "/home",
    "/me",
    "/me/sign-ins",
    "/learn",
    "/learn/mesotherapy",
    "/practicals",
    "/certificates",
    "/enrolments",
    "/notices",
    "/api/v1/me",
    "/api/v1/notices",
    "/api/v1/reports",
    "/api/v1/practicals",
    "/api/v1/learn/mesotherapy",
)


def words_of_page(body: str) -> str:
    """Return the words of a page and what its fields hold, with single spaces."""
    return " ".join(" ".join(_pieces(lxml_html.fromstring(body))).split())


def _pieces(element: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the texts of an element and of everything in it, in the order of the document."""
    is_shown = element.tag not in SILENT and isinstance(element.tag, str)
    if is_shown and LATER_PARTS.isdisjoint(element.get("class", "").split()):
        if element.tag == "input" and element.get("type") not in ("hidden", "password"):
            mark = " checked" if element.get("checked") is not None else ""
            yield f"[{element.get('name', '')}: {element.get('value', '')}{mark}]"
        if element.tag == "option" and element.get("selected") is not None:
            yield "(selected)"
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
    yield element.tail or ""


def words_of_pdf(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return " ".join(
            " ".join(page.get_textpage().get_text_bounded() for page in document).split()
        )
    finally:
        document.close()


def reading_of(status: int, kind: str, content: bytes) -> str:
    """Return the text of an answer: what a person reads, or the fields of a JSON document in order."""
    kind = kind.partition(";")[0]
    if status >= REFUSED:
        words = words_of_page(content.decode()) if kind == "text/html" else content.decode()
        return f"{status} {REQUEST.sub('(request)', words)}"
    if kind == "text/html":
        return f"{status} {words_of_page(content.decode())}"
    if kind == "application/pdf":
        return f"{status} {words_of_pdf(content)}"
    if "json" in kind:
        return f"{status} {json.dumps(json.loads(content), sort_keys=True, ensure_ascii=False)}"
    if kind.startswith("text/"):
        return f"{status} {content.decode()}"
    return f"{status} {kind}"


Answer = tuple[int, str, bytes]
"""The status, the content type and the body of an answer."""


def read_pages(fetch: Callable[[str], Answer], paths: Iterable[str]) -> Reading:
    return {path: reading_of(*fetch(path)) for path in paths}


def reachable(fetch: Callable[[str], Answer], *starts: str, of_a_kind: int) -> list[str]:
    """Return the pages that can be reached by links, at most so many of one kind."""

    def visit(path: str) -> Visited:
        status, kind, content = fetch(path)
        body = content.decode() if kind.startswith("text/html") else ""
        return Visited(path, status, kind, body)

    return [
        page.path
        for page in crawl(visit, *starts, of_a_kind=of_a_kind)
        if not page.path.startswith(STATE_OF_A_PROCESS)
    ]


def words_of_mail(message: EmailMessage) -> str:
    """Return a mail as it is read: its headers, its plain text, the words of its HTML, its invitation."""
    said = io.StringIO()
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        said.write(f"{name}: {message[name]}\n")
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/html":
            said.write(f"\n{kind}: {words_of_page(part.get_content())}\n")
        elif kind.startswith("text/"):
            said.write(f"\n{kind}:\n{part.get_content()}")
    return said.getvalue()
