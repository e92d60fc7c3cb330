"""The one table of retention: what is stored, how long, why, and what happens at the end.

No clock, no database. The words are those of the page about privacy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.accounts.kept_forms import LASTS as FORM_LASTS
from app.accounts.recognition import MOST_NETWORKS, NETWORK_LASTS
from app.db.idempotency import KEPT as ANSWER_LASTS
from app.enquiries.domain import KEPT as ENQUIRY_LASTS
from app.kit.leaving import LEAVING
from app.outbox.queries import KEPT as MAIL_LASTS

YEAR: Final = timedelta(days=365)
EVIDENCE: Final = 6 * YEAR
"""How long a signed report names its people when no certificate rests on it."""
GRACE: Final = timedelta(days=2)
"""How much later than its rule a row may end before `preceptor audit` names it."""


class Group(StrEnum):
    """Headings on the page about privacy."""

    visits = "Visits and questions"
    signing_in = "Signing in"
    account = "Your account"
    training = "Courses, practical days and assessments"
    certificates = "Certificates"
    mails = "Mails"
    academy = "The academy’s own records"


class Ending(StrEnum):
    """What happens to a row when its time is over."""

    deleted = "deleted"
    emptied = "emptied of what says who you are"
    stays = "stays"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of stored row. `rows` are its tables; “mails/sent” is the part “sent” of the table “mails”.
    `lasts` None: there is no end, and `why` gives the reason. `since` says from when the time is counted, or
    what the row stays for."""

    key: str
    group: Group
    what: str
    rows: tuple[str, ...]
    lasts: timedelta | None
    since: str
    ending: Ending
    why: str

    @property
    def span(self) -> str:
        """Return how long it lasts: “90 days”, or “for ever”."""
        return "for ever" if self.lasts is None else span_words(self.lasts)

    @property
    def how_long(self) -> str:
        """Return the promise in words: “90 days after it was sent, then deleted”."""
        if self.lasts is None:
            return self.since
        if not self.lasts:
            return f"{self.ending.capitalize()} at once"
        return f"{self.span[:1].upper()}{self.span[1:]} {self.since}, then {self.ending}"


def span_words(span: timedelta) -> str:
    """Return a span in the words of the page: “half an hour”, “a day”, “90 days”, “6 years”."""
    if span == timedelta(minutes=30):
        return "half an hour"
    size, unit = (YEAR, "year") if span % YEAR == timedelta() else (timedelta(days=1), "day")
    count = span // size
    return f"a {unit}" if count == 1 else f"{count} {unit}s"


def _rule(
    key: str,
    group: Group,
    what: str,
    rows: str,
    lasts: timedelta | None,
    since: str,
    ending: Ending,
    why: str,
) -> Rule:
    return Rule(key, group, what, tuple(rows.split()), lasts, since, ending, why)


RULES: Final = (
    _rule(
        "counts_of_tries",
        Group.visits,
        "Counts of tries at a form, with a scrambled form of a network or an address",
        "limit_counts",
        timedelta(days=2),
        "after they began",
        Ending.deleted,
        "So that nobody floods a form or guesses a password.",
    ),
    _rule(
        "answers_to_forms",
        Group.visits,
        "The answer to a form that was sent",
        "idempotency_keys",
        ANSWER_LASTS,
        "after it was sent",
        Ending.deleted,
        "So that a form that arrives twice takes effect once.",
    ),
    _rule(
        "answered_enquiries",
        Group.visits,
        "A question to the academy, with your name, addresses and what was answered",
        "enquiries/answered",
        ENQUIRY_LASTS,
        "after it was answered",
        Ending.deleted,
        "So that we know what was said when you ask again.",
    ),
    _rule(
        "open_enquiries",
        Group.visits,
        "A question that nobody has answered",
        "enquiries/open",
        2 * YEAR,
        "after it arrived",
        Ending.deleted,
        "So that it can be answered late rather than never.",
    ),
    _rule(
        "sign_ins",
        Group.signing_in,
        "The devices on which you are signed in",
        "sign_ins",
        timedelta(days=1),
        "after the sign-in ended",
        Ending.deleted,
        "So that you see your devices, and a form that you send too late is not lost.",
    ),
    _rule(
        "pending_sign_ins",
        Group.signing_in,
        "A sign-in that waits for its second step",
        "pending_sign_ins",
        timedelta(days=1),
        "after its time was over",
        Ending.deleted,
        "So that the second step knows the first.",
    ),
    _rule(
        "passkey_challenges",
        Group.signing_in,
        "A question that was put to a passkey",
        "passkey_challenges",
        timedelta(days=1),
        "after its time was over",
        Ending.deleted,
        "So that an answer of a passkey counts once.",
    ),
    _rule(
        "kept_forms",
        Group.signing_in,
        "A form that you sent after your sign-in had ended, encrypted and for you alone",
        "kept_forms",
        FORM_LASTS,
        "after you sent it",
        Ending.deleted,
        "So that nothing you typed is lost. Passwords and codes are never among it.",
    ),
    _rule(
        "known_networks",
        Group.signing_in,
        f"A scrambled form of the last {MOST_NETWORKS} networks from which you signed in",
        "known_networks",
        NETWORK_LASTS,
        "after you last signed in there, or when you change your password",
        Ending.deleted,
        "So that nobody who tries to guess your password can keep you out.",
    ),
    _rule(
        "mailed_links",
        Group.signing_in,
        "Links that we mailed you, to confirm an address or choose a password",
        "mailed_links",
        timedelta(days=30),
        "after the link was used or had ended",
        Ending.deleted,
        "So that a link works once, and an old one is refused with the reason.",
    ),
    _rule(
        "api_tokens",
        Group.signing_in,
        "Tokens for programs",
        "api_tokens",
        timedelta(days=90),
        "after the token ended",
        Ending.deleted,
        "So that you see which programs could act for you.",
    ),
    _rule(
        "second_factor_begun",
        Group.signing_in,
        "The secret of an app that was not set up to the end, encrypted",
        "totp_factors/begun",
        timedelta(days=1),
        "after it was begun",
        Ending.deleted,
        "So that you can finish setting it up.",
    ),
    _rule(
        "factor_resets",
        Group.signing_in,
        "Orders to remove a second factor after a phone was lost",
        "factor_resets",
        YEAR,
        "after it was done or stopped",
        Ending.deleted,
        "So that you and the academy can see who removed it and why.",
    ),
    _rule(
        "acts_of_signing_in",
        Group.signing_in,
        "The record of when you signed in and out, and of wrong tries",
        "audit_events/signing_in",
        YEAR,
        "after it happened",
        Ending.deleted,
        "So that you and the academy can see whether somebody else used your account.",
    ),
    _rule(
        "unconfirmed_accounts",
        Group.account,
        "An account whose address nobody confirmed and on which nothing is recorded",
        "users/unconfirmed",
        LEAVING,
        "after it was made",
        Ending.deleted,
        "So that there is time to open the mail that confirms it.",
    ),
    _rule(
        "accounts",
        Group.account,
        "Your account: name, address, profession, registration number, access needs, proofs of basic life "
        "support, groups, second factor and passkeys",
        "users/open group_members life_support_proofs/in_use totp_factors/in_use passkeys recovery_codes",
        LEAVING,
        "after the account was closed",
        Ending.emptied,
        "To teach you, to let only you in, and so that an account that was closed by mistake can be opened "
        "again. A second factor is deleted at once when you remove it.",
    ),
    _rule(
        "life_support_proofs",
        Group.account,
        "Proofs of basic life support that a newer one replaced, or that were withdrawn",
        "life_support_proofs/ended",
        EVIDENCE,
        "after it ended, and with the account",
        Ending.deleted,
        "So that it can be seen what was shown before a practical day.",
    ),
    _rule(
        "notices",
        Group.account,
        "Your notices: what we wrote about your places, practical days, reports and certificates",
        "notices",
        LEAVING,
        "after the account was closed",
        Ending.deleted,
        "So that you can read it again for as long as you have the account.",
    ),
    _rule(
        "names_of_people_who_left",
        Group.account,
        "The name, and nothing else, of a person who left and stands on a certificate or a signed report",
        "users/closed",
        None,
        f"For ever on a certificate, and {span_words(EVIDENCE)} after signing on a report; then emptied",
        Ending.emptied,
        "A report without its student or its assessor proves nothing.",
    ),
    _rule(
        "places",
        Group.training,
        "Places on courses and practical days, with invoices",
        "enrolments seats",
        None,
        "For ever; notes and reasons, and your name, end with your account",
        Ending.stays,
        "Places, attendance and money must add up, and certificates rest on them.",
    ),
    _rule(
        "waiting_entries",
        Group.training,
        "That you waited for a practical day",
        "waiting_entries/ended",
        YEAR,
        "after the waiting ended",
        Ending.deleted,
        "So that the office can say why a place went to whom.",
    ),
    _rule(
        "waiting_people",
        Group.training,
        "That you wait for a practical day",
        "waiting_entries/waiting",
        None,
        "Until you have a place, leave the list, or the list closes",
        Ending.stays,
        "So that places go to people in their order.",
    ),
    _rule(
        "learning",
        Group.training,
        "Lessons you have done, and your attempts and answers",
        "completions attempts answers",
        None,
        "For ever; without your name after your account has ended",
        Ending.stays,
        "Certificates rest on them, and the academy sees from them which questions are too hard.",
    ),
    _rule(
        "assessments",
        Group.training,
        "Assessments on practical days, with every mark",
        "assessments step_marks",
        None,
        "For ever; comments and notes end with your account, but not before "
        f"{span_words(EVIDENCE)} after signing, and not where a certificate rests on them",
        Ending.stays,
        "They are what a certificate certifies.",
    ),
    _rule(
        "certificates",
        Group.certificates,
        "Certificates: your name, the course, its scope, who assessed you and when",
        "certificates",
        None,
        "For ever",
        Ending.stays,
        "Whoever is shown one must be able to verify it, however old it is. It is signed, so it cannot be "
        "changed.",
    ),
    _rule(
        "certificate_blocks",
        Group.certificates,
        "A certificate that waits for a name",
        "certificate_blocks",
        LEAVING,
        "after the account was closed, or as soon as it is issued",
        Ending.deleted,
        "So that the office sees what keeps it.",
    ),
    _rule(
        "sent_mails",
        Group.mails,
        "Mails that were sent, and what had to be done besides",
        "outbox_events/done kept_mails",
        MAIL_LASTS,
        "after it was sent",
        Ending.deleted,
        "So that we can find out what happened to a mail.",
    ),
    _rule(
        "mails_given_up",
        Group.mails,
        "Mails that could not be sent",
        "outbox_events/mails_given_up",
        MAIL_LASTS,
        "after it was given up, or when an admin dismisses it",
        Ending.deleted,
        "So that an admin can see why and send it again.",
    ),
    _rule(
        "facts_given_up",
        Group.mails,
        "Work that follows from something and could not be done; it names nobody",
        "outbox_events/facts_given_up",
        YEAR,
        "after it was given up",
        Ending.deleted,
        "So that the academy can put right what kept it.",
    ),
    _rule(
        "waiting_mails",
        Group.mails,
        "Mails that wait to be sent",
        "outbox_events/waiting",
        None,
        "Until it is sent or given up, which takes three days at most",
        Ending.stays,
        "So that no mail is lost when a mail server is away.",
    ),
    _rule(
        "acts",
        Group.academy,
        "The record of who changed what, and when",
        "audit_events/other",
        None,
        "For ever; reasons and names of people end with their accounts",
        Ending.stays,
        "So that every place, mark and certificate can be explained.",
    ),
    _rule(
        "days_and_intakes",
        Group.academy,
        "Intakes, practical days, who taught them, and names of groups",
        "intakes practicals practical_instructors groups",
        None,
        "For ever",
        Ending.stays,
        "Certificates and invoices rest on them. They hold nothing of students.",
    ),
    _rule(
        "courses",
        Group.academy,
        "What courses say, in every state that somebody learned from",
        "courses course_errata course_revisions/in_use course_media/in_use",
        None,
        "For ever",
        Ending.stays,
        "Answers are marked by what was taught. They hold nothing of students.",
    ),
    _rule(
        "unused_revisions",
        Group.academy,
        "States of a course that nobody ever used",
        "course_revisions/unused",
        YEAR,
        "after a newer one was published",
        Ending.deleted,
        "So that an author can go back.",
    ),
    _rule(
        "unused_drawings",
        Group.academy,
        "Drawings that no state of a course shows any more",
        "course_media/unused",
        timedelta(),
        "",
        Ending.deleted,
        "Nobody can see them.",
    ),
    _rule(
        "runs",
        Group.academy,
        "When backups and audits of the data were made; the last of each stays",
        "operation_runs/commands",
        timedelta(days=400),
        "after the next one",
        Ending.deleted,
        "So that the academy can show that its data are looked after.",
    ),
    _rule(
        "sweeps",
        Group.academy,
        "When data that were over were deleted; the last time stays",
        "operation_runs/sweeps",
        timedelta(days=30),
        "after the next one",
        Ending.deleted,
        "So that the academy can show that this table is obeyed.",
    ),
    _rule(
        "workers",
        Group.academy,
        "Which program works and when it was last seen; one line for each",
        "worker_heartbeats sweep_leases",
        None,
        "For as long as the academy runs",
        Ending.stays,
        "So that a program that stopped is seen. They name nobody.",
    ),
)
RULE: Final = {rule.key: rule for rule in RULES}


def grouped(rules: Iterable[Rule] = RULES) -> Iterator[tuple[Group, tuple[Rule, ...]]]:
    """Yield each heading with its rules, in the order of the page."""
    every = tuple(rules)
    for group in Group:
        yield group, tuple(rule for rule in every if rule.group is group)


def conflicts(rules: Iterable[Rule], tables: Iterable[str]) -> list[str]:
    """Return in sentences which tables have no rule, and which stand in rules that contradict each other."""
    listed = [row for rule in rules for row in rule.rows]
    whole = {row for row in listed if "/" not in row}
    parts = {row.partition("/")[0] for row in listed if "/" in row}
    problems = [
        f"{row} stands in two rules." for row in sorted(set(listed)) if listed.count(row) > 1
    ]
    problems += [f"{table} stands both whole and in parts." for table in sorted(whole & parts)]
    every = set(tables)
    problems += [f"{table} has no rule." for table in sorted(every - whole - parts)]
    problems += [f"{table} is no table." for table in sorted((whole | parts) - every)]
    return problems
