"""The one table of retention: whole, free of contradictions, and the only one."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import JSON, Text

from app.db.base import Base
from app.db.references import references_to
from app.db.tables import load_tables
from app.kit.messages import msg, msgs
from app.retention import document, mentions
from app.retention.checks import CHECKS
from app.retention.domain import Ending, conflicts, period
from app.retention.endings import STEPS
from app.retention.leaving import OWN
from app.retention.rules import RULE, RULES, grouped
from tests.make.retention import ENDING

load_tables()
TABLES = set(Base.metadata.tables)
ROOT = Path(__file__).parents[3]


def test_every_table_has_its_rule():
    assert conflicts(RULES, TABLES) == []
    assert len(RULE) == len(RULES)


def test_a_table_without_a_rule_is_named():
    assert conflicts(RULES, {*TABLES, "photographs"}) == ["photographs has no rule."]
    assert conflicts(RULES, TABLES - {"notices"}) == ["notices is no table."]


def test_rules_that_contradict_each_other_are_named():
    again = replace(RULE["notices"], key="again")
    assert conflicts([*RULES, again], TABLES) == ["notices stands in two rules."]
    part = replace(again, rows=("notices/read",))
    assert conflicts([*RULES, part], TABLES) == ["notices stands both whole and in parts."]
    same_part = replace(again, rows=("enquiries/open",))
    assert conflicts([*RULES, same_part], TABLES) == ["enquiries/open stands in two rules."]


def test_every_promise_is_obeyed_and_checked():
    """What has an end, or is emptied, has a step that ends it, a check, and rows that break it."""
    obeyed = {step.rule for step in STEPS} | {
        "accounts",
        "names_of_people_who_left",
        "unused_drawings",
    }
    ends = {rule.key for rule in RULES if rule.ending is not Ending.stays and rule.rows}
    assert ends <= obeyed
    assert {getattr(check, "__name__", "") for check in CHECKS} == obeyed == set(ENDING)


def test_what_stays_for_ever_says_why():
    for rule in RULES:
        assert len(str(rule.why)) > 15, rule.key
        assert not str(rule.how_long)[:1].islower(), rule.key
        assert not str(rule.what).endswith("."), rule.key


def test_a_promise_names_the_period_and_the_ending_of_its_rule():
    for rule in RULES:
        if rule.lasts:
            assert str(rule.how_long).startswith(f"{period(rule.lasts)} "), rule.key
            assert f", then {rule.ending}" in str(rule.how_long), rule.key


def test_every_column_of_words_is_searched_for_names_or_said_to_hold_none():
    words = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text | JSON)
    }
    listed = [
        (name, column)
        for places in (mentions.PLACES, mentions.NAMELESS)
        for name, columns in places.items()
        for column in columns
    ]
    assert sorted(listed) == sorted(words | {("certificates", "snapshot")})


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=30), "Half an hour"),
        (timedelta(days=1), "A day"),
        (timedelta(days=90), "90 days"),
        (timedelta(days=365), "A year"),
        (timedelta(days=6 * 365), "6 years"),
    ],
)
def test_spans_are_said_in_words(span, words):
    assert str(period(span)) == words


def test_a_rule_is_a_promise_in_words():
    promise = msg(
        "{span} after the account was closed, then deleted", span=msgs("A day", "{n} days", 90)
    )
    assert RULE["notices"].how_long == promise
    assert str(promise) == "90 days after the account was closed, then deleted"
    assert RULE["certificates"].how_long == msg("For ever")
    assert RULE["unused_drawings"].how_long == msg("Deleted at once")


def test_every_rule_stands_under_a_heading():
    assert sorted(rule.key for _, rules in grouped() for rule in rules) == sorted(RULE)


def test_the_document_shows_the_table():
    """Made by `.venv/bin/python -m app.retention.document > docs/retention.md`."""
    assert (ROOT / "docs" / "retention.md").read_text(encoding="utf-8") == document.markdown()


def test_nothing_else_says_how_long():
    """Periods stand in the table alone: not in the sections of the page about privacy."""
    source = (ROOT / "app" / "home" / "information.py").read_text(encoding="utf-8")
    privacy = source[source.index("PRIVACY =") : source.index("ACCESSIBILITY =")]
    period = r"(\d+|\}|\ban?) (minute|hour|day|week|month|year)s?\b|half an hour"
    assert re.findall(period, "a year, 90 days, {KEPT.days} days and half an hour, a practical day")
    assert re.findall(period, privacy) == []


def test_every_table_that_refers_to_a_person_goes_with_them_or_says_why_not():
    """A new table of people fails here until somebody has decided what becomes of its rows."""
    by_rule = {
        "certificate_blocks",
        "conversation_messages",
        "conversations",
        "highlights",
        "notices",
        "reading_positions",
        "section_notes",
        "section_votes",
        "study_plans",
    }
    own_rule = {"factor_resets", "practical_reminders", "waiting_entries", "enquiries"}
    evidence = {
        "assessments",
        "attempt_allowances",
        "attempt_exceptions",
        "attempt_extensions",
        "attempts",
        "certificates",
        "completions",
        "enrolments",
        "practical_instructors",
        "seats",
    }
    refers = {column.table.name for column in references_to("users")}
    assert refers == set(OWN) | by_rule | own_rule | evidence
    assert by_rule | own_rule <= {step.table for step in STEPS}
