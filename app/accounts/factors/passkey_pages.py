"""Pages of passkeys: adding and removing one's own, and using one as second step, instead of the
password, or as a fresh proof. A script requests the options with a POST and sends the answer in an
ordinary form."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Response
from fastapi.responses import JSONResponse

from app.accounts.domain import device_label, network_block
from app.accounts.factors import ceremony, challenges, passkeys, queries, second_step
from app.accounts.factors.ceremony import Challenge, RegisteredPasskey, Site
from app.accounts.factors.challenges import OF_A_NETWORK, ChallengeHolder, PasskeyPurpose
from app.accounts.factors.errors import NoPasskeysHere, PasskeyRefused
from app.accounts.factors.forms import (
    AddPasskeyForm,
    PasskeyForm,
    ProveByPasskeyForm,
    RemovePasskeyForm,
)
from app.accounts.factors.own_pages import after_change, own_password
from app.accounts.factors.second_step_pages import finish_sign_in, step_page, waiting_token
from app.accounts.fresh_proof_pages import CARRIED, onward, prove_page
from app.accounts.pages import sign_in_page
from app.accounts.sign_in_cookies import browser_of, signed_in
from app.kit.errors import NotFound, ProofNeeded, Refused
from app.kit.ids import FactorId
from app.kit.messages import msg
from app.web.access import ENROLLING, EVERYONE, SIGNED_IN, FreshProof
from app.web.csrf import cookie_name
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()

ADDING = FreshProof(msg("add a passkey"))
ADDED = msg("Your passkey is added. Other devices are signed out.")


@pages.get(
    "/me/second-factor/passkeys/new", name="accounts.add_passkey", access=ENROLLING, proof=ADDING
)
def show_add(*, visit: Visit) -> Response:
    return _add_page(visit)


@pages.post(
    "/me/second-factor/passkeys/options",
    name="accounts.passkey_options",
    access=ENROLLING,
    proof=ADDING,
)
def options_to_add(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    actor, site = visit.actor, _site(visit)
    with visit.database.write() as db:
        handle = queries.handle_for(db, actor.user_id)
        existing = queries.known_of(db, actor.user_id)
        challenge = challenges.make(
            db, _own(visit, PasskeyPurpose.adding), user_handle=handle, now=visit.now
        )
    options = ceremony.options_to_add(
        site,
        challenge.value,
        user_handle=handle,
        email=actor.email,
        name=actor.name,
        existing=existing,
    )
    return JSONResponse(options)


@pages.post(
    "/me/second-factor/passkeys",
    name="accounts.add_passkey.post",
    access=ENROLLING,
    proof=ADDING,
)
def add(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = AddPasskeyForm.read(submitted)
        site, challenge = _site(visit), _taken(visit, _own(visit, PasskeyPurpose.adding))
        with visit.database.write() as db:
            changed = passkeys.add_passkey(
                db,
                visit.actor,
                site,
                challenge,
                browser_of(visit),
                name=form.name,
                answer=form.answer,
                now=visit.now,
            )
    except Refused as refused:
        return _add_page(visit, submitted, refused)
    return after_change(visit, changed, ADDED)


@pages.get(
    "/me/second-factor/passkeys/{passkey_id}/remove",
    name="accounts.remove_passkey",
    access=SIGNED_IN,
)
def show_remove(*, visit: Visit, passkey_id: FactorId) -> Response:
    return _remove_page(visit, passkey_id)


@pages.post(
    "/me/second-factor/passkeys/{passkey_id}/remove",
    name="accounts.remove_passkey.post",
    access=SIGNED_IN,
    proof=FreshProof(msg("remove a passkey"), by_use_case=True),
)
def remove(*, visit: Visit, submitted: Submitted, passkey_id: FactorId) -> Response:
    try:
        form = RemovePasskeyForm.read(submitted)
        password = own_password(visit, form.current_password)
        with visit.database.write() as db:
            changed = passkeys.remove_passkey(
                db,
                visit.actor,
                passkey_id,
                browser_of(visit),
                password=password,
                staff_need_factor=visit.settings.staff_need_factor,
                now=visit.now,
            )
    except (NotFound, ProofNeeded):
        raise
    except Refused as refused:
        return _remove_page(visit, passkey_id, submitted, refused)
    return after_change(visit, changed, msg("Your passkey is removed."))


@pages.post("/sign-in/passkey/options", name="accounts.passkey_sign_in_options", access=EVERYONE)
def options_to_sign_in(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    return _options_to_use(visit, _visitor(visit))


@pages.post("/sign-in/passkey", name="accounts.passkey_sign_in", access=EVERYONE)
def sign_in(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = PasskeyForm.read(submitted)
        site, challenge = _site(visit), _taken(visit, _visitor(visit))
        with _noting(visit, challenge), visit.database.write() as db:
            started = passkeys.sign_in_with_passkey(
                db, site, challenge, browser_of(visit), answer=form.answer, now=visit.now
            )
    except Refused as refused:
        return sign_in_page(visit, submitted, refused)
    return finish_sign_in(visit, started, form.next)


@pages.post(
    "/sign-in/second-factor/passkey/options",
    name="accounts.passkey_step_options",
    access=EVERYONE,
)
def options_for_step(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    token = waiting_token(visit)
    with visit.database.read() as db:
        step = queries.second_step(db, token, now=visit.now)
        allowed = queries.known_of(db, step.user_id) if step else ()
    if step is None or token is None:
        raise NotFound(msg("Nobody waits for a second factor here any more. Sign in again."))
    return _options_to_use(visit, ChallengeHolder(PasskeyPurpose.step, token), allowed)


@pages.post("/sign-in/second-factor/passkey", name="accounts.passkey_step", access=EVERYONE)
def finish_with_passkey(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form, site = PasskeyForm.read(submitted), _site(visit)
        token = waiting_token(visit)
        attempt = second_step.begin_step(
            visit.database, token, browser_of(visit), of="passkeys", now=visit.now
        )
        challenge = _taken(visit, ChallengeHolder(PasskeyPurpose.step, token or ""))
        with visit.database.write() as db:
            started = second_step.finish_with_passkey(
                db, attempt, site, challenge, answer=form.answer, now=visit.now
            )
        if started is None:
            raise PasskeyRefused
    except Refused as refused:
        return step_page(visit, submitted, refused)
    return finish_sign_in(visit, started, form.next)


@pages.post("/prove/passkey/options", name="accounts.passkey_proof_options", access=ENROLLING)
def options_to_prove(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.read() as db:
        allowed = queries.known_of(db, visit.actor.user_id)
    return _options_to_use(visit, _own(visit, PasskeyPurpose.proof), allowed)


@pages.post("/prove/passkey", name="accounts.passkey_proof", access=ENROLLING)
def prove(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ProveByPasskeyForm.read(submitted)
        site, challenge = _site(visit), _taken(visit, _own(visit, PasskeyPurpose.proof))
        with _noting(visit, challenge), visit.database.write() as db:
            started = passkeys.prove_with_passkey(
                db, visit.actor, site, challenge, answer=form.answer, now=visit.now
            )
    except Refused as refused:
        carried = {name: submitted.get(name) for name in CARRIED}
        return prove_page(visit, carried, submitted, refused)
    return signed_in(visit, started, onward(visit, form.next, form.back))


def _site(visit: RequestContext) -> Site:
    site = ceremony.site_of(visit.settings.base_url, visit.academy.name)
    if site is None:
        raise NoPasskeysHere
    return site


def _own(visit: RequestContext, what: PasskeyPurpose) -> ChallengeHolder:
    return ChallengeHolder(what, f"sign-in {visit.actor.sign_in_id}")


def _visitor(visit: RequestContext) -> ChallengeHolder:
    """Return the browser of a visitor, to which the sign-in page gave a cookie."""
    token = visit.request.cookies.get(cookie_name(visit.settings, "visitor"))
    if not token:
        raise PasskeyRefused
    return ChallengeHolder(
        PasskeyPurpose.sign_in, token, OF_A_NETWORK, network_block(visit.network)
    )


def _options_to_use(
    visit: RequestContext, holder: ChallengeHolder, allowed: tuple[RegisteredPasskey, ...] = ()
) -> Response:
    site = _site(visit)
    with visit.database.write() as db:
        challenge = challenges.make(db, holder, now=visit.now)
    return JSONResponse(ceremony.options_to_use(site, challenge.value, allowed=allowed))


def _taken(visit: RequestContext, holder: ChallengeHolder) -> Challenge | None:
    with visit.database.write() as db:
        return challenges.take(db, holder, now=visit.now)


@contextmanager
def _noting(visit: RequestContext, challenge: Challenge | None) -> Iterator[None]:
    """Record in the audit trail that a passkey was refused, after the refusal has rolled back its
    block. Answers without a challenge of ours are not recorded, because anyone could send any
    number of them."""
    try:
        yield
    except PasskeyRefused:
        if challenge is None:
            raise
        actor = visit.maybe_actor
        with visit.database.write() as db:
            passkeys.note_refusal(db, actor.user_id if actor else None, now=visit.now)
        raise


def _add_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    site = ceremony.site_of(visit.settings.base_url, visit.academy.name)
    return form_page(
        visit,
        "accounts/factors/add_passkey.html",
        submitted,
        refused,
        values={"name": device_label(visit.request.headers.get("user-agent", ""))},
        works=site is not None,
    )


def _remove_page(
    visit: RequestContext,
    passkey_id: FactorId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        factors = queries.factors_of(db, visit.actor.user_id)
    key = next((key for key in factors.passkeys if key.id == passkey_id), None)
    if key is None:
        raise NotFound(msg("You have no such passkey."))
    is_kept = factors.count == 1 and visit.settings.staff_need_factor and visit.actor.is_staff
    return form_page(
        visit,
        "accounts/factors/remove_passkey.html",
        submitted,
        refused,
        page=factors,
        passkey=key,
        must_stay=is_kept,
    )
