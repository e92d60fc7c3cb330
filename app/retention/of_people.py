"""The retention rules for visitors, sign-ins and accounts."""

from datetime import timedelta
from typing import Final

from app.accounts.known_devices import MOST_NETWORKS, NETWORK_LASTS
from app.db.idempotency import KEPT as ANSWER_LASTS
from app.enquiries.domain import KEPT as ENQUIRY_LASTS
from app.kit.kept_form import LASTS as FORM_LASTS
from app.kit.leaving import LEAVING
from app.kit.messages import Message, msg, msgs
from app.retention.domain import EVIDENCE, YEAR, Ending, PrivacyHeading, period, rule


def account_data(*, with_profession: bool, with_life_support: bool) -> Message:
    """Return what an account holds. Some academies ask for no profession, and some for no proofs of
    basic life support."""
    parts = [
        msg("name"),
        msg("address"),
        msg("phone number"),
        msg("emergency contact"),
        *((msg("profession"), msg("registration number")) if with_profession else ()),
        msg("access needs (encrypted)"),
        *((msg("proofs of basic life support"),) if with_life_support else ()),
        msg("groups"),
        msg("second factor"),
        msg("passkeys"),
    ]
    return msg("Your account: {parts}", parts=tuple(parts))


RULES_OF_PEOPLE: Final = (
    rule(
        "counts_of_tries",
        PrivacyHeading.visits,
        msg("Counts of tries at a form, with a scrambled form of a network or an address"),
        "limit_counts",
        timedelta(days=2),
        lambda span: msg("{span} after they began, then deleted", span=span),
        Ending.deleted,
        msg("So that nobody floods a form or guesses a password."),
    ),
    rule(
        "answers_to_forms",
        PrivacyHeading.visits,
        msg("The answer to a form that was sent"),
        "idempotency_keys",
        ANSWER_LASTS,
        lambda span: msg("{span} after it was sent, then deleted", span=span),
        Ending.deleted,
        msg("So that a form that arrives twice takes effect once."),
    ),
    rule(
        "answered_enquiries",
        PrivacyHeading.visits,
        msg("A question to the academy, with your name, addresses and what was answered"),
        "enquiries/answered",
        ENQUIRY_LASTS,
        lambda span: msg("{span} after it was answered, then deleted", span=span),
        Ending.deleted,
        msg("So that we know what was said when you ask again."),
    ),
    rule(
        "open_enquiries",
        PrivacyHeading.visits,
        msg("A question that nobody has answered"),
        "enquiries/open",
        2 * YEAR,
        lambda span: msg("{span} after it arrived, then deleted", span=span),
        Ending.deleted,
        msg("So that it can be answered late rather than never."),
    ),
    rule(
        "sign_ins",
        PrivacyHeading.signing_in,
        msg("The devices on which you are signed in"),
        "sign_ins",
        timedelta(days=1),
        lambda span: msg("{span} after the sign-in ended, then deleted", span=span),
        Ending.deleted,
        msg("So that you see your devices, and a form that you send too late is not lost."),
    ),
    rule(
        "pending_sign_ins",
        PrivacyHeading.signing_in,
        msg("A sign-in that waits for its second step"),
        "pending_sign_ins",
        timedelta(days=1),
        lambda span: msg("{span} after its time was over, then deleted", span=span),
        Ending.deleted,
        msg("So that the second step knows the first."),
    ),
    rule(
        "passkey_challenges",
        PrivacyHeading.signing_in,
        msg("A question that was put to a passkey"),
        "passkey_challenges",
        timedelta(days=1),
        lambda span: msg("{span} after its time was over, then deleted", span=span),
        Ending.deleted,
        msg("So that an answer of a passkey counts once."),
    ),
    rule(
        "kept_forms",
        PrivacyHeading.signing_in,
        msg("A form that you sent after your sign-in had ended, encrypted and for you alone"),
        "kept_forms",
        FORM_LASTS,
        lambda span: msg("{span} after you sent it, then deleted", span=span),
        Ending.deleted,
        msg("So that nothing you typed is lost. Passwords and codes are never among it."),
    ),
    rule(
        "known_networks",
        PrivacyHeading.signing_in,
        msgs(
            "A scrambled form of the last network from which you signed in",
            "A scrambled form of the last {n} networks from which you signed in",
            MOST_NETWORKS,
        ),
        "known_networks",
        NETWORK_LASTS,
        lambda span: msg(
            "{span} after you last signed in there, or when you change your password, then deleted",
            span=span,
        ),
        Ending.deleted,
        msg("So that nobody who tries to guess your password can keep you out."),
    ),
    rule(
        "mailed_links",
        PrivacyHeading.signing_in,
        msg("Links that we mailed you, to confirm an address or choose a password"),
        "mailed_links",
        timedelta(days=30),
        lambda span: msg("{span} after the link was used or had ended, then deleted", span=span),
        Ending.deleted,
        msg("So that a link works once, and an old one is refused with the reason."),
    ),
    rule(
        "api_tokens",
        PrivacyHeading.signing_in,
        msg("Tokens for programs"),
        "api_tokens",
        timedelta(days=90),
        lambda span: msg("{span} after the token ended, then deleted", span=span),
        Ending.deleted,
        msg("So that you see which programs could act for you."),
    ),
    rule(
        "second_factor_begun",
        PrivacyHeading.signing_in,
        msg("The secret of an app that was not set up to the end, encrypted"),
        "totp_factors/begun",
        timedelta(days=1),
        lambda span: msg("{span} after it was begun, then deleted", span=span),
        Ending.deleted,
        msg("So that you can finish setting it up."),
    ),
    rule(
        "factor_resets",
        PrivacyHeading.signing_in,
        msg("Orders to remove a second factor after a phone was lost"),
        "factor_resets",
        YEAR,
        lambda span: msg("{span} after it was done or stopped, then deleted", span=span),
        Ending.deleted,
        msg("So that you and the academy can see who removed it and why."),
    ),
    rule(
        "acts_of_signing_in",
        PrivacyHeading.signing_in,
        msg("The record of when you signed in and out, and of wrong tries"),
        "audit_events/signing_in",
        YEAR,
        lambda span: msg("{span} after it happened, then deleted", span=span),
        Ending.deleted,
        msg("So that you and the academy can see whether somebody else used your account."),
    ),
    rule(
        "unconfirmed_accounts",
        PrivacyHeading.account,
        msg("An account whose address nobody confirmed and on which nothing is recorded"),
        "users/unconfirmed",
        LEAVING,
        lambda span: msg("{span} after it was made, then deleted", span=span),
        Ending.deleted,
        msg("So that there is time to open the mail that confirms it."),
    ),
    rule(
        "accounts",
        PrivacyHeading.account,
        account_data(with_profession=True, with_life_support=True),
        "users/open group_members life_support_proofs/in_use totp_factors/in_use passkeys recovery_codes",
        LEAVING,
        lambda span: msg(
            "{span} after the account was closed, then emptied of what says who you are", span=span
        ),
        Ending.emptied,
        msg(
            "To teach you, to let only you in, and so that an account that was closed by mistake can be "
            "opened again. A second factor is deleted at once when you remove it."
        ),
    ),
    rule(
        "readings_of_needs",
        PrivacyHeading.account,
        msg(
            "The record of who read your access needs or your emergency contact, when, from which network, "
            "and why where a file was made"
        ),
        "audit_events/needs_read audit_events/contact_read",
        EVIDENCE,
        lambda span: msg("{span} after it happened, then deleted", span=span),
        Ending.deleted,
        msg("So that you and the academy can see who knows of your health and of your people."),
    ),
    rule(
        "life_support_proofs",
        PrivacyHeading.account,
        msg("Proofs of basic life support that a newer one replaced, or that were withdrawn"),
        "life_support_proofs/ended",
        EVIDENCE,
        lambda span: msg("{span} after it ended, and with the account, then deleted", span=span),
        Ending.deleted,
        msg("So that it can be seen what was shown before a practical day."),
    ),
    rule(
        "notices",
        PrivacyHeading.account,
        msg(
            "Your notices: what we wrote about your places, practical days, reports and certificates"
        ),
        "notices",
        LEAVING,
        lambda span: msg("{span} after the account was closed, then deleted", span=span),
        Ending.deleted,
        msg("So that you can read it again for as long as you have the account."),
    ),
    rule(
        "conversations",
        PrivacyHeading.account,
        msg("Your questions to instructors about lessons, and the answers"),
        "conversations conversation_messages",
        LEAVING,
        lambda span: msg("{span} after the account was closed, then deleted", span=span),
        Ending.deleted,
        msg("So that you can read the answers again for as long as you have the account."),
    ),
    rule(
        "names_of_people_who_left",
        PrivacyHeading.account,
        msg(
            "The name, and nothing else, of a person who left and stands on a certificate or a signed report"
        ),
        "users/closed",
        None,
        msg(
            "For ever on a certificate, and {span} after signing on a report, an assessor’s for as long as "
            "the student has an account; then emptied",
            span=period(EVIDENCE),
        ),
        Ending.emptied,
        msg("A report without its student or its assessor proves nothing."),
    ),
)
