"""Pages for people who are not signed in: register, sign in and out, and the links in mails."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from fastapi import Response

from app.accounts import (
    own_account,
    password_check,
    password_rules,
    passwords,
    queries,
    rate_limits,
    sign_ins,
)
from app.accounts.demo_pages import guests_of
from app.accounts.domain import KEPT_WORDS, LinkPurpose, SignInEnd
from app.accounts.errors import LinkSpent, SignInRefused, WrongPassword
from app.accounts.factors import ceremony
from app.accounts.forms import (
    ConfirmAddressForm,
    ConfirmForm,
    ForgotForm,
    RegisterForm,
    SetPasswordForm,
    SignInForm,
)
from app.accounts.mailed_links import LONGEST_TOKEN, read_link
from app.accounts.password_rules import guessable_words
from app.accounts.sign_in_cookies import browser_of, led_on, recognised, signed_in
from app.accounts.sign_in_values import SignInCandidate, StartedSignIn, refusal_of
from app.kit.errors import Refused, TooMany
from app.kit.ids import EventId
from app.kit.messages import Message, msg, sentences
from app.web.access import EVERYONE
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import HOME, local_path

pages = Pages()

CHOOSE_LONGER = sentences(password_rules.TOO_SHORT_ALONE, msg("Choose a longer one."))
SET_PASSWORD = {
    LinkPurpose.reset: "accounts/reset.html",
    LinkPurpose.invitation: "accounts/invitation.html",
}


@pages.get("/register", name="accounts.register", access=EVERYONE)
def show_register(*, visit: Visit) -> Response:
    if visit.maybe_actor is not None:
        return visit.redirect(_wanted(visit))
    return form_page(visit, "accounts/register.html", values={"next": _wanted(visit)})


@pages.post("/register", name="accounts.register.post", access=EVERYONE)
def register(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = password_check.read_with_password(
            RegisterForm, submitted, lambda: guessable_words(visit.academy, visit.subjects())
        )
        with visit.database.write() as db:
            mails_freely = own_account.ask_to_register(
                db, email=form.email, browser=browser_of(visit), now=visit.now
            )
        password_hash = passwords.choose(
            form.password,
            email=form.email,
            name=form.name,
            guessable=guessable_words(visit.academy, visit.subjects()),
            is_stranger=True,
        )
        with visit.database.write() as db:

            def effect() -> str:
                own_account.register(
                    db,
                    name=form.name,
                    email=form.email,
                    password_hash=password_hash,
                    wanted=_path_or_nothing(form.next),
                    language=visit.app_context.languages.tag_unless_own(visit.words),
                    mails_freely=mails_freely,
                    now=visit.now,
                )
                return _check_mail_path(visit, form.next)

            return visit.redirect(visit.once(db, submitted, effect))
    except Refused as refused:
        return form_page(visit, "accounts/register.html", submitted, refused)


@pages.get("/check-your-mail", name="accounts.check_mail", access=EVERYONE)
def show_check_mail(*, visit: Visit) -> Response:
    """Show the same text whether or not an account was made (R-024)."""
    wanted = _path_or_nothing(visit.request.query_params.get("next", ""))
    return visit.render("accounts/check_mail.html", wanted=wanted)


@pages.get("/sign-in", name="accounts.sign_in", access=EVERYONE)
def show_sign_in(*, visit: Visit) -> Response:
    if visit.maybe_actor is not None:
        return visit.redirect(_wanted(visit))
    return sign_in_page(visit)


@pages.post("/sign-in", name="accounts.sign_in.post", access=EVERYONE)
def sign_in(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = SignInForm.read(submitted)
        browser = browser_of(visit)
        candidate = sign_ins.begin_sign_in(
            visit.database, email=form.email, browser=browser, now=visit.now
        )
        new_hash = _check(visit, candidate, form.password)
        with visit.database.write() as db:
            started = sign_ins.sign_in(db, candidate, browser, new_hash=new_hash, now=visit.now)
            if started is None:
                own_account.confirm_again(
                    db, candidate, browser, wanted=_path_or_nothing(form.next), now=visit.now
                )
    except Refused as refused:
        return sign_in_page(visit, submitted, refused)
    if started is None:
        return visit.redirect(_check_mail_path(visit, form.next))
    to = local_path(form.next)
    if isinstance(started, StartedSignIn) and password_rules.is_too_short_alone(form.password):
        to, flash = visit.url("accounts.password"), CHOOSE_LONGER  # a reset took the factor
        return signed_in(visit, started, to, flash, kind="warning")
    return led_on(visit, started, to)


@pages.post("/sign-out", name="accounts.sign_out", access=EVERYONE)
def sign_out(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    if token := visit.sign_in_token:
        with visit.database.write() as db:
            sign_ins.sign_out(db, token, now=visit.now)
    response = visit.redirect("/", flash=msg("You are signed out."), owner=visit.visitor)
    visit.drop_cookie(response, "sid")
    response.headers["clear-site-data"] = '"cache"'
    return response


@pages.get("/confirm", name="accounts.confirm", access=EVERYONE)
def show_confirm(*, visit: Visit) -> Response:
    values = {"token": token_of(visit), "next": _wanted(visit)}
    return link_page(visit, "accounts/confirm.html", LinkPurpose.confirm, values=values)


@pages.post("/confirm", name="accounts.confirm.post", access=EVERYONE)
def confirm(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ConfirmForm.read(submitted)
        link_id, browser = link_id_of(visit, form.token), browser_of(visit)
        with counting_wrong_links(visit):
            candidate = sign_ins.begin_confirming(visit.database, link_id, browser, now=visit.now)
        try:
            _check(visit, candidate, form.password)
        except SignInRefused:
            raise WrongPassword("password") from None
        with visit.database.write() as db:
            started = own_account.confirm(db, link_id, candidate, browser, now=visit.now)
    except Refused as refused:
        return link_page(visit, "accounts/confirm.html", LinkPurpose.confirm, submitted, refused)
    return led_on(visit, started, local_path(form.next), msg("Your address is confirmed."))


@pages.get("/forgot", name="accounts.forgot", access=EVERYONE)
def show_forgot(*, visit: Visit) -> Response:
    return form_page(visit, "accounts/forgot.html")


@pages.post("/forgot", name="accounts.forgot.post", access=EVERYONE)
def forgot(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ForgotForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                own_account.ask_for_reset(
                    db, email=form.email, browser=browser_of(visit), now=visit.now
                )
                return visit.url("accounts.check_mail")

            return visit.redirect(visit.once(db, submitted, effect))
    except Refused as refused:
        return form_page(visit, "accounts/forgot.html", submitted, refused)


@pages.get("/reset", name="accounts.reset", access=EVERYONE)
def show_reset(*, visit: Visit) -> Response:
    return link_page(
        visit, "accounts/reset.html", LinkPurpose.reset, values={"token": token_of(visit)}
    )


@pages.post("/reset", name="accounts.reset.post", access=EVERYONE)
def reset(*, visit: Visit, submitted: Submitted) -> Response:
    return _set_password(visit, submitted, LinkPurpose.reset)


@pages.get("/invitation", name="accounts.invitation", access=EVERYONE)
def show_invitation(*, visit: Visit) -> Response:
    return link_page(
        visit, "accounts/invitation.html", LinkPurpose.invitation, values={"token": token_of(visit)}
    )


@pages.post("/invitation", name="accounts.invitation.post", access=EVERYONE)
def accept_invitation(*, visit: Visit, submitted: Submitted) -> Response:
    return _set_password(visit, submitted, LinkPurpose.invitation)


@pages.get("/new-address", name="accounts.new_address", access=EVERYONE)
def show_new_address(*, visit: Visit) -> Response:
    return link_page(
        visit, "accounts/new_address.html", LinkPurpose.email, values={"token": token_of(visit)}
    )


@pages.post("/new-address", name="accounts.new_address.post", access=EVERYONE)
def change_address(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ConfirmAddressForm.read(submitted)
        with counting_wrong_links(visit), visit.database.write() as db:
            own_account.change_address(db, link_id_of(visit, form.token), now=visit.now)
    except Refused as refused:
        return link_page(visit, "accounts/new_address.html", LinkPurpose.email, submitted, refused)
    return visit.redirect("/me", flash=msg("Your e-mail address is changed."))


def _check(visit: RequestContext, candidate: SignInCandidate, typed: str) -> str | None:
    """Return None, or a new hash if the old one is outdated. Raise SignInRefused if the password is
    wrong."""
    if not password_check.is_right(visit.database, candidate, typed):
        with visit.database.write() as db:
            sign_ins.refuse_sign_in(db, candidate, now=visit.now)
        raise refusal_of(candidate)
    if candidate.password_hash and passwords.is_outdated(candidate.password_hash):
        return passwords.hash_of_password(typed)
    return None


def _set_password(visit: RequestContext, submitted: Submission, purpose: LinkPurpose) -> Response:
    try:
        form = SetPasswordForm.read(submitted)
        link_id = link_id_of(visit, form.token)
        with counting_wrong_links(visit), visit.database.read() as db:
            owner = queries.link_owner(db, link_id, purpose, now=visit.now)
        password_hash = passwords.choose(
            form.password,
            email=owner.email,
            name=owner.name,
            guessable=guessable_words(visit.academy, visit.subjects()),
            has_factor=owner.has_factor,
        )
        with visit.database.write() as db:
            device = own_account.set_password(
                db, link_id, purpose, password_hash, browser_of(visit), now=visit.now
            )
    except Refused as refused:
        return link_page(visit, SET_PASSWORD[purpose], purpose, submitted, refused)
    words = msg("Your password is set. Sign in with it.")
    response = visit.redirect(visit.url("accounts.sign_in"), flash=words, owner=visit.visitor)
    return recognised(visit, response, device)


@contextmanager
def counting_wrong_links(visit: RequestContext) -> Iterator[None]:
    """Count a mailed link that does not work, after its block has ended, because a refusal rolls
    the block back."""
    try:
        yield
    except LinkSpent:
        rate_limits.refuse_link(visit.database, network=visit.network, now=visit.now)
        raise


def link_page(
    visit: RequestContext,
    template: str,
    purpose: LinkPurpose,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    values: dict[str, str] | None = None,
) -> Response:
    """Show the page of a mailed link, or say that the link no longer works. The page sends no
    referrer, so that other sites never learn the token."""
    token = submitted.get("token") if submitted else (values or {})["token"]
    try:
        with visit.database.read() as db:
            owner = queries.link_owner(db, link_id_of(visit, token), purpose, now=visit.now)
    except LinkSpent as spent:
        if isinstance(refused, TooMany):
            raise refused from None
        if submitted is None:
            rate_limits.refuse_link_while_reading(
                visit.database, network=visit.network, now=visit.now
            )
        again = purpose in (LinkPurpose.reset, LinkPurpose.invitation)
        response = visit.render(
            "accounts/link_spent.html", status=404, title=spent.title, can_reset=again
        )
    else:
        response = form_page(visit, template, submitted, refused, values=values, page=owner)
    response.headers["referrer-policy"] = "no-referrer"
    return response


def sign_in_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    query = visit.request.query_params
    values = {"next": _wanted(visit), **{name: query.get(name, "") for name in ("ended", "kept")}}
    shown = submitted.values if submitted else values
    return form_page(
        visit,
        "accounts/sign_in.html",
        submitted,
        refused,
        values=values,
        ended=_how_it_ended(str(shown.get("ended", "")), str(shown.get("kept", ""))),
        guests=guests_of(visit),
        passkeys_work=ceremony.site_of(visit.settings.base_url, "") is not None,
    )


def _how_it_ended(ended: str, form_fate: str) -> Message | None:
    """Return why the person has to sign in again, and whether what they typed is stored."""
    if ended not in set(SignInEnd):
        return None
    return sentences(SignInEnd(ended).sentence, KEPT_WORDS.get(form_fate))


def _wanted(visit: RequestContext) -> str:
    return local_path(visit.request.query_params.get("next"))


def _check_mail_path(visit: RequestContext, wanted: str) -> str:
    """Return the page that says that a mail is under way. It knows where the person wants to be."""
    path = _path_or_nothing(wanted)
    return visit.url("accounts.check_mail") + (f"?next={quote(path, safe='/')}" if path else "")


def _path_or_nothing(typed: str) -> str:
    path = local_path(typed)
    return "" if path == HOME else path


def token_of(visit: RequestContext) -> str:
    return visit.request.query_params.get("token", "")[:LONGEST_TOKEN]


def link_id_of(visit: RequestContext, token: str) -> EventId | None:
    return read_link(visit.settings.secret_key.get_secret_value(), token)
