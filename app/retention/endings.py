"""Each retention rule as database conditions: which rows have expired, and what happens to them.

Expired rows are looked for in a read block and changed a few at a time; the condition is checked
both times. Tables are named as in `rules`, so that this package does not import the models of other
features.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, and_, cast, exists, null, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from app.accounts.contact_rules import CONTACT_READ
from app.accounts.needs_reader import NEEDS_READ
from app.db.base import Base
from app.db.references import nothing_refers_to
from app.db.tables import load_tables
from app.kit.leaving import LEAVING, NAME_OF_WHO_LEFT
from app.outbox.queries import MAIL
from app.retention.domain import EVIDENCE
from app.retention.rules import RULE

Columns = ReadOnlyColumnCollection[str, Any]
Condition = Callable[[Columns, datetime], ColumnElement[bool]]
"""Takes a table's columns and a time, which is the present less the period of the rule; returns the
condition for rows that expired by then."""

AT_ONCE: Final = 500
SIGNING_IN: Final = tuple(
    f"accounts.{act}"
    for act in (
        "all_sign_ins_ended",
        "new_address_asked",
        "other_sign_ins_ended",
        "passkey_refused",
        "proved",
        "recovery_code_used",
        "registered_again",
        "reset_asked",
        "reset_started",
        "second_factor_refused",
        "sign_in_ended",
        "sign_in_refused",
        "signed_in",
        "signed_out",
    )
)
"""Frequent acts in the audit trail that change nothing permanent."""
SWEEP: Final = "sweep"
TYPED: Final = "typed"
"""The key of a stored answer with the texts that could not be read."""


@dataclass(frozen=True, slots=True)
class EndingStep:
    """Expired rows of one table. `values` are written into them, or `key_of` names a column with a JSON
    document and the key that is taken out of it; if both are None, the rows are deleted. One transaction
    changes up to `most` rows: few where the database must check many other rows for each."""

    rule: str
    table: str
    is_over: Condition
    values: Mapping[str, Any] | None = None
    key_of: tuple[str, str] | None = None
    most: int = AT_ONCE

    def condition(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition for rows that have expired now."""
        lasts = RULE[self.rule].lasts
        return self.is_over(table(self.table).c, now - (LEAVING if lasts is None else lasts))


def table(name: str) -> Table:
    """Return a table by its name. Loads every model first: a command imports only what it needs."""
    load_tables()
    return Base.metadata.tables[name]


def since(*names: str) -> Condition:
    """Return the condition that the time in one of these columns is long ago."""
    return lambda columns, before: or_(*(columns[name] <= before for name in names))


def of_closed(name: str, *filled: str) -> Condition:
    """Return the condition that a row belongs to a person whose account was closed long ago. With
    `filled`, one of those columns must also hold a value."""

    def condition(columns: Columns, before: datetime) -> ColumnElement[bool]:
        belongs: ColumnElement[bool] = columns[name].in_(closed_before(before))
        if not filled:
            return belongs
        return and_(belongs, or_(*(columns[each] != "" for each in filled)))

    return condition


def closed_before(before: datetime) -> Any:
    """Return the query for the people whose accounts were closed before a moment."""
    users = table("users").c
    return select(users.id).where(users.disabled_at <= before)


def _unconfirmed(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(
        columns.confirmed_at.is_(None),
        columns.address_before.is_(None),
        columns.created_at <= before,
        nothing_refers_to("users", columns),
    )


def _personal_values(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.person_id.in_(closed_before(before)), columns.personal_values.is_not(None))


def _sign_in_act(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.at <= before, columns.action.in_(SIGNING_IN))


def _needs_read(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.at <= before, columns.action.in_((NEEDS_READ, CONTACT_READ)))


def _given_up(*, mails: bool) -> Condition:
    def condition(columns: Columns, before: datetime) -> ColumnElement[bool]:
        is_kind = columns.name == MAIL if mails else columns.name != MAIL
        return and_(columns.dead_at <= before, columns.done_at.is_(None), is_kind)

    return condition


def _open_enquiry(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.answered_at.is_(None), columns.received_at <= before)


def _message_of_closed(columns: Columns, before: datetime) -> ColumnElement[bool]:
    conversations = table("conversations").c
    over = select(conversations.id).where(conversations.student_id.in_(closed_before(before)))
    belongs: ColumnElement[bool] = columns.conversation_id.in_(over)
    return belongs


def _conversation_of_closed(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(
        columns.student_id.in_(closed_before(before)), nothing_refers_to("conversations", columns)
    )


def _begun_factor(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.confirmed_at.is_(None), columns.created_at <= before)


def _ended_wait(columns: Columns, before: datetime) -> ColumnElement[bool]:
    return and_(columns.state != "waiting", columns.ended_at <= before)


def _old_run(*, sweeps: bool) -> Condition:
    """Return the condition that a newer run of the same kind is also old, so that the last run
    always stays."""

    def condition(columns: Columns, before: datetime) -> ColumnElement[bool]:
        later = table("operation_runs").alias("later").c
        is_kind = columns.kind == SWEEP if sweeps else columns.kind != SWEEP
        is_replaced = exists().where(
            later.kind == columns.kind,
            later.ended_at > columns.ended_at,
            later.ended_at <= before,
        )
        return and_(is_kind, is_replaced)

    return condition


def _unused_revision(columns: Columns, before: datetime) -> ColumnElement[bool]:
    newer = table("course_revisions").alias("newer").c
    is_replaced = exists().where(
        newer.course_key == columns.course_key,
        newer.number > columns.number,
        newer.published_at <= before,
    )
    return and_(is_replaced, nothing_refers_to("course_revisions", columns))


def is_evidence(assessment: Columns, signed_after: datetime) -> ColumnElement[bool]:
    """Return the condition that an assessment is signed, and is recent or the basis of a
    certificate."""
    certificates = table("certificates").c
    is_certified = exists().where(
        certificates.user_id == assessment.student_id,
        certificates.course_key == assessment.course_key,
    )
    return and_(
        assessment.signed_at.is_not(None), or_(assessment.signed_at > signed_after, is_certified)
    )


def _comment_is_over(columns: Columns, before: datetime) -> ColumnElement[bool]:
    """Return the condition for comments in an assessment of a person who left, unless they are
    evidence."""
    return and_(
        columns.student_id.in_(closed_before(before)),
        or_(columns.comment != "", columns.discard_reason != ""),
        ~is_evidence(columns, before + LEAVING - EVIDENCE),
    )


def _mark_note_is_over(columns: Columns, before: datetime) -> ColumnElement[bool]:
    assessment = table("assessments").c
    return and_(
        columns.note != "",
        exists().where(
            assessment.id == columns.assessment_id,
            assessment.student_id.in_(closed_before(before)),
            ~is_evidence(assessment, before + LEAVING - EVIDENCE),
        ),
    )


def _holds_typed(columns: Columns, before: datetime) -> ColumnElement[bool]:
    """An answer of a person who left that could not be read: its document holds what they typed. A text in
    a document cannot contain the searched one, because its quotation marks are escaped."""
    attempts = table("attempts").c
    return and_(
        cast(columns.response, String).contains(f'"{TYPED}":', autoescape=True),
        columns.attempt_id.in_(
            select(attempts.id).where(attempts.user_id.in_(closed_before(before)))
        ),
    )


def name_is_over(columns: Columns, before: datetime) -> ColumnElement[bool]:
    """Return the condition for a person whose data were deleted but whose name was kept as
    evidence."""
    return and_(
        columns.emptied_at <= before + LEAVING,
        columns.name != NAME_OF_WHO_LEFT,
        ~name_is_evidence(columns, before + LEAVING),
    )


def name_is_evidence(user: Columns, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a certificate or a signed report needs the name of a person. The
    name of an assessor may be needed on a certificate that is earned later."""
    certificates, assessment = table("certificates").c, table("assessments").c
    people = table("users").alias("people").c
    return or_(
        exists().where(certificates.user_id == user.id),
        exists().where(
            or_(assessment.student_id == user.id, assessment.instructor_id == user.id),
            is_evidence(assessment, now - EVIDENCE),
        ),
        exists().where(
            assessment.instructor_id == user.id,
            assessment.signed_at.is_not(None),
            assessment.student_id.in_(select(people.id).where(people.emptied_at.is_(None))),
        ),
    )


STEPS: Final = (
    EndingStep("counts_of_tries", "limit_counts", since("window_starts_at")),
    EndingStep("answers_to_forms", "idempotency_keys", since("created_at")),
    EndingStep("answered_enquiries", "enquiries", since("answered_at")),
    EndingStep("open_enquiries", "enquiries", _open_enquiry),
    EndingStep("sign_ins", "sign_ins", since("ended_at", "ends_at", "idle_ends_at")),
    EndingStep("pending_sign_ins", "pending_sign_ins", since("ends_at")),
    EndingStep("passkey_challenges", "passkey_challenges", since("ends_at")),
    EndingStep("kept_forms", "kept_forms", since("created_at")),
    EndingStep("known_networks", "known_networks", since("seen_at")),
    EndingStep("mailed_links", "mailed_links", since("used_at", "ends_at")),
    EndingStep("api_tokens", "api_tokens", since("revoked_at", "ends_at")),
    EndingStep("second_factor_begun", "totp_factors", _begun_factor),
    EndingStep("factor_resets", "factor_resets", since("done_at", "stopped_at")),
    EndingStep("acts_of_signing_in", "audit_events", _sign_in_act),
    EndingStep("readings_of_needs", "audit_events", _needs_read),
    EndingStep("life_support_proofs", "life_support_proofs", since("ended_at")),
    EndingStep("notices", "notices", of_closed("person_id")),
    EndingStep("reading_positions", "reading_positions", of_closed("user_id")),
    EndingStep("study_plans", "study_plans", of_closed("user_id")),
    EndingStep("section_notes", "section_notes", of_closed("user_id")),
    EndingStep("highlights", "highlights", of_closed("user_id")),
    EndingStep("section_votes", "section_votes", of_closed("user_id")),
    EndingStep("conversations", "conversation_messages", _message_of_closed),
    EndingStep("conversations", "conversations", _conversation_of_closed),
    EndingStep(
        "places",
        "enrolments",
        of_closed("user_id", "note", "reason"),
        {"note": null(), "reason": null()},
    ),
    EndingStep("decisions_to_undo", "undoable_decisions", since("decided_at")),
    EndingStep("places", "seats", of_closed("user_id", "reason"), {"reason": null()}),
    EndingStep(
        "learning", "attempt_allowances", of_closed("user_id", "reason"), {"reason": null()}
    ),
    EndingStep(
        "learning", "attempt_extensions", of_closed("user_id", "reason"), {"reason": null()}
    ),
    EndingStep(
        "learning", "attempt_exceptions", of_closed("user_id", "reason"), {"reason": null()}
    ),
    EndingStep("learning", "answers", _holds_typed, key_of=("response", TYPED)),
    EndingStep("waiting_entries", "waiting_entries", _ended_wait),
    EndingStep("practical_reminders", "practical_reminders", since("sent_at")),
    EndingStep("assessments", "step_marks", _mark_note_is_over, {"note": ""}),
    EndingStep(
        "assessments", "assessments", _comment_is_over, {"comment": "", "discard_reason": null()}
    ),
    EndingStep("certificate_blocks", "certificate_blocks", of_closed("user_id")),
    EndingStep("sent_mails", "outbox_events", since("done_at")),
    EndingStep("sent_mails", "kept_mails", since("at")),
    EndingStep("mails_given_up", "outbox_events", _given_up(mails=True)),
    EndingStep("facts_given_up", "outbox_events", _given_up(mails=False)),
    EndingStep("acts", "audit_events", of_closed("person_id", "reason"), {"reason": null()}),
    EndingStep("acts", "audit_events", _personal_values, {"personal_values": null()}),
    EndingStep("runs", "operation_runs", _old_run(sweeps=False)),
    EndingStep("sweeps", "operation_runs", _old_run(sweeps=True)),
    EndingStep("unconfirmed_accounts", "users", _unconfirmed, most=20),
    EndingStep("unused_revisions", "course_revisions", _unused_revision, most=5),
)
