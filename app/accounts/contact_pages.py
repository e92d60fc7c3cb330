"""The page of a person's own phone number and emergency contact."""

from fastapi import Response

from app.accounts import contact_queries, own_contact
from app.accounts.forms import PERSONAL_DETAILS, ContactForm
from app.kit.errors import Invalid
from app.kit.messages import msg
from app.kit.versions import Stale
from app.web.access import SIGNED_IN
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages("/me/contact")


@pages.get("", name="accounts.contact", access=SIGNED_IN)
def show_contact(*, visit: Visit) -> Response:
    return _page(visit)


@pages.post("", name="accounts.contact.post", access=SIGNED_IN, proof=PERSONAL_DETAILS)
def change_contact(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ContactForm.read(submitted)
        contact = form.contact(visit.academy.region)
        with visit.database.write() as db:
            own_contact.change_contact(
                db, visit.actor, contact, expected_version=form.version, now=visit.now
            )
    except (Stale, Invalid) as refused:
        return _page(visit, submitted, refused)
    return visit.redirect(
        visit.url("accounts.me"), flash=msg("Your phone number and emergency contact are saved.")
    )


def _page(
    visit: RequestContext,
    submitted: Submission | None = None,
    refused: Stale | Invalid | None = None,
) -> Response:
    with visit.database.read() as db:
        contact = contact_queries.contact_of(db, visit.actor.user_id)
    return form_page(
        visit,
        "accounts/contact.html",
        submitted,
        refused,
        values={**contact.typed, "version": contact.version},
    )
