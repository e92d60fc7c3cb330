"""Pages of a person's own second factors: the list, setting up an app, recovery codes, removing."""

from io import BytesIO

import segno
from fastapi import Response

from app.accounts.factors import fresh_codes, queries, resets, service
from app.accounts.factors.domain import (
    STEP_SECONDS,
    code_of,
    codes_as_text,
    in_groups,
    setup_address,
    step_of,
)
from app.accounts.factors.errors import NothingToSetUp
from app.accounts.factors.factor_change import FactorChange, OwnPassword
from app.accounts.factors.forms import CodeForm, RemoveAppForm
from app.accounts.fresh_proof_pages import checked
from app.accounts.password_rules import is_too_short_alone
from app.accounts.sign_in_cookies import browser_of, signed_in
from app.kit.errors import NotFound, ProofNeeded, Refused
from app.kit.messages import Message, msg
from app.settings import Environment
from app.web.access import ENROLLING, SIGNED_IN, FreshProof
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/me/second-factor")

ADDED = msg("Your authenticator app is set up. Other devices are signed out.")
REPLACED_CODES = msg("The earlier recovery codes work no more. Other devices are signed out.")


@pages.get("", name="accounts.second_factor", access=ENROLLING)
def show_factors(*, visit: Visit) -> Response:
    with visit.database.read() as db:
        factors = queries.factors_of(db, visit.actor.user_id)
        reset = queries.open_reset(db, visit.actor.user_id)
    return visit.render(
        "accounts/factors/own.html",
        page=factors,
        reset=reset,
        codes_are_shown=bool(fresh_codes.held(visit)),
    )


@pages.post(
    "/app/begin",
    name="accounts.begin_app",
    access=ENROLLING,
    proof=FreshProof(msg("set up an authenticator app")),
)
def begin_app(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        service.begin_app(db, visit.actor, visit.keys.sealing, now=visit.now)
    return visit.redirect(visit.url("accounts.app"))


@pages.get("/app", name="accounts.app", access=ENROLLING)
def show_app(*, visit: Visit) -> Response:
    return _app_page(visit)


@pages.get("/app.svg", name="accounts.app_picture", access=ENROLLING)
def show_app_picture(*, visit: Visit) -> Response:
    """Send the QR code of the secret, black on white in both themes."""
    picture = BytesIO()
    segno.make(_address(visit, _secret(visit)), error="m").save(
        picture, kind="svg", border=4, dark="#000", light="#fff", scale=4, xmldecl=False
    )
    return Response(picture.getvalue(), media_type="image/svg+xml")


@pages.post(
    "/app",
    name="accounts.app.post",
    access=ENROLLING,
    proof=FreshProof(msg("set up an authenticator app")),
)
def confirm_app(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = CodeForm.read(submitted)
        with visit.database.write() as db:
            changed = service.confirm_app(
                db,
                visit.actor,
                visit.keys.sealing,
                browser_of(visit),
                code=form.code,
                now=visit.now,
            )
    except Refused as refused:
        return _app_page(visit, submitted, refused)
    return after_change(visit, changed, ADDED)


@pages.get("/app/remove", name="accounts.remove_app", access=SIGNED_IN)
def show_remove_app(*, visit: Visit) -> Response:
    return _remove_page(visit)


@pages.post(
    "/app/remove",
    name="accounts.remove_app.post",
    access=SIGNED_IN,
    proof=FreshProof(msg("remove your authenticator app"), by_use_case=True),
)
def remove_app(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = RemoveAppForm.read(submitted)
        password = own_password(visit, form.current_password)
        with visit.database.write() as db:
            changed = service.remove_app(
                db,
                visit.actor,
                browser_of(visit),
                password=password,
                staff_need_factor=visit.settings.staff_need_factor,
                now=visit.now,
            )
    except ProofNeeded:
        raise
    except Refused as refused:
        return _remove_page(visit, submitted, refused)
    return after_change(visit, changed, msg("Your authenticator app is removed."))


@pages.post(
    "/codes/new",
    name="accounts.new_codes",
    access=SIGNED_IN,
    proof=FreshProof(msg("make new recovery codes")),
)
def make_codes_anew(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        changed = service.make_codes_anew(db, visit.actor, browser_of(visit), now=visit.now)
    return after_change(visit, changed, REPLACED_CODES)


@pages.get("/codes", name="accounts.codes", access=SIGNED_IN)
def show_codes(*, visit: Visit) -> Response:
    return visit.render("accounts/factors/codes.html", page=fresh_codes.held(visit))


@pages.get("/codes.txt", name="accounts.codes_text", access=SIGNED_IN)
def download_codes(*, visit: Visit) -> Response:
    codes = fresh_codes.held(visit)
    if not codes:
        raise NotFound(
            msg("Recovery codes are shown once. Make new ones if you have not kept them.")
        )
    text = codes_as_text(codes, visit.words, academy=visit.academy.name, email=visit.actor.email)
    headers = {"content-disposition": 'attachment; filename="recovery-codes.txt"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@pages.post("/codes/kept", name="accounts.codes_kept", access=SIGNED_IN)
def keep_codes(*, visit: Visit, submitted: Submitted) -> Response:
    """Delete the codes from the browser, because their owner has saved them."""
    ButtonForm.read(submitted)
    response = visit.redirect(visit.url("accounts.second_factor"))
    visit.drop_cookie(response, fresh_codes.COOKIE)
    return response


@pages.post("/reset/stop", name="accounts.stop_own_reset", access=SIGNED_IN)
def stop_own_reset(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        resets.stop_own(db, visit.actor, now=visit.now)
    words = msg("The reset is stopped. Your second factor stays.")
    return visit.redirect(visit.url("accounts.second_factor"), flash=words)


def after_change(visit: RequestContext, changed: FactorChange, words: Message) -> Response:
    """Give the browser its new sign-in, and show new recovery codes if some were made."""
    page = "accounts.codes" if changed.codes else "accounts.second_factor"
    response = signed_in(visit, changed.started, visit.url(page), words)
    if changed.codes:
        fresh_codes.hand_over(visit, response, changed.codes)
    return response


def own_password(visit: RequestContext, typed: str | None) -> OwnPassword | None:
    """Check the typed password outside every block and return it, or None if nothing was typed.
    Raise WrongPassword."""
    if not typed:
        return None
    return OwnPassword(checked(visit, typed, "current_password"), is_too_short_alone(typed))


def _app_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    if isinstance(refused, NothingToSetUp):
        return visit.redirect(
            visit.url("accounts.second_factor"), flash=refused.detail, kind="warning"
        )
    with visit.database.read() as db:
        secret = queries.secret_being_set_up(db, visit.actor, visit.keys.sealing, now=visit.now)
    if secret is None:
        return visit.redirect(visit.url("accounts.second_factor"))
    return form_page(
        visit,
        "accounts/factors/app.html",
        submitted,
        refused,
        secret=in_groups(secret),
        address=_address(visit, secret),
        demo_code=_demo_code(visit, secret),
        seconds=STEP_SECONDS,
    )


def _secret(visit: RequestContext) -> str:
    with visit.database.read() as db:
        secret = queries.secret_being_set_up(db, visit.actor, visit.keys.sealing, now=visit.now)
    if secret is None:
        raise NotFound
    return secret


def _address(visit: RequestContext, secret: str) -> str:
    return setup_address(secret, email=visit.actor.email, academy=visit.academy.name)


def _demo_code(visit: RequestContext, secret: str) -> str | None:
    """Return the code that the app would show, so that nobody needs an app in the demo."""
    if visit.settings.env is not Environment.demo:
        return None
    return code_of(secret, step_of(visit.now))


def _remove_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        factors = queries.factors_of(db, visit.actor.user_id)
    if factors.app_since is None:
        raise NotFound(msg("You have no authenticator app."))
    is_kept = factors.count == 1 and visit.settings.staff_need_factor and visit.actor.is_staff
    return form_page(
        visit,
        "accounts/factors/remove_app.html",
        submitted,
        refused,
        page=factors,
        must_stay=is_kept,
    )
