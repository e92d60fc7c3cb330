"""Admins' page of one person's second factors: what they have, and the reset after a lost phone."""

from fastapi import Response

from app.accounts.factors import queries, resets
from app.accounts.forms import AccountReasonForm
from app.kit.errors import Refused
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.web.access import ADMIN, FreshProof
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/people")


@pages.get("/{person_id}/second-factor", name="accounts.factors_of", access=ADMIN)
def show_factors_of(*, visit: Visit, person_id: UserId) -> Response:
    return _factor_page(visit, person_id)


@pages.post(
    "/{person_id}/second-factor/reset",
    name="accounts.start_factor_reset",
    access=ADMIN,
    proof=FreshProof(msg("reset a person’s second factor")),
)
def start_reset(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = AccountReasonForm.read(submitted)
        with visit.database.write() as db:
            resets.start_reset(db, visit.actor, person_id, reason=form.reason, now=visit.now)
    except Refused as refused:
        return _factor_page(visit, person_id, submitted, refused)
    words = msg("The waiting time has begun. The person is told by mail and can stop it.")
    return _back(visit, person_id, words)


@pages.post(
    "/{person_id}/second-factor/reset/stop", name="accounts.stop_factor_reset", access=ADMIN
)
def stop_reset(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        resets.stop_for(db, visit.actor, person_id, now=visit.now)
    return _back(visit, person_id, msg("The reset is stopped. The second factor stays."))


def _factor_page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = queries.factor_page(db, visit.actor, person_id)
    return form_page(visit, "accounts/factors/person.html", submitted, refused, page=page)


def _back(visit: RequestContext, person_id: UserId, words: Message) -> Response:
    return visit.redirect(visit.url("accounts.factors_of", person_id=person_id), flash=words)
