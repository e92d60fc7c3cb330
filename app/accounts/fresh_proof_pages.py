"""The page that asks for a fresh proof, and the page that starts a download after it."""

from urllib.parse import urlencode

from fastapi import Response

from app.accounts import fresh_proof, password_check, passwords, sign_ins
from app.accounts.errors import WrongPassword
from app.accounts.factors import ceremony
from app.accounts.factors import queries as factor_queries
from app.accounts.forms import ProveForm
from app.accounts.proof_requirements import KEPT_WORDS
from app.accounts.sign_in_cookies import signed_in
from app.accounts.sign_in_values import SignInCandidate, StartedSignIn
from app.kit.errors import Refused
from app.web.access import ENROLLING
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.fresh_proof import is_file, proof_of
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import local_path

pages = Pages("/prove")
CARRIED = ("act", "next", "back", "kept")
"""The values that the address of the page and its form pass on."""


@pages.get("", name="accounts.prove", access=ENROLLING)
def show_prove(*, visit: Visit) -> Response:
    query = visit.request.query_params
    wanted = query.get("next")
    if wanted and visit.actor.has_fresh_proof(visit.now):
        return visit.redirect(onward(visit, wanted, query.get("back", "")))
    return prove_page(visit, {name: query.get(name, "") for name in CARRIED})


@pages.post("", name="accounts.prove.post", access=ENROLLING)
def prove(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ProveForm.read(submitted)
        started = _proved(visit, form.password)
    except Refused as refused:
        carried = {name: submitted.get(name) for name in CARRIED}
        return prove_page(visit, carried, submitted, refused)
    return signed_in(visit, started, onward(visit, form.next, form.back))


@pages.get("/download", name="accounts.proved_download", access=ENROLLING)
def show_download(*, visit: Visit) -> Response:
    """Start the download. A browser that saves a file stays on the page before it, which is this
    one."""
    query = visit.request.query_params
    file = local_path(query.get("next"))
    if not is_file(visit.request.app, file):
        return visit.redirect(file)
    response = visit.render(
        "accounts/proved_download.html", file=file, back=local_path(query.get("back"))
    )
    response.headers["refresh"] = f"0; url={file}"
    return response


def _proved(visit: RequestContext, typed: str) -> StartedSignIn:
    candidate = checked(visit, typed, "password")
    is_outdated = candidate.password_hash and passwords.is_outdated(candidate.password_hash)
    new_hash = passwords.hash_of_password(typed) if is_outdated else None
    with visit.database.write() as db:
        return fresh_proof.prove(db, visit.actor, candidate, new_hash=new_hash, now=visit.now)


def checked(visit: RequestContext, typed: str, field: str) -> SignInCandidate:
    """Return the checked password if it is the actor's own; otherwise raise WrongPassword for the
    field."""
    candidate = sign_ins.begin_proof(
        visit.database, visit.actor, network=visit.network, now=visit.now
    )
    if not password_check.is_right(visit.database, candidate, typed):
        with visit.database.write() as db:
            sign_ins.refuse_sign_in(db, candidate, now=visit.now)
        raise WrongPassword(field)
    return candidate


def onward(visit: RequestContext, wanted: str, back: str) -> str:
    """Return the page after the proof: the person's page, or the page that starts the download."""
    to = local_path(wanted)
    if not is_file(visit.request.app, to):
        return to
    query = urlencode({"next": to, "back": local_path(back)}, safe="/")
    return f"{visit.url('accounts.proved_download')}?{query}"


def prove_page(
    visit: RequestContext,
    carried: dict[str, str],
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    proof = proof_of(visit.request.app, carried["act"])
    site = ceremony.site_of(visit.settings.base_url, visit.academy.name)
    has_passkey = False
    if site is not None and visit.actor.second_factor:
        with visit.database.read() as db:
            has_passkey = bool(factor_queries.known_of(db, visit.actor.user_id))
    return form_page(
        visit,
        "accounts/prove.html",
        submitted,
        refused,
        values=carried,
        act=proof.act if proof else None,
        kept=KEPT_WORDS.get(carried["kept"], ""),
        leave=local_path(carried["back"] or carried["next"]),
        has_passkey=has_passkey,
        demo_password=visit.app_context.guest_password,
    )
