"""The second step of signing in, and the mailed link that stops a reset."""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Response
from sqlalchemy.orm import Session

from app.accounts.domain import LinkPurpose
from app.accounts.factors import ceremony, queries, resets, second_step
from app.accounts.factors.errors import PendingEnded, WrongCode
from app.accounts.factors.forms import CodeForm, RecoveryCodeForm
from app.accounts.factors.second_step import SecondStepTry
from app.accounts.forms import ConfirmAddressForm
from app.accounts.pages import counting_wrong_links, link_id_of, link_page, token_of
from app.accounts.sign_in_cookies import WAITING, browser_of, signed_in
from app.accounts.sign_in_values import StartedSignIn
from app.kit.errors import Refused
from app.kit.messages import msg
from app.settings import Environment
from app.web.access import EVERYONE
from app.web.csrf import cookie_name
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import HOME, local_path

pages = Pages()

STOP = "accounts/factors/stop.html"
Finish = Callable[[Session], StartedSignIn | None]


@pages.get("/sign-in/second-factor", name="accounts.second_step", access=EVERYONE)
def show_second_step(*, visit: Visit) -> Response:
    return step_page(visit)


@pages.post("/sign-in/second-factor", name="accounts.second_step.post", access=EVERYONE)
def finish_with_app(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = CodeForm.read(submitted)

        def finish(db: Session) -> StartedSignIn | None:
            return second_step.finish_with_app(
                db, visit.keys.sealing, attempt, code=form.code, now=visit.now
            )

        attempt = _begin(visit)
        return finish_sign_in(visit, _tried(visit, finish, "code"), form.next)
    except Refused as refused:
        return step_page(visit, submitted, refused)


@pages.post("/sign-in/recovery-code", name="accounts.recovery_code.post", access=EVERYONE)
def finish_with_recovery_code(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = RecoveryCodeForm.read(submitted)

        def finish(db: Session) -> StartedSignIn | None:
            return second_step.finish_with_recovery_code(
                db, attempt, code=form.recovery_code, now=visit.now
            )

        attempt = _begin(visit, of="recovery codes")
        return finish_sign_in(visit, _tried(visit, finish, "recovery_code"), form.next)
    except Refused as refused:
        return step_page(visit, submitted, refused)


@pages.get("/stop-reset", name="accounts.stop_reset", access=EVERYONE)
def show_stop_reset(*, visit: Visit) -> Response:
    return link_page(visit, STOP, LinkPurpose.stop_reset, values={"token": token_of(visit)})


@pages.post("/stop-reset", name="accounts.stop_reset.post", access=EVERYONE)
def stop_reset(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ConfirmAddressForm.read(submitted)
        with counting_wrong_links(visit), visit.database.write() as db:
            resets.stop_by_link(db, link_id_of(visit, form.token), now=visit.now)
    except Refused as refused:
        return link_page(visit, STOP, LinkPurpose.stop_reset, submitted, refused)
    words = msg(
        "The reset is stopped, and your second factor stays. If you did not ask for it, choose a new "
        "password here."
    )
    return visit.redirect(visit.url("accounts.forgot"), flash=words)


def waiting_token(visit: RequestContext) -> str | None:
    """Return the token of this browser's waiting sign-in."""
    return visit.request.cookies.get(cookie_name(visit.settings, WAITING))


def finish_sign_in(visit: RequestContext, started: StartedSignIn, wanted: str) -> Response:
    """Give the browser its sign-in, and delete the cookie of the waiting one."""
    response = signed_in(visit, started, local_path(wanted))
    visit.drop_cookie(response, WAITING)
    return response


def _begin(visit: RequestContext, of: str = "codes") -> SecondStepTry:
    """Count a try before its code is compared."""
    return second_step.begin_step(
        visit.database, waiting_token(visit), browser_of(visit), of=of, now=visit.now
    )


def _tried(visit: RequestContext, finish: Finish, field: str) -> StartedSignIn:
    """Return the sign-in, or raise WrongCode. The wrong try was counted in a block that has already
    ended."""
    with visit.database.write() as db:
        started = finish(db)
    if started is None:
        raise WrongCode(field)
    return started


def step_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    token, wanted = waiting_token(visit), _wanted(visit, submitted)
    with visit.database.read() as db:
        step = queries.second_step(db, token, now=visit.now)
        code = None
        if step is not None and visit.settings.env is Environment.demo:
            code = queries.code_for_demo(db, visit.keys.sealing, step.user_id, now=visit.now)
    if step is None:
        if visit.maybe_actor is not None:
            return visit.redirect(wanted)
        flash = PendingEnded().detail if token or refused else None
        query = "" if wanted == HOME else f"?{urlencode({'next': wanted})}"
        response = visit.redirect(
            visit.url("accounts.sign_in") + query, flash=flash, kind="warning"
        )
        visit.drop_cookie(response, WAITING)
        return response
    site = ceremony.site_of(visit.settings.base_url, visit.academy.name)
    return form_page(
        visit,
        "accounts/factors/step.html",
        submitted,
        refused,
        values={"next": wanted},
        page=step,
        demo_code=code,
        passkeys_work=site is not None,
    )


def _wanted(visit: RequestContext, submitted: Submission | None) -> str:
    typed = visit.request.query_params.get("next") if submitted is None else submitted.get("next")
    return local_path(typed)
