"""Forms of a page as a browser without scripts reads and sends them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi.testclient import TestClient
from lxml import html
from lxml.html import HtmlElement

from tests.make.crawl import Visited, crawl, shape

TYPED = ("text", "search", "email", "tel", "url", "password", "textarea")
MOST_OF_A_KIND = 1
CHOSEN = ("radio", "checkbox", "select")


@dataclass(frozen=True)
class Field:
    """One field: `value` is what the page filled in; not sent where nothing is chosen. `choices` are the
    values of a select."""

    name: str
    kind: str
    value: str
    is_sent: bool = True
    choices: tuple[str, ...] = ()

    @property
    def is_typed(self) -> bool:
        return self.kind in TYPED


@dataclass(frozen=True)
class PageForm:
    """A form that posts. A group of radios, boxes or options is one field per member."""

    action: str
    fields: tuple[Field, ...]

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields that a person types into."""
        return {field.name: field.value for field in self.fields if field.is_typed}

    @property
    def hidden(self) -> dict[str, str]:
        """What the page sends besides, unseen."""
        return {field.name: field.value for field in self.fields if field.kind == "hidden"}

    @property
    def asks(self) -> bool:
        """Whether a person answers anything beyond pressing a button."""
        return any(field.kind in (*TYPED, *CHOSEN) for field in self.fields)

    def sent(self, **typed: str) -> bytes:
        """Return the body of a post with these words typed into its fields."""
        return urlencode(
            [
                (field.name, typed.get(field.name, field.value) if field.is_typed else field.value)
                for field in self.fields
                if field.is_sent and field.name != "idempotency_key"
            ]
        ).encode()


def forms_of(page: str) -> list[PageForm]:
    """Return the forms of a page that post, in its order; those of a template are only for scripts."""
    return [
        PageForm(form.get("action", ""), tuple(_fields(form)))
        for form in html.document_fromstring(page).iter("form")
        if form.get("method", "get").lower() == "post"
        and next(form.iterancestors("template"), None) is None
    ]


def forms_on_the_way(browser: TestClient, *starts: str) -> Iterator[tuple[str, PageForm]]:
    """Yield each kind of form that asks for something, with the page it stands on."""
    seen = set()

    def fetch(path: str) -> Visited:
        response = browser.get(path)
        kind = response.headers.get("content-type", "")
        return Visited(path, response.status_code, kind, response.text)

    for page in crawl(fetch, *starts, of_a_kind=MOST_OF_A_KIND):
        if page.status != 200 or not page.kind.startswith("text/html"):
            continue
        for form in forms_of(page.body):
            kind = (shape(page.path), tuple(field.name for field in form.fields))
            if form.asks and kind not in seen:
                seen.add(kind)
                yield page.path, form


def _fields(form: HtmlElement) -> Iterator[Field]:
    pressed = False
    for element in form.iter("input", "select", "textarea", "button"):
        name = element.get("name")
        if name is None or (pressed and element.tag == "button"):
            continue  # the first button is the one that Enter presses
        pressed = pressed or element.tag == "button"
        kind = element.get("type", "text") if element.tag == "input" else element.tag
        if kind == "select":
            choices = tuple(_value(option) for option in element.iter("option"))
            yield Field(name, kind, _option(element), choices=choices)
        elif kind == "textarea":
            yield Field(name, kind, (element.text or "").removeprefix("\n"))
        elif kind in ("radio", "checkbox"):
            is_sent = element.get("checked") is not None
            yield Field(name, kind, element.get("value", "on"), is_sent)
        else:
            yield Field(name, kind, element.get("value", ""))


def _option(select: HtmlElement) -> str:
    options = list(select.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    first = (chosen or options)[0]
    return _value(first)


def _value(option: HtmlElement) -> str:
    return str(option.get("value", option.text or ""))
