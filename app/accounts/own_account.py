"""Use-cases of people's own accounts: register, confirm, reset, profile, password, address.

Passwords arrive here as hashes: `passwords.choose` refuses weak ones and hashes the others before
the write block.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import (
    mail_rate_limits,
    sign_ins,
)
from app.accounts import (
    rate_limits as accounts_rate_limits,
)
from app.accounts.domain import LinkPurpose
from app.accounts.errors import PersonRefused, SignInRefused, WrongPassword
from app.accounts.factors.domain import PendingStep
from app.accounts.mails import (
    AddressChangedMail,
    AlreadyRegisteredMail,
    ConfirmAddressMail,
    NewAddressMail,
    PasswordChangedMail,
    PasswordResetMail,
)
from app.accounts.models import User
from app.accounts.rate_limits import Caller
from app.accounts.sign_in_values import Browser, SignInCandidate, StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.known_networks import caller_of, forget_networks
from app.accounts.steps.links import end_links, holds_link, make_link, spend_link
from app.accounts.steps.locks import locked_user
from app.accounts.steps.proof import renew_proof
from app.accounts.steps.sign_in_end import end_access, revoke_tokens
from app.accounts.steps.sign_in_start import start_anew
from app.db import rate_limits as db_rate_limits
from app.db.search_texts import search_columns
from app.db.upsert import insert_into
from app.kit.actor import (
    Actor,
    SystemActor,
    own_use_case,
    public_use_case,
    require,
)
from app.kit.errors import Invalid, NotFound
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import msg
from app.outbox.service import send_to_address


@public_use_case
def ask_to_register(db: Session, *, email: str, browser: Browser, now: datetime) -> bool:
    """Count a registration, in the same way for known and unknown addresses. Return whether its
    mail may be sent although an earlier link still works. Raise TooMany if a network registers too
    many."""
    return mail_rate_limits.count_mail_request(
        db, mail_rate_limits.CONFIRM, Caller(email, browser.network), now=now
    )


@public_use_case
def register(
    db: Session,
    *,
    name: str,
    email: str,
    password_hash: str,
    wanted: str,
    language: str | None = None,
    mails_freely: bool = True,
    now: datetime,
) -> None:
    """Make a student's account that works once its address is confirmed, and mail the link.
    `language` is the one in which the person registers, or None if it is the academy's.

    The person sees the same answer in every case (R-024). A confirmed account is not changed, nor is one
    whose address the office corrected, and its owner is told by mail. Another unconfirmed account gets the
    newest password, because nobody has proved to own the address yet, and confirming requires the password.
    Unless `mails_freely` (from `ask_to_register`), a mail is sent only if no earlier link works.
    """
    user = _by_email(db, email) or _add_student(db, name, email, password_hash, language, now=now)
    if user is None:  # another request was first
        user = db.scalars(select(User).where(User.email == email)).one()
    if user.disabled_at is not None:
        return
    if user.confirmed_at is not None or user.address_before is not None:
        record_account_act(db, None, user.id, "accounts.registered_again", now=now)
        if mails_freely:
            send_to_address(db, email, AlreadyRegisteredMail(), now=now, language=user.language)
        return
    if user.password_hash is not None:
        user.name = name
        user.language = language
    user.password_hash = password_hash
    record_account_act(db, None, user.id, "accounts.registered", now=now)
    if mails_freely or not _has_link(db, user, LinkPurpose.confirm, now=now):
        _mail_confirmation(db, user, wanted, now=now)


@public_use_case
def confirm_again(
    db: Session, candidate: SignInCandidate, browser: Browser, *, wanted: str, now: datetime
) -> None:
    """Mail a new link to a person who knows the password but has not confirmed the address. After three
    mails in six hours none is sent while an earlier one works."""
    user = db.scalars(select(User).where(User.id == candidate.user_id)).one()
    own = Caller(user.email, browser.network, own="password")
    mails_freely = mail_rate_limits.count_mail_request(db, mail_rate_limits.CONFIRM, own, now=now)
    if mails_freely or not _has_link(db, user, LinkPurpose.confirm, now=now):
        _mail_confirmation(db, user, wanted, now=now)


@public_use_case
def confirm(
    db: Session,
    link_id: EventId | None,
    candidate: SignInCandidate,
    browser: Browser,
    *,
    now: datetime,
) -> StartedSignIn | PendingStep:
    """Confirm the address and sign in a person who has the link and knows the password.

    The link alone is not enough: somebody else may have registered the address, and its owner must
    not give them an account with one click.
    """
    link = spend_link(db, link_id, LinkPurpose.confirm, now=now)
    user = locked_user(db, link.user_id)
    if user is not None and user.email == link.email and user.confirmed_at is None:
        user.confirm_address(now)
    record_account_act(db, link.user_id, link.user_id, "accounts.confirmed", now=now)
    started = sign_ins.sign_in(db, candidate, browser, now=now)
    if started is None:
        raise SignInRefused
    return started


@public_use_case
def ask_for_reset(db: Session, *, email: str, browser: Browser, now: datetime) -> None:
    """Mail a link for a new password if the address has an account. The answer never says whether
    it has.

    After some mails in a day, another is sent only if the address has no link that works for ten
    more minutes. So nobody can keep the owner from getting a link (R-023) or flood the mailbox
    (R-022). Raise TooMany if a network requests mails for too many addresses.
    """
    user = _by_email(db, email)
    if user is not None and user.disabled_at is not None:
        user = None
    user_id, password_hash = (user.id, user.password_hash) if user else (None, None)
    caller = caller_of(db, user_id, password_hash, browser, account=email, now=now)
    mails_freely = mail_rate_limits.count_mail_request(db, mail_rate_limits.RESET, caller, now=now)
    if user is None:
        return
    if not mails_freely and _has_link(db, user, LinkPurpose.reset, now=now):
        return
    link_id = make_link(db, LinkPurpose.reset, user.id, email, now=now)
    send_to_address(db, email, PasswordResetMail(link_id=link_id), now=now, language=user.language)
    record_account_act(db, None, user.id, "accounts.reset_asked", now=now)


def link_for_new_password(
    db: Session, system: SystemActor, *, email: str, now: datetime
) -> EventId:
    """Return a link for a new password, for whoever holds this machine's command line: an admin may have lost
    the password on a day on which no mail goes out. Refused for an unknown or closed account."""
    require(system is SystemActor.command_line)
    user = _by_email(db, email)
    if user is None or user.disabled_at is not None:
        raise NotFound(msg("No open account has this e-mail address."))
    record_account_act(db, None, user.id, "accounts.reset_started", now=now)
    return make_link(db, LinkPurpose.reset, user.id, user.email, now=now)


@public_use_case
def set_password(
    db: Session,
    link_id: EventId | None,
    purpose: LinkPurpose,
    password_hash: str,
    browser: Browser | None = None,
    *,
    now: datetime,
) -> str | None:
    """Set the password of a person with a reset link or an invitation, which works once. Return the
    cookie by which their device is recognised from now on, so that nobody can keep them from
    signing in there.

    The link proves the address, so it is confirmed too. Every sign-in and token ends. A second
    factor stays.
    """
    link = spend_link(db, link_id, purpose, now=now)
    user = db.scalars(select(User).where(User.id == link.user_id)).one()
    if user.disabled_at is not None or user.email != link.email:
        raise PersonRefused(msg("This account is closed. Write to the academy."))
    user.password_hash = password_hash
    user.confirm_address(user.confirmed_at or now)
    end_links(db, user.id, now=now)
    end_access(db, user.id, now=now)
    forget_networks(db, user.id)
    record_account_act(db, user.id, user.id, "accounts.password_set", now=now)
    if purpose is LinkPurpose.reset:
        send_to_address(db, user.email, PasswordChangedMail(), now=now, language=user.language)
    if browser is None or browser.recognition is None:
        return None
    return browser.recognition.cookie_with(user.id, password_hash, now=now)


@own_use_case
def change_password(
    db: Session,
    actor: Actor,
    candidate: SignInCandidate,
    password_hash: str,
    browser: Browser,
    *,
    now: datetime,
) -> StartedSignIn:
    """Change the actor's own password. Every other sign-in and every token of the API ends; this sign-in
    gets a new secret (R-005).

    `candidate` is from `begin_proof`, and its password was found right.
    """
    user = _proved(db, actor, candidate, "current_password")
    user.password_hash = password_hash
    end_links(db, user.id, now=now)
    forget_networks(db, user.id)
    started = start_anew(db, user, actor, browser, proved_at=now, now=now)
    record_account_act(db, user.id, user.id, "accounts.password_changed", now=now)
    send_to_address(db, user.email, PasswordChangedMail(), now=now, language=user.language)
    return started


@own_use_case
def ask_for_new_address(
    db: Session, actor: Actor, candidate: SignInCandidate, *, email: str, now: datetime
) -> StartedSignIn:
    """Mail a link to the actor's new address (R-009). The password that this requires is a fresh
    proof, so the sign-in continues with a new token.

    If another account has this address, its owner is told by mail, and the actor sees the usual
    answer.
    """
    user = _proved(db, actor, candidate, "current_password")
    if email == user.email:
        raise Invalid(
            msg("This is your address already."),
            fields={"email": msg("This is your address already.")},
        )
    db_rate_limits.take(db, mail_rate_limits.NEW_ADDRESS, str(user.id), now=now)
    if (owner := _by_email(db, email)) is not None:
        send_to_address(db, email, AlreadyRegisteredMail(), now=now, language=owner.language)
        return renew_proof(db, actor, now=now)
    link_id = make_link(db, LinkPurpose.email, user.id, email, now=now)
    send_to_address(db, email, NewAddressMail(link_id=link_id), now=now, language=user.language)
    record_account_act(db, user.id, user.id, "accounts.new_address_asked", now=now)
    return renew_proof(db, actor, now=now)


@public_use_case
def change_address(db: Session, link_id: EventId | None, *, now: datetime) -> None:
    """Change the address to that of the link, and tell the old address (R-009). API tokens end;
    devices stay signed in, because the link was requested with the password."""
    link = spend_link(db, link_id, LinkPurpose.email, now=now)
    user = db.scalars(select(User).where(User.id == link.user_id)).one()
    old = user.email
    try:
        with db.begin_nested():
            user.email = link.email
            user.confirm_address(now)
    except IntegrityError:
        raise PersonRefused(
            msg("Another account has this address by now. Choose another.")
        ) from None
    end_links(db, user.id, now=now)
    revoke_tokens(db, user.id, now=now)
    send_to_address(db, old, AddressChangedMail(), now=now, language=user.language)
    record_account_act(db, user.id, user.id, "accounts.address_changed", now=now)


def _by_email(db: Session, email: str) -> User | None:
    return db.scalars(select(User).where(User.email == email)).one_or_none()


def _add_student(
    db: Session,
    name: str,
    email: str,
    password_hash: str,
    language: str | None,
    *,
    now: datetime,
) -> User | None:
    """Add an account, or return None if there is one. This is one statement, so that unknown
    addresses take hardly longer than known ones (R-024)."""
    added = (
        insert_into(db, User)
        .values(
            id=UserId(new_uuid()),
            email=email,
            name=name,
            password_hash=password_hash,
            is_student=True,
            language=language,
            created_at=now,
            **search_columns(User, {"name": name, "email": email, "certificate_name": None}),
        )
        .on_conflict_do_nothing(index_elements=[User.email])
        .returning(User)
    )
    return db.scalars(added).one_or_none()


def _has_link(db: Session, user: User, purpose: LinkPurpose, *, now: datetime) -> bool:
    """Return whether the person has a mailed link that still works for a while."""
    until = now + mail_rate_limits.LONG_ENOUGH
    return holds_link(db, purpose, user.id, user.email, until=until)


def _mail_confirmation(db: Session, user: User, wanted: str, *, now: datetime) -> None:
    link_id = make_link(db, LinkPurpose.confirm, user.id, user.email, now=now)
    mail = ConfirmAddressMail(link_id=link_id, wanted=wanted)
    send_to_address(db, user.email, mail, now=now, language=user.language)


def _proved(db: Session, actor: Actor, candidate: SignInCandidate, field: str) -> User:
    """Return the actor's row if the checked password is still theirs."""
    user = locked_user(db, actor.user_id)
    if (
        user is None
        or candidate.user_id != user.id
        or user.password_hash != candidate.password_hash
    ):
        raise WrongPassword(field)
    accounts_rate_limits.reset_attempts(db, candidate.tries)
    return user
