"""Forms that were sent after the sign-in had ended, or that need a fresh proof first. They are
stored until the sender has signed in again or proved their identity.

The post is refused before anything is done. What was typed is stored sealed (`KeepForms`, provided
by accounts), and the person is sent to the page for signing in or for the proof (`fresh_proof`),
which leads back to the page of the form. There the fields are filled in again. Nothing is sent
again automatically: the person presses the button.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from lxml import html
from lxml.html import HtmlElement
from starlette.routing import Match

from app.kit.kept_form import LASTS, KeptForm, KeptReason
from app.kit.messages import Message, msg
from app.web.application import AppContext
from app.web.flash_messages import FlashKind
from app.web.forms import Submission
from app.web.safe_paths import HOME, local_path

KEPT = "kept"
"""The query parameter with the id of the stored form."""

BACK_AGAIN: Final[dict[KeptReason, tuple[FlashKind, Message]]] = {
    KeptReason.ended: (
        "warning",
        msg(
            "You were signed out before this was saved. Check it, then press the button again to save it."
        ),
    ),
    KeptReason.proof: (
        "info",
        msg(
            "Thank you for showing that it is you. Nothing is saved yet. Check it, then press the button "
            "again."
        ),
    ),
}
"""What the page of a form says that was stored and not accepted: the kind and the text of its flash."""

_SECRET = re.compile(r"password|token|code", re.IGNORECASE)


def ask_to_sign_in_again(request: Request, token: str | None, *, now: datetime) -> Response:
    """Answer a post whose sender is not signed in any more. This blocks, because it stores what was
    typed."""
    app_context: AppContext = request.app.state.app_context
    form = sent_form(request, KeptReason.ended)
    keepable = form is not None and form.can_be_kept
    ended = app_context.kept_forms.keep(
        app_context.database, token, form if keepable else None, now=now
    )
    page, kept_id = way_back(request, form, ended.kept_id)
    query = urlencode({"next": page, "ended": ended.how, "kept": kept_id}, safe="/")
    return RedirectResponse(f"/sign-in?{query}", status_code=303)


def way_back(request: Request, form: KeptForm | None, kept_id: str | None) -> tuple[str, str]:
    """Return the page to come back to, and whether what was typed is stored: "yes", "no", or
    "nothing" if nothing was typed."""
    page = form.page if form is not None else page_of(request)
    if kept_id:
        page += ("&" if "?" in page else "?") + urlencode({KEPT: kept_id})
    return page, "nothing" if form is None or not form.typed else "yes" if kept_id else "no"


def filled(
    render: Callable[[str, Mapping[str, Any]], str],
    template: str,
    values: Mapping[str, Any],
    form: KeptForm,
) -> str:
    """Return the page with the fields of the form filled in. If the page cannot show everything
    that was typed, return a page that lists it."""
    shown = {
        name: texts[0] if len(texts) == 1 else list(texts) for name, texts in form.fields.items()
    }
    if "values" in values:
        page = render(template, {**values, "values": {**(values["values"] or {}), **shown}})
        if _shows(html.document_fromstring(page), form):
            return page
    labels = _labels(html.document_fromstring(render(template, values)))
    rows = [
        (labels.get(name, name.replace("_", " ").capitalize()), "\n".join(texts))
        for name, texts in form.typed.items()
    ]
    minutes = LASTS // timedelta(minutes=1)
    return render("kept_form.html", {"rows": rows, "page": form.page, "minutes": minutes})


def _shows(page: HtmlElement, form: KeptForm) -> bool:
    """Return whether the page has the form, with everything that was typed or chosen in its fields."""
    if not any(each.get("action") == form.action for each in page.iter("form")):
        return False
    standing: dict[str, list[str]] = {}
    for element in page.iter("input", "textarea", "option"):
        if element.tag == "option":
            owner = next(element.iterancestors("select"), element)
            is_set, value = element.get("selected") is not None, element.get("value", "")
        else:
            owner, value = element, element.get("value", "")
            is_choice = element.get("type") in ("radio", "checkbox")
            is_set = not is_choice or element.get("checked") is not None
            if element.tag == "textarea":
                value = (element.text or "").removeprefix("\n")
        if is_set:
            standing.setdefault(owner.get("name", ""), []).append(value)
    return all(set(texts) <= set(standing.get(name, ())) for name, texts in form.typed.items())


def _labels(page: HtmlElement) -> dict[str, str]:
    """Return the label of each field of a page."""
    return {
        str(label.get("for")).removeprefix("f-"): " ".join(str(label.text_content()).split())
        for label in page.iter("label")
    }


def sent_form(request: Request, why: KeptReason) -> KeptForm | None:
    """Return what was sent, without secrets, or None if no form was read."""
    submission: Submission | None = request.scope.get("preceptor.submission")
    if submission is None:
        return None
    fields = {name: texts for name, texts in submission.fields.items() if not _SECRET.search(name)}
    return KeptForm(page_of(request), str(request.scope["path"]), fields, why)


def page_of(request: Request) -> str:
    """Return the page of the form, which the browser names. If that page cannot be opened again,
    such as one shown after a refusal, return the form's own address, or the page above it
    (`…/second-factor` for `…/second-factor/reset`), or the home page."""
    own = str(request.scope["path"])
    for address in (request.headers.get("referer", ""), own, own.rpartition("/")[0]):
        parts = urlsplit(address)
        if parts.netloc and f"{parts.scheme}://{parts.netloc}" != request.scope["preceptor.origin"]:
            continue
        query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != KEPT])
        path = f"{parts.path}?{query}" if query else parts.path
        if local_path(path) == path and _can_be_opened(request, parts.path):
            return path
    return HOME


def _can_be_opened(request: Request, path: str) -> bool:
    scope = {"type": "http", "path": path, "root_path": "", "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
