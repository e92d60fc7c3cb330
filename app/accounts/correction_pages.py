"""The page on which the office corrects a person's details."""

from typing import Any

from fastapi import Response

from app.accounts import corrections, queries
from app.accounts.correction_rules import PersonDetails
from app.accounts.corrections import FIELD_WORDS
from app.accounts.domain import Profile
from app.accounts.forms import AddressBackForm, CorrectionForm
from app.accounts.issued_names import words_for_office
from app.accounts.printable_names import demand_printable_profile
from app.kit.errors import Refused
from app.kit.ids import UserId
from app.kit.messages import Message, msg, sentences
from app.web.access import ADMIN, FreshProof
from app.web.errors import status_of
from app.web.form_pages import errors_of, form_page
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
    words = sentences(
        _done(changed, form.email), _on_certificates(visit, person_id, changed, details)
    )
    return visit.redirect(visit.url("accounts.person", person_id=person_id), flash=words)


@pages.post(
    "/{person_id}/details/address-back",
    name="accounts.address_back",
    access=ADMIN,
    proof=FreshProof(msg("correct a person’s details")),
)
def take_address_back(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = AddressBackForm.read(submitted)
        with visit.database.write() as db:
            corrections.take_address_back(
                db,
                visit.actor,
                person_id,
                reason=form.back_reason,
                expected_version=form.version,
                now=visit.now,
            )
    except Refused as refused:
        return _page_after_undo(visit, person_id, submitted, refused)
    return visit.redirect(
        visit.url("accounts.person", person_id=person_id),
        flash=msg("The address of before is theirs again. Both addresses get a mail."),
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


def _on_certificates(
    visit: RequestContext, person_id: UserId, changed: frozenset[str], details: PersonDetails
) -> Message | None:
    """Return a sentence about certificates that have the name of before, if it was corrected."""
    if "certificate_name" not in changed:
        return None
    with visit.database.read() as db:
        return words_for_office(db, person_id, details.certificate_name or "")


def _page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    values, others = _read(visit, person_id)
    return form_page(visit, "accounts/correct.html", submitted, refused, values=values, **others)


def _page_after_undo(
    visit: RequestContext, person_id: UserId, submitted: Submission, refused: Refused
) -> Response:
    """Show the details as they are now, with why the new address was not taken back."""
    values, others = _read(visit, person_id)
    return visit.render(
        "accounts/correct.html",
        status=status_of(refused),
        values={**values, "back_reason": submitted.values.get("back_reason", "")},
        errors=errors_of(refused),
        **others,
    )


def _read(visit: RequestContext, person_id: UserId) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of a fresh form, and what else the page shows."""
    with visit.database.read() as db:
        details = corrections.details_of(db, visit.actor, person_id)
        before = corrections.address_before(db, visit.actor, person_id)
        person = queries.person(db, person_id)
    values = {name: value or "" for name, value in details.record.items()}
    values |= details.contact.typed | {"version": details.version}
    return values, {"person": person, "address_before": before, "version": details.version}
