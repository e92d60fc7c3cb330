"""The page on which the office corrects a person's details."""

from fastapi import Response

from app.accounts import corrections, queries
from app.accounts.corrections import FIELD_WORDS
from app.accounts.domain import Profile
from app.accounts.forms import CorrectionForm
from app.accounts.printable_names import demand_printable_profile
from app.kit.errors import Refused
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.web.access import ADMIN, FreshProof
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages("/admin/people")


@pages.get("/{person_id}/details", name="accounts.correct", access=ADMIN)
def show_details(*, visit: Visit, person_id: UserId) -> Response:
    return _page(visit, person_id)


@pages.post(
    "/{person_id}/details",
    name="accounts.correct.post",
    access=ADMIN,
    proof=FreshProof(msg("correct a person’s details")),
)
def correct(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = CorrectionForm.read(submitted)
        details = form.details(visit.academy.region)
        with visit.database.read() as db:
            person = queries.person(db, person_id)
        demand_printable_profile(
            Profile(person.name, person.certificate_name),
            Profile(form.name, form.certificate_name),
            person.roles,
        )
        with visit.database.write() as db:
            changed = corrections.correct_person(
                db,
                visit.actor,
                person_id,
                details,
                reason=form.reason,
                expected_version=form.version,
                now=visit.now,
            )
    except Refused as refused:
        return _page(visit, person_id, submitted, refused)
    return visit.redirect(
        visit.url("accounts.person", person_id=person_id), flash=_done(changed, form.email)
    )


def _done(changed: frozenset[str], email: str) -> Message:
    if not changed:
        return msg("Nothing was changed.")
    if "email" in changed:
        return msg(
            "The details are corrected. A mail to {address} asks its owner to confirm the address.",
            address=email,
        )
    words = tuple(FIELD_WORDS[name] for name in FIELD_WORDS if name in changed)
    return msg("Corrected: {fields}. The person gets a mail.", fields=words)


def _page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        details = corrections.details_of(db, visit.actor, person_id)
        person = queries.person(db, person_id)
    return form_page(
        visit,
        "accounts/correct.html",
        submitted,
        refused,
        values={name: value or "" for name, value in details.record.items()}
        | details.contact.typed
        | {"version": details.version},
        person=person,
    )
