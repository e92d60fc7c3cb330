"""`preceptor audit`: every check is seen failing, each by itself, and none ends the audit."""

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import checks
from app.db.auditing import findings, findings_of_each, name_of
from app.db.database import Database
from tests.make import NOW
from tests.make.damage import damage
from tests.make.keys import ISSUER
from tests.make.retention import AGED

CHECKS = checks.checks_with(ISSUER.keys)

# What breaks an invariant of the demo academy, past every constraint, and what the audit says of it. A
# check without a row here has never been seen failing.
DAMAGE: dict[str, tuple[str | Callable[[Database], None], str]] = {
    "accounts.proofs_of_life_support_are_in_order": (
        "UPDATE users SET life_support_until = '2030-01-01' WHERE life_support_until IS NOT NULL",
        "basic life support is said to last until",
    ),
    "accounts.second_factors_agree": (
        "UPDATE users SET second_factor_since = '2026-01-01 00:00:00.000000'",
        "a second factor is said to be set up",
    ),
    "courses.revisions_can_be_read": (
        "UPDATE course_revisions SET format = 99",
        "Revision 1 of the course mesotherapy cannot be read",
    ),
    "courses.sources_are_what_was_published": (
        "DELETE FROM course_media",
        ".svg is gone",
    ),
    "courses.current_revisions_are_of_their_course": (
        "UPDATE courses SET key = 'other'",
        "The current revision of the course other is Revision 1 of the course mesotherapy.",
    ),
    "enrolments.lists_that_are_over_are_closed": (
        "UPDATE intakes SET closes_at = '2026-01-01 00:00:00.000000'",
        "its waiting list is over and not closed",
    ),
    "practicals.nothing_is_held_without_a_right": (
        "UPDATE users SET disabled_at = '2026-01-01 00:00:00.000000'",
        "has no right to it any more",
    ),
    "practicals.what_is_kept_ends": (
        "UPDATE seats SET state = 'hold' WHERE state = 'confirmed'",
        "it is kept for somebody, and nothing ends that",
    ),
    "practicals.lists_that_are_over_are_closed": (
        "UPDATE practicals SET booking_closes_at = '2026-01-01 00:00:00.000000'",
        "its waiting list is over and not closed",
    ),
    "certificates.what_was_issued_is_there": (
        "DELETE FROM certificates",
        "it was issued and is gone",
    ),
    "certificates.what_is_earned_is_issued": (
        "DELETE FROM certificates",
        "has earned a certificate",
    ),
    "enrolments.places_counted": (
        "UPDATE intakes SET taken = taken + 1",
        "places as taken",
    ),
    "enrolments.places_not_oversold": (
        "UPDATE intakes SET places = 1, override = 0",
        "has 1 places and an override of 0",
    ),
    "enrolments.one_live_row_each": (
        "UPDATE enrolments SET user_id = (SELECT min(user_id) FROM enrolments)",
        "live enrolments in intake",
    ),
    "enrolments.nobody_stranded": (
        "UPDATE intakes SET places = taken + 5, closes_at = '2099-01-01 00:00:00', status = 'open'",
        "people wait",
    ),
    "enrolments.confirmed_places_pin_a_revision": (
        "UPDATE enrolments SET revision_id = NULL WHERE state = 'confirmed'",
        "is confirmed without a revision",
    ),
    "enrolments.payments_have_an_invoice": (
        "UPDATE enrolments SET invoice_number = NULL, invoiced_at = NULL WHERE paid_at IS NOT NULL",
        "is recorded as paid without an invoice",
    ),
    "enrolments.prices_are_not_negative": (
        "UPDATE enrolments SET price_pence = -1",
        "has a price below zero",
    ),
    "enrolments.cancelled_intakes_are_empty": (
        "UPDATE intakes SET status = 'cancelled'",
        "people are still in it",
    ),
    "quizzes.answers_have_an_attempt": (
        "UPDATE answers SET attempt_id = id WHERE id = (SELECT min(id) FROM answers)",
        "belongs to no attempt",
    ),
    "quizzes.open_attempts_may_go_on": (
        "UPDATE users SET disabled_at = '2026-01-01 00:00:00'",
        "has no right to it any more",
    ),
    "quizzes.attempts_add_up": (
        "UPDATE attempts SET earned = earned + 1 WHERE state = 'submitted'",
        "its answers earn",
    ),
    "quizzes.passes_are_completions": (
        "DELETE FROM completions WHERE kind = 'quiz'",
        "does not count as completed",
    ),
    "quizzes.deadlines_follow_from_the_end": (
        "UPDATE attempts SET due_at = '2026-01-01 00:00:00', next_deadline_at = '2026-01-02 00:00:00', "
        "state = 'in_progress' WHERE id = (SELECT min(id) FROM attempts)",
        "another next deadline than its end gives",
    ),
    "quizzes.attempts_end_in_time": (
        "UPDATE attempts SET due_at = '2026-01-01 00:00:00', state = 'in_progress' "
        "WHERE id = (SELECT min(id) FROM attempts)",
        "the worker has not recorded it",
    ),
    "quizzes.time_given_back_is_recorded": (
        "UPDATE attempts SET given_back_seconds = 60",
        "another time than what is recorded",
    ),
    "practicals.seats_are_counted": (
        "UPDATE practicals SET taken = taken + 1",
        "the counter says",
    ),
    "practicals.one_living_row_each": (
        "UPDATE seats SET user_id = (SELECT min(user_id) FROM seats)",
        "living places",
    ),
    "practicals.cancelled_days_are_empty": (
        "UPDATE practicals SET status = 'cancelled'",
        "is confirmed on a cancelled practical",
    ),
    "practicals.nobody_waits_in_vain": (
        "UPDATE practicals SET capacity = taken + 5 WHERE id IN (SELECT practical_id FROM waiting_entries)",
        "a place is free and person",
    ),
    "assessments.signed_means_present": (
        "UPDATE seats SET attendance = 'absent'",
        "is not marked as present",
    ),
    "assessments.marks_give_the_outcome": (
        "UPDATE assessments SET earned = earned + 1 WHERE signed_at IS NOT NULL",
        "its outcome is not what its marks give",
    ),
    "certificates.certificates_are_true": (
        "UPDATE certificates SET holder_name = 'Somebody Else'",
        "it is not what was issued",
    ),
    "certificates.one_valid_certificate_each": (
        "UPDATE certificates SET user_id = (SELECT min(user_id) FROM certificates), revoked_at = NULL",
        "valid certificates of",
    ),
    "conversations.messages_are_counted": (
        "UPDATE conversations SET messages = messages + 1",
        "counts another number of messages",
    ),
    "enquiries.enquiries_are_in_order": (
        "UPDATE enquiries SET answered_at = '2020-01-01 00:00:00'",
        "was answered before it was received",
    ),
    "outbox.what_waits_has_a_worker": (
        "INSERT INTO worker_heartbeats (worker, at) VALUES ('mails', '2020-01-01 00:00:00')",
        "Nobody delivers mails",
    ),
    **{f"retention.{key}": damage for key, damage in AGED.items()},
}


def test_every_check_that_a_feature_defines_is_made():
    """A check that stands in no list is never made, and DAMAGE would not miss it."""
    defined = set()
    for path in Path(checks.__file__).parent.glob("*/checks.py"):
        module = import_module(f"app.{path.parent.name}.checks")
        defined |= {
            function
            for name, function in vars(module).items()
            if isfunction(function)
            and function.__module__ == module.__name__
            and list(signature(function).parameters) in (["db", "now"], ["db", "keys", "now"])
            and name not in ("broken", "problems")
        }
        # Those that are made of a table stand in the list alone.
        defined |= set(getattr(module, "GENERATED", ()))
    assert {name_of(check) for check in defined} == {name_of(check) for check in CHECKS}
    assert set(DAMAGE) == {name_of(check) for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_every_check_is_seen_failing(academy_database: Database, check):
    name = name_of(check)
    assert name in DAMAGE, "this check has never been seen failing: add what breaks it to DAMAGE"
    statement, words = DAMAGE[name]
    with academy_database.read() as db:
        assert list(check(db, now=NOW)) == []
    if callable(statement):
        statement(academy_database)
    else:
        damage(academy_database, statement)
    with academy_database.read() as db:
        assert any(words in sentence for sentence in check(db, now=NOW))


def test_a_seat_added_by_hand_above_the_places_is_named(academy_database: Database):
    """V25: the database holds the counter against the places, and not the rows against the counter. Whoever
    writes rows by hand could write the counter as well; the audit counts the rows."""
    statement = (
        "INSERT INTO seats (id, practical_id, user_id, state, booked_at, calendar_sequence) "
        "SELECT users.id, full_days.id, users.id, 'confirmed', '2026-12-01 00:00:00', 0 FROM users, "
        "(SELECT id FROM practicals WHERE status = 'published' AND taken > 0 LIMIT 1) AS full_days "
        "ORDER BY users.id LIMIT 50"
    )
    damage(academy_database, statement)
    with academy_database.read() as db:
        findings = checks.broken_invariants(db, ISSUER.keys, now=NOW)
    assert any("places held" in sentence for sentence in findings)
    assert any("the counter says" in sentence for sentence in findings)


# Data that no code of ours would write: the audit names it and goes on.
UNKNOWN: dict[str, tuple[str, str]] = {
    "an attempt at a quiz that is in no course": (
        "UPDATE attempts SET quiz_key = 'load-quiz' || number || quiz_key",
        "its revision has no quiz load-quiz",
    ),
    "an attempt under a revision that is not there": (
        "UPDATE attempts SET revision_id = id",
        "could not be checked: NotFound in courses/queries.py",
    ),
    "an attempt whose drawing cannot be read": (
        """UPDATE attempts SET drawn = '[{"key": 5}]'""",
        "could not be checked",
    ),
    "an attempt that drew an unknown question": (
        """UPDATE attempts SET drawn = replace(drawn, '"question": "', '"question": "no-')""",
        "could not be checked",
    ),
    "an answer that cannot be read": (
        "UPDATE answers SET response = '7'",
        "could not be checked",
    ),
    "an assessment of an unknown checklist": (
        "UPDATE assessments SET checklist_key = 'gone'",
        "its revision has no gone",
    ),
    "an assessment under a revision that is not there": (
        "UPDATE assessments SET revision_id = id",
        "could not be checked: NotFound",
    ),
    "a certificate whose snapshot is another shape": (
        "UPDATE certificates SET snapshot = '[]'",
        "Certificate",
    ),
    "a practical of an unknown course": (
        "UPDATE practicals SET course_key = 'gone', capacity = taken + 5",
        "",
    ),
    "a state that is no word of ours": ("UPDATE attempts SET state = 'odd'", "could not be made"),
}


@pytest.mark.parametrize(("statement", "words"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_unknown_data_is_a_finding_and_never_the_end(
    academy_database: Database, statement: str, words: str
):
    damage(academy_database, statement)
    last = "UPDATE outbox_events SET done_at = '2020-01-01 00:00:00'"
    damage(academy_database, last)
    with academy_database.read() as db:
        findings = checks.broken_invariants(db, ISSUER.keys, now=NOW)
    assert any(words in sentence for sentence in findings)
    assert "Does the worker run?" in findings[-1]


def cannot_read(db: Session, *, now: datetime) -> Iterable[str]:
    """The database refuses a statement, which on PostgreSQL ends the transaction."""
    db.execute(text("SELECT nothing FROM nowhere WHERE name = 'Ada Admin'"))
    return []


def stops_halfway(db: Session, *, now: datetime) -> Iterable[str]:
    yield "The first is broken."
    raise KeyError("ada@example.org")


def reads(db: Session, *, now: datetime) -> Iterable[str]:
    return [f"{db.scalar(text('SELECT 1'))} is broken."]


def test_checks_that_fail_are_named_and_the_others_are_made(database: Database):
    with database.read() as db:
        sentences = findings(db, (cannot_read, stops_halfway, reads), now=NOW)
    first, second, third, fourth = sentences
    assert "cannot_read could not be made" in first
    assert second == "The first is broken."
    assert "stops_halfway could not be made: KeyError" in third
    assert fourth == "1 is broken."
    assert "ada" not in " ".join(sentences).lower()  # the text of an error may name people


def test_a_thing_that_cannot_be_read_is_named_and_the_others_are_looked_at():
    def look(number: int) -> list[str]:
        return [f"{10 // number} is broken."]

    sentences = findings_of_each([5, 0, 2], lambda number: f"Number {number}", look)
    assert sentences[0] == "2 is broken."
    assert sentences[1].startswith("Number 0 could not be checked: ZeroDivisionError")
    assert sentences[2] == "5 is broken."
