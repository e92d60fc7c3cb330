"""Admins' page of one person's proof of basic life support: record, replace, withdraw."""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Response

from app.accounts import life_support, life_support_queries
from app.accounts.forms import ProofForm, WithdrawProofForm
from app.accounts.life_support_queries import ProofPage
from app.kit.errors import Refused
from app.kit.ids import UserId
from app.kit.messages import msg
from app.kit.versions import Stale
from app.web.access import ADMIN
from app.web.dates import typed_day
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/people")


@pages.get("/{person_id}/life-support", name="accounts.life_support", access=ADMIN)
def show_proof(*, visit: Visit, person_id: UserId) -> Response:
    return _proof_page(visit, person_id)


@pages.post("/{person_id}/life-support", name="accounts.life_support.post", access=ADMIN)
def record_proof(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = ProofForm.read(submitted)
        today = visit.now.astimezone(ZoneInfo(visit.academy.zone)).date()
        with visit.database.write() as db:
            life_support.record_proof(
                db,
                visit.actor,
                person_id,
                passed_on=form.passed_on,
                expires_on=form.expires_on,
                issuer=form.issuer,
                reason=form.reason,
                expected_version=form.version,
                today=today,
                now=visit.now,
            )
    except Refused as refused:
        return _proof_page(visit, person_id, submitted, refused)
    words = msg("Basic life support is recorded until {day:plain}.", day=form.expires_on)
    return visit.redirect(visit.url("accounts.person", person_id=person_id), flash=words)


@pages.post(
    "/{person_id}/life-support/withdraw", name="accounts.life_support.withdraw", access=ADMIN
)
def withdraw_proof(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = WithdrawProofForm.read(submitted)
        with visit.database.write() as db:
            life_support.withdraw_proof(
                db,
                visit.actor,
                person_id,
                reason=form.withdraw_reason,
                expected_version=form.version,
                now=visit.now,
            )
    except Refused as refused:
        return _proof_page(visit, person_id, submitted, refused)
    words = msg("The proof is withdrawn. Places on practicals stay: see who has none.")
    return visit.redirect(visit.url("accounts.life_support", person_id=person_id), flash=words)


def _proof_page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = life_support_queries.proof_page(db, visit.actor, person_id)
    values = _values(page)
    if refused is not None and not isinstance(refused, Stale) and submitted is not None:
        # Fields of the page's other form show the recorded values.
        submitted = Submission(
            {
                **{name: (str(value),) for name, value in values.items()},
                **submitted.fields,
            },
            submitted.idempotency_key,
        )
    return form_page(
        visit,
        "accounts/life_support.html",
        submitted,
        refused,
        values=values,
        page=page,
    )


def _values(page: ProofPage) -> dict[str, Any]:
    proof = page.proof
    return {
        "passed_on": typed_day(proof.passed_on) if proof else "",
        "expires_on": typed_day(proof.expires_on) if proof else "",
        "issuer": proof.issuer if proof else "",
        "version": page.version,
    }
