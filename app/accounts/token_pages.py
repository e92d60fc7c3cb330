"""Pages of a person's own API tokens: making one, showing it once, and ending it."""

from fastapi import Response

from app.accounts import api_tokens
from app.accounts.api_tokens import NewToken
from app.accounts.domain import API_TOKEN_LASTS
from app.accounts.forms import TokenForm
from app.kit.errors import Refused
from app.kit.ids import EventId
from app.kit.messages import msg
from app.web.access import SIGNED_IN, FreshProof
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/me/tokens")

SHOWN_ONCE = msg(
    "This token was made when you first sent the form, and was shown then. It cannot be shown again: if you "
    "do not have it, end it and make another."
)


@pages.get("/new", name="accounts.make_token", access=SIGNED_IN)
def show_make_token(*, visit: Visit) -> Response:
    return _form(visit)


@pages.post(
    "/new",
    name="accounts.make_token.post",
    access=SIGNED_IN,
    proof=FreshProof(msg("make a token for a program")),
)
def make_token(*, visit: Visit, submitted: Submitted) -> Response:
    """Show the new token in this response only: no other page, cookie or row ever contains it."""
    new_tokens: list[NewToken] = []
    try:
        form = TokenForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                new_tokens.append(
                    api_tokens.make_own(db, visit.actor, name=form.name, now=visit.now)
                )
                return visit.url("accounts.sign_ins")

            url = visit.once(db, submitted, effect)
    except Refused as refused:
        return _form(visit, submitted, refused)
    if not new_tokens:
        return visit.redirect(url, flash=SHOWN_ONCE, kind="info")
    return visit.render("accounts/token_made.html", page=new_tokens[0])


@pages.post("/{token_id}/end", name="accounts.end_token", access=SIGNED_IN)
def end_token(*, visit: Visit, submitted: Submitted, token_id: EventId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        api_tokens.revoke_own(db, visit.actor, token_id, now=visit.now)
    words = msg("That token has ended. A program that uses it is refused from now on.")
    return visit.redirect(visit.url("accounts.sign_ins"), flash=words)


def _form(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    return form_page(
        visit, "accounts/make_token.html", submitted, refused, days=API_TOKEN_LASTS.days
    )
