"""Rows of every kind that ends some time, written straight to the database as they were at a moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.database import Database
from app.db.sealed import Sealed
from app.kit.ids import new_uuid
from app.retention.domain import EVIDENCE
from app.retention.rules import RULE, RULES

Rows = list[tuple[str, dict[str, Any]]]
LONG_AGO = datetime(2012, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Academy:
    """What the rows refer to; it is old enough to be nobody's concern."""

    revision_id: UUID = field(default_factory=new_uuid)
    intake_id: UUID = field(default_factory=new_uuid)
    practical_id: UUID = field(default_factory=new_uuid)
    admin_id: UUID = field(default_factory=new_uuid)
    revisions: int = 1

    def write(self, db: Session) -> None:
        at = LONG_AGO
        write(db, [_revision(self, self.revision_id, 1, at)])
        write(db, [a_person(self.admin_id, at, name="Ada of the Office", is_admin=True)])
        intake: dict[str, Any] = {
            "id": self.intake_id,
            "course_key": "old",
            "title": "Old",
            "starts_on": date(2012, 2, 1),
            "price_pence": 0,
            "places": 9,
            "taken": 0,
            "override": 0,
            "waiting_sequence": 0,
            "version": 0,
            "status": "open",
            "opens_at": at,
            "closes_at": at + DAY,
            "created_at": at,
        }
        practical = {
            "id": self.practical_id,
            "course_key": "old",
            "kind_key": "day",
            "revision_id": self.revision_id,
            "title": "Old",
            "starts_at": at,
            "ends_at": at + DAY,
            "zone": "Europe/London",
            "room": "1",
            "capacity": 9,
            "taken": 0,
            "override": 0,
            "waiting_sequence": 0,
            "version": 0,
            "status": "published",
            "booking_opens_at": at,
            "booking_closes_at": at,
            "cancel_until": at,
            "created_at": at,
        }
        write(db, [("intakes", intake), ("practicals", practical)])


def write(db: Session, rows: Rows) -> None:
    for name, values in rows:
        db.execute(insert(Base.metadata.tables[name]).values(**values))


def a_person(person_id: UUID, at: datetime, **values: Any) -> tuple[str, dict[str, Any]]:
    row = {
        "id": person_id,
        "email": f"{person_id.hex}@example.org",
        "name": f"Nora {person_id.hex}",
        "is_student": True,
        "is_instructor": False,
        "is_admin": False,
        "created_at": at,
        "confirmed_at": at,
        "theme": "auto",
    }
    return "users", row | values


def _revision(academy: Academy, revision_id: UUID, number: int, at: datetime) -> Any:
    row = {
        "id": revision_id,
        "course_key": "old",
        "number": number,
        "digest": revision_id.hex,
        "delivery": "{}",
        "keys": "{}",
        "published_at": at,
    }
    return "course_revisions", row


def _mail(at: datetime, **values: Any) -> tuple[str, dict[str, Any]]:
    payload = {"to": "nora@example.org", "template": "enquiries/received", "values": {}}
    row = {"id": new_uuid(), "name": "mail", "payload": payload, "created_at": at, "tries": 1}
    return "outbox_events", row | {"available_at": at} | values


def _act(at: datetime, action: str, **values: Any) -> tuple[str, dict[str, Any]]:
    row = {"id": new_uuid(), "at": at, "action": action, "subject_kind": "person", "details": {}}
    return "audit_events", row | values


def _run(at: datetime, kind: str) -> tuple[str, dict[str, Any]]:
    row = {"id": new_uuid(), "kind": kind, "started_at": at, "ended_at": at, "succeeded": True}
    return "operation_runs", row | {"detail": "All well."}


def _enquiry(at: datetime, **values: Any) -> tuple[str, dict[str, Any]]:
    row = {"id": new_uuid(), "name": "Nora", "email": "nora@example.org", "topic": "other"}
    return "enquiries", row | {"message": "May I ask?", "received_at": at} | values


def _assessment(
    academy: Academy, student_id: UUID, at: datetime, *, signed: bool = False
) -> tuple[Rows, UUID]:
    seat_id, assessment_id = new_uuid(), new_uuid()
    seat = {
        "id": seat_id,
        "practical_id": academy.practical_id,
        "user_id": student_id,
        "state": "cancelled_by_admin",
        "reason": "Nora was ill.",
        "booked_at": at,
        "calendar_sequence": 0,
    }
    assessment = {
        "id": assessment_id,
        "seat_id": seat_id,
        "practical_id": academy.practical_id,
        "student_id": student_id,
        "instructor_id": academy.admin_id,
        "course_key": "old",
        "checklist_key": "old",
        "revision_id": academy.revision_id,
        "number": 1,
        "version": 0,
        "identity_confirmed_at": at,
        "started_at": at,
        "comment": "Nora has a steady hand.",
        "comment_revision": 1,
        "signed_at": at if signed else None,
    }
    mark = {
        "id": new_uuid(),
        "assessment_id": assessment_id,
        "step_key": "one",
        "revision": 1,
        "mark": "done",
        "note": "Nora asked twice.",
        "marked_by": academy.admin_id,
        "marked_at": at,
    }
    return [("seats", seat), ("assessments", assessment), ("step_marks", mark)], assessment_id


def rows_of(key: str, academy: Academy, at: datetime) -> Rows:
    """Return rows of one rule whose time is counted from `at`, with the people they belong to first."""
    person = new_uuid()
    closed = a_person(person, at - DAY, disabled_at=at)
    makers: dict[str, Callable[[], Rows]] = {
        "acts": lambda: [
            closed,
            _act(at, "accounts.closed", person_id=person, reason="Nora moved."),
        ],
        "certificate_blocks": lambda: [
            closed,
            (
                "certificate_blocks",
                {"user_id": person, "course_key": "old", "reason": "Nora", "blocked_at": at},
            ),
        ],
        "notices": lambda: [
            closed,
            (
                "notices",
                {
                    "id": new_uuid(),
                    "person_id": person,
                    "at": at,
                    "template": "x",
                    "details": {"name": "Nora"},
                },
            ),
        ],
        "reading_positions": lambda: [
            closed,
            (
                "reading_positions",
                {
                    "user_id": person,
                    "course_key": "old",
                    "lesson_key": "first",
                    "section": "section-nora",
                    "read_sections": "",
                    "read_at": at,
                },
            ),
        ],
        "study_plans": lambda: [closed, *_study_plan(academy, person, at)],
        "section_notes": lambda: [
            closed,
            (
                "section_notes",
                {
                    "user_id": person,
                    "course_key": "old",
                    "lesson_key": "first",
                    "section": "section-nora",
                    "lesson_title": "First",
                    "section_title": "Nora",
                    "words": "Ask Nora.",
                    "saved_at": at,
                },
            ),
        ],
        "highlights": lambda: [
            closed,
            (
                "highlights",
                {
                    "id": new_uuid(),
                    "user_id": person,
                    "course_key": "old",
                    "lesson_key": "first",
                    "section": "section-nora",
                    "lesson_title": "First",
                    "section_title": "Nora",
                    "passage": "{}",
                    "marked_at": at,
                },
            ),
        ],
        "section_votes": lambda: [
            closed,
            (
                "section_votes",
                {
                    "id": new_uuid(),
                    "user_id": person,
                    "course_key": "old",
                    "revision_id": academy.revision_id,
                    "lesson_key": "first",
                    "section": "section-nora",
                    "lesson_title": "First",
                    "section_title": "Nora",
                    "is_clear": False,
                    "words": "Nora did not see why.",
                    "voted_at": at,
                },
            ),
        ],
        "conversations": lambda: [closed, *_conversation(academy, person, at)],
        "accounts": lambda: [closed],
        "names_of_people_who_left": lambda: [
            a_person(person, at - DAY, disabled_at=at, emptied_at=at)
        ],
        "places": lambda: [closed, *_enrolment(academy, person, at)],
        "learning": lambda: [
            closed,
            _allowance(academy, person, at),
            *_extension(academy, person, at),
            _exception(academy, person, at),
        ],
        "decisions_to_undo": lambda: [a_person(person, at), *_decision(academy, person, at)],
        "assessments": lambda: [closed, *_assessment(academy, person, at, signed=True)[0]],
        "unconfirmed_accounts": lambda: [a_person(person, at, confirmed_at=None)],
    }
    if key in makers:
        return makers[key]()
    rows = _without_people(key, academy, at)
    if rows:
        return rows
    return [a_person(person, at), _of_a_person(key, academy, person, at)]


def _conversation(academy: Academy, person: UUID, at: datetime) -> Rows:
    conversation_id = new_uuid()
    row: dict[str, Any] = {
        "id": conversation_id,
        "student_id": person,
        "course_key": "old",
        "course_title": "Old",
        "lesson_key": "old-lesson",
        "lesson_title": "Old lesson",
        "language": "en-GB",
        "state": "closed",
        "messages": 1,
        "student_seen": 1,
        "asked_at": at,
        "changed_at": at,
        "waits_since": at,
        "closed_at": at,
        "closed_by": academy.admin_id,
        "close_reason": "Nora knows.",
    }
    message = {
        "id": new_uuid(),
        "conversation_id": conversation_id,
        "number": 1,
        "author_id": person,
        "by_student": True,
        "words": "May Nora ask?",
        "sent_at": at,
    }
    return [("conversations", row), ("conversation_messages", message)]


def _allowance(academy: Academy, person: UUID, at: datetime) -> tuple[str, dict[str, Any]]:
    row = {
        "id": new_uuid(),
        "user_id": person,
        "course_key": "old",
        "quiz_key": "old-quiz",
        "number": 1,
        "attempts": 1,
        "reason": "Nora lost her connection.",
        "reason_is_told": False,
        "given_at": at,
        "given_by": academy.admin_id,
        "version": 0,
    }
    return "attempt_allowances", row


def _exception(academy: Academy, person: UUID, at: datetime) -> tuple[str, dict[str, Any]]:
    row = {
        "id": new_uuid(),
        "user_id": person,
        "course_key": "old",
        "quiz_key": "",
        "extra_minutes": 15,
        "reason": "Nora reads slowly.",
        "given_at": at,
        "given_by": academy.admin_id,
    }
    return "attempt_exceptions", row


def _extension(academy: Academy, person: UUID, at: datetime) -> Rows:
    """An attempt that ended, and the time that it got back while it ran."""
    ((_, place),) = _enrolment(academy, person, at)
    attempt = {
        "id": new_uuid(),
        "user_id": person,
        "enrolment_id": place["id"],
        "course_key": "old",
        "quiz_key": "old-quiz",
        "revision_id": academy.revision_id,
        "number": 1,
        "seed": "old",
        "drawn": [],
        "state": "abandoned",
        "started_at": at,
        "due_at": at + DAY,
        "given_back_seconds": 300,
    }
    extension = {
        "id": new_uuid(),
        "attempt_id": attempt["id"],
        "user_id": person,
        "kind": "given_back",
        "seconds": 300,
        "reason": "Nora fell ill.",
        "given_at": at,
        "given_by": academy.admin_id,
    }
    return [
        ("enrolments", place),
        ("attempts", attempt),
        ("attempt_extensions", extension),
    ]


def _decision(academy: Academy, person: UUID, at: datetime) -> Rows:
    """A declined request, and the decision about it."""
    ((table, enrolment),) = _enrolment(academy, person, at)
    row = {
        "id": new_uuid(),
        "enrolment_id": enrolment["id"],
        "state_before": "requested",
        "state_after": "declined",
        "override_before": 0,
        "decided_at": at,
    }
    return [(table, enrolment), ("undoable_decisions", row)]


def _enrolment(academy: Academy, person: UUID, at: datetime) -> Rows:
    row = {
        "id": new_uuid(),
        "intake_id": academy.intake_id,
        "user_id": person,
        "course_key": "old",
        "state": "declined",
        "note": "Nora asked for an aisle seat.",
        "reason": "Nora is ill.",
        "requested_at": at,
    }
    return [("enrolments", row)]


def _study_plan(academy: Academy, person: UUID, at: datetime) -> Rows:
    ((_, place),) = _enrolment(academy, person, at)
    row = {
        "enrolment_id": place["id"],
        "user_id": person,
        "minutes_a_week": 120,
        "counted_from": at.date(),
        "minutes_then": 600,
    }
    return [("enrolments", place), ("study_plans", row)]


def _without_people(key: str, academy: Academy, at: datetime) -> Rows:
    text = new_uuid().hex
    if key == "unused_revisions":
        academy.revisions += 1
        return [_revision(academy, new_uuid(), academy.revisions, at)]
    rows_by_key: dict[str, Rows] = {
        "counts_of_tries": [
            (
                "limit_counts",
                {"door": "d", "subject": text, "window_starts_at": at, "tries": 1},
            )
        ],
        "answers_to_forms": [
            (
                "idempotency_keys",
                {
                    "principal": "p",
                    "route": "r",
                    "key": text,
                    "body_hash": text,
                    "answer": "/",
                    "created_at": at,
                },
            )
        ],
        "answered_enquiries": [
            _enquiry(at, answered_at=at, answered_by=academy.admin_id, note="Yes.")
        ],
        "open_enquiries": [_enquiry(at)],
        "passkey_challenges": [
            (
                "passkey_challenges",
                {"id": new_uuid(), "holder_hash": b"h", "challenge": b"c", "ends_at": at},
            )
        ],
        "acts_of_signing_in": [_act(at, "accounts.signed_in", person_id=academy.admin_id)],
        "readings_of_needs": [
            _act(at, "accounts.access_needs_read", person_id=academy.admin_id),
            _act(at, "accounts.contact_read", person_id=academy.admin_id),
        ],
        "sent_mails": [
            _mail(at, done_at=at),
            (
                "kept_mails",
                {
                    "id": new_uuid(),
                    "at": at,
                    "to": "n@example.org",
                    "subject": "s",
                    "text": "t",
                    "source": "s",
                },
            ),
        ],
        "mails_given_up": [_mail(at, dead_at=at, last_error="No such mailbox.")],
        "facts_given_up": [_mail(at, name="certificate.earned", dead_at=at)],
        "runs": [_run(at, "audit")],
        "sweeps": [_run(at, "sweep")],
        "unused_drawings": [("course_media", {"digest": text + text, "content": b"<svg/>"})],
    }
    return rows_by_key.get(key, [])


def _of_a_person(
    key: str, academy: Academy, person: UUID, at: datetime
) -> tuple[str, dict[str, Any]]:
    code, began = new_uuid().bytes + new_uuid().bytes, at - DAY
    token: dict[str, Any] = {"id": new_uuid(), "user_id": person, "token_hash": code}
    row_by_key: dict[str, tuple[str, dict[str, Any]]] = {
        "sign_ins": (
            "sign_ins",
            token
            | {
                "created_at": began,
                "seen_at": began,
                "idle_ends_at": at,
                "ends_at": at,
                "proved_at": began,
                "device": "d",
                "network": "192.0.2.0",
            },
        ),
        "pending_sign_ins": (
            "pending_sign_ins",
            token | {"network": "n", "created_at": began, "ends_at": at, "wrong_tries": 0},
        ),
        "kept_forms": (
            "kept_forms",
            {
                "id": new_uuid(),
                "user_id": person,
                "sealed": b"s",
                "created_at": at,
                "ends_at": at + timedelta(minutes=30),
            },
        ),
        "known_networks": (
            "known_networks",
            {"user_id": person, "network": code.hex(), "seen_at": at},
        ),
        "mailed_links": (
            "mailed_links",
            {
                "id": new_uuid(),
                "purpose": "reset",
                "user_id": person,
                "email": "nora@example.org",
                "created_at": began,
                "ends_at": at,
            },
        ),
        "api_tokens": ("api_tokens", token | {"created_at": began, "ends_at": at}),
        "second_factor_begun": (
            "totp_factors",
            {"id": new_uuid(), "user_id": person, "sealed": Sealed(b"s"), "created_at": at},
        ),
        "factor_resets": (
            "factor_resets",
            {
                "id": new_uuid(),
                "user_id": person,
                "started_by": academy.admin_id,
                "reason": "Nora lost her phone.",
                "started_at": began,
                "due_at": at,
                "done_at": at,
            },
        ),
        "life_support_proofs": (
            "life_support_proofs",
            {
                "id": new_uuid(),
                "user_id": person,
                "passed_on": date(2012, 1, 1),
                "expires_on": date(2013, 1, 1),
                "issuer": "i",
                "seen_at": began,
                "seen_by": academy.admin_id,
                "ended_at": at,
                "ended_by": academy.admin_id,
                "end_reason": "Newer.",
            },
        ),
        "practical_reminders": (
            "practical_reminders",
            {
                "id": new_uuid(),
                "practical_id": academy.practical_id,
                "user_id": person,
                "days_before": 7,
                "schedule_version": 0,
                "sent_at": at,
            },
        ),
        "waiting_entries": (
            "waiting_entries",
            {
                "id": new_uuid(),
                "practical_id": academy.practical_id,
                "user_id": person,
                "number": 1,
                "state": "closed",
                "joined_at": began,
                "ended_at": at,
            },
        ),
    }
    return row_by_key[key]


ENDING = tuple(
    rule.key
    for rule in RULES
    if rule.key
    not in {
        "waiting_people",
        "certificates",
        "certificate_files",
        "waiting_mails",
        "days_and_intakes",
        "courses",
        "workers",
    }
)
"""Rules of tables by which something ends some time: deleted, or emptied."""


def age(key: str) -> Callable[[Database], None]:
    """Return what writes rows of a rule that should have ended years ago."""

    def written(database: Database) -> None:
        academy = Academy()
        with database.write() as db:
            academy.write(db)
            write(db, rows_of(key, academy, LONG_AGO))
            if key in ("runs", "sweeps", "unused_revisions"):  # the last one stays
                write(db, rows_of(key, academy, LONG_AGO + DAY))
            if key == "unused_drawings":
                write(db, [_run(LONG_AGO, "sweep")])

    return written


def moment_of(key: str) -> timedelta:
    """Return how long after it began to end a row of `rows_of` is over."""
    if key == "assessments":
        return EVIDENCE
    if key in ("places", "acts", "learning"):
        return RULE["accounts"].lasts or timedelta()
    return RULE[key].lasts or timedelta()


AGED = {key: (age(key), "Does the worker run?") for key in ENDING}
"""What breaks each promise of retention, and what the audit says of it."""


@dataclass
class Kept:
    """Rows that a test follows: whether they are still as they were written, and whether they are over."""

    rows: Rows

    @classmethod
    def of(cls, rows: Rows) -> "Kept":
        return cls(list(rows))

    def _now(self, database: Database) -> list[Any]:
        rows_now = []
        with database.read() as db:
            for name, values in self.rows:
                table = Base.metadata.tables[name]
                keys = [column == values[column.name] for column in table.primary_key.columns]
                rows_now.append(db.execute(select(table).where(*keys)).mappings().one_or_none())
        return rows_now

    def is_whole(self, database: Database) -> bool:
        """Whether every row says what was written."""
        return all(
            row is not None and all(row[key] == value for key, value in values.items())
            for row, (_, values) in zip(self._now(database), self.rows, strict=True)
        )

    def is_over(self, database: Database) -> bool:
        """Whether every row is gone, or says nothing of Nora any more."""
        return all(row is None or "Nora" not in str(dict(row)) for row in self._now(database))
