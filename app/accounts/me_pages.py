"""Pages of a person's own account: profile, password, address, sign-ins."""

from dataclasses import replace
from typing import Any

from fastapi import Response

from app.accounts import (
    contact_queries,
    own_account,
    own_profile,
    passwords,
    queries,
    sign_ins,
    token_queries,
)
from app.accounts.domain import PROFILE_WORDS, Profile, missing_profile_fields
from app.accounts.forms import (
    AS_MY_BROWSER,
    PERSONAL_DETAILS,
    ChangeAddressForm,
    ChangePasswordForm,
    ProfileForm,
)
from app.accounts.fresh_proof_pages import checked
from app.accounts.issued_names import words_after_saving
from app.accounts.password_rules import guessable_words
from app.accounts.printable_names import demand_printable_profile
from app.accounts.sign_in_cookies import browser_of, signed_in
from app.accounts.spoken_languages import demand_spoken, language_options
from app.kit.errors import Invalid, Refused
from app.kit.ids import SignInId
from app.kit.messages import Message, msg, sentences
from app.kit.versions import Stale
from app.web.access import SIGNED_IN
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
OPTIONS = {
    "is_medical": (("yes", msg("Yes")), ("no", msg("No"))),
    "theme": (("auto", msg("As my device")), ("light", msg("Light")), ("dark", msg("Dark"))),
}


@pages.get("/me", name="accounts.me", access=SIGNED_IN)
def show_me(*, visit: Visit) -> Response:
    return _me_page(visit)


@pages.post("/me", name="accounts.me.post", access=SIGNED_IN, proof=PERSONAL_DETAILS)
def change_profile(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ProfileForm.read(submitted)
    except Refused as refused:
        return _me_page(visit, submitted, refused)
    profile, sealing = form.profile(), visit.keys.sealing
    with visit.database.read() as db:
        before = queries.profile(db, visit.actor.user_id, sealing)
    try:
        demand_printable_profile(before, profile, visit.actor.roles)
        demand_spoken(before, profile, visit.app_context.languages)
        with visit.database.write() as db:
            stored = queries.profile(db, visit.actor.user_id, sealing)
            profile = _with_the_rest(visit, profile, stored, submitted)
            own_profile.change_profile(
                db, visit.actor, profile, sealing, expected_version=form.version, now=visit.now
            )
    except (Stale, Invalid) as refused:
        return _me_page(visit, submitted, refused)
    visit.speak(profile.language)
    words = sentences(msg("Your profile is saved."), _words_on_certificates(visit, before, profile))
    return visit.redirect(visit.url("accounts.me"), flash=words)


@pages.get("/me/password", name="accounts.password", access=SIGNED_IN)
def show_password(*, visit: Visit) -> Response:
    return form_page(visit, "accounts/password.html")


@pages.post("/me/password", name="accounts.password.post", access=SIGNED_IN)
def change_password(*, visit: Visit, submitted: Submitted) -> Response:
    actor = visit.actor
    try:
        form = ChangePasswordForm.read(submitted)
        candidate = checked(visit, form.current_password, "current_password")
        password_hash = passwords.choose(
            form.password,
            email=actor.email,
            name=actor.name,
            guessable=guessable_words(visit.academy, visit.subjects()),
            has_factor=actor.second_factor,
        )
        with visit.database.write() as db:
            started = own_account.change_password(
                db, actor, candidate, password_hash, browser_of(visit), now=visit.now
            )
    except Refused as refused:
        return form_page(visit, "accounts/password.html", submitted, refused)
    words = msg("Your password is changed. Your other devices are signed out.")
    return signed_in(visit, started, visit.url("accounts.me"), words)


@pages.get("/me/email", name="accounts.email", access=SIGNED_IN)
def show_email(*, visit: Visit) -> Response:
    return form_page(visit, "accounts/email.html")


@pages.post("/me/email", name="accounts.email.post", access=SIGNED_IN)
def ask_for_new_address(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ChangeAddressForm.read(submitted)
        candidate = checked(visit, form.current_password, "current_password")
        with visit.database.write() as db:
            started = own_account.ask_for_new_address(
                db, visit.actor, candidate, email=form.email, now=visit.now
            )
    except Refused as refused:
        return form_page(visit, "accounts/email.html", submitted, refused)
    words = msg(
        "We have sent a link to {address}. Your address changes when you open it.",
        address=form.email,
    )
    return signed_in(visit, started, visit.url("accounts.me"), words, kind="info")


@pages.get("/me/sign-ins", name="accounts.sign_ins", access=SIGNED_IN)
def show_sign_ins(*, visit: Visit) -> Response:
    with visit.database.read() as db:
        rows = queries.own_sign_ins(db, visit.actor, now=visit.now)
        tokens = token_queries.own_tokens(db, visit.actor, now=visit.now)
    return visit.render("accounts/sign_ins.html", page=rows, tokens=tokens)


@pages.post("/me/sign-ins/end-others", name="accounts.end_others", access=SIGNED_IN)
def end_others(*, visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        sign_ins.end_own_others(db, visit.actor, now=visit.now)
    words = msg("Every other device is signed out.")
    return visit.redirect(visit.url("accounts.sign_ins"), flash=words)


@pages.post("/me/sign-ins/{sign_in_id}/end", name="accounts.end_sign_in", access=SIGNED_IN)
def end_sign_in(*, visit: Visit, submitted: Submitted, sign_in_id: SignInId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        sign_ins.end_own(db, visit.actor, sign_in_id, now=visit.now)
    return visit.redirect(visit.url("accounts.sign_ins"), flash=msg("That device is signed out."))


def _with_the_rest(
    visit: RequestContext, typed: Profile, stored: Profile, submitted: Submission
) -> Profile:
    """Return what was typed, with the stored value of each field that this person's page does not have."""
    if "language" not in submitted.fields:
        typed = replace(typed, language=stored.language)
    if not visit.actor.is_student:
        return replace(stored, name=typed.name, theme=typed.theme, language=typed.language)
    if visit.academy.asks_medical_background:
        return typed
    return replace(
        typed,
        is_medical=stored.is_medical,
        profession=stored.profession,
        registration_number=stored.registration_number,
    )


def _me_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        profile, contact = contact_queries.own_details(db, visit.actor.user_id, visit.keys.sealing)
        subjects = visit.app_context.subjects(db)
    languages = language_options(visit.app_context.languages)
    asks = visit.academy.asks_medical_background
    missing = missing_profile_fields(profile, asks_medical_background=asks)
    return form_page(
        visit,
        "accounts/me.html",
        submitted,
        refused,
        values=_values(profile),
        contact=contact,
        options={**OPTIONS, "language": languages},
        languages=languages,
        missing=tuple(PROFILE_WORDS[name] for name in missing) if visit.actor.is_student else (),
        asks_life_support=subjects.asks_life_support,
        are_needs_unreadable=profile.are_needs_unreadable,
    )


def _words_on_certificates(
    visit: RequestContext, before: Profile, saved: Profile
) -> Message | None:
    """Return a sentence about certificates that were issued before the name was changed."""
    if before.certificate_name == saved.certificate_name:
        return None
    with visit.database.read() as db:
        return words_after_saving(db, visit.actor.user_id, saved.certificate_name or "")


def _values(profile: Profile) -> dict[str, Any]:
    answers = {True: "yes", False: "no", None: ""}
    return {
        "version": profile.version,
        "name": profile.name,
        "certificate_name": profile.certificate_name or "",
        "is_medical": answers[profile.is_medical],
        "profession": profile.profession or "",
        "registration_number": profile.registration_number or "",
        "access_needs": profile.access_needs.plain_text if profile.access_needs else "",
        "theme": profile.theme,
        "language": profile.language or AS_MY_BROWSER,
    }
