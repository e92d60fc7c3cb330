"""Who needs help, as a table: what stops somebody most is what is said."""

from datetime import timedelta

import pytest

from app.home.domain import RiskReason, StudyState, Unpassed, risk_of
from tests.make import NOW

FRESH = NOW - timedelta(days=13, hours=23)
STALE = NOW - timedelta(days=14)
USED_UP = Unpassed("Final test", 2, 2)
TWICE = Unpassed("Quiz 3", 2, 3)
ONCE = Unpassed("Quiz 3", 1, 3)
SECOND_RUNS = Unpassed("Quiz 3", 2, 3, running=True)
LAST_RUNS = Unpassed("Final test", 2, 2, running=True)


def studies(*unpassed, complete=False, active_at=FRESH, assessed_at=None):
    return StudyState(unpassed, complete, active_at, assessed_at)


CASES = [
    ("works well", studies(), None),
    ("failed once", studies(ONCE), None),
    ("failed once, tries again now", studies(SECOND_RUNS), None),
    ("failed twice", studies(TWICE), RiskReason.not_passed),
    ("failed often, no limit", studies(Unpassed("Quiz", 5, None)), RiskReason.not_passed),
    ("no attempt left", studies(USED_UP), RiskReason.used_up),
    ("the only attempt is used", studies(Unpassed("Quiz", 1, 1)), RiskReason.used_up),
    ("the last attempt still runs", studies(LAST_RUNS), None),
    ("not yet competent", studies(complete=True, assessed_at=NOW), RiskReason.not_yet_competent),
    ("nothing for fourteen days", studies(active_at=STALE), RiskReason.idle),
    ("complete, and quiet since", studies(complete=True, active_at=STALE), None),
    ("used up comes before the rest", studies(TWICE, USED_UP, assessed_at=NOW), RiskReason.used_up),
    ("assessed before twice", studies(TWICE, assessed_at=NOW), RiskReason.not_yet_competent),
    ("twice before idle", studies(TWICE, active_at=STALE), RiskReason.not_passed),
    ("failed once and idle", studies(ONCE, active_at=STALE), RiskReason.idle),
]


@pytest.mark.parametrize(("case", "who", "trouble"), CASES, ids=[case for case, *_ in CASES])
def test_who_needs_help(case, who, trouble):
    finding = risk_of(who, NOW)
    assert (finding and finding.trouble) == trouble


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (studies(USED_UP), "All 2 attempts at “Final test” are used."),
        (studies(Unpassed("Quiz", 1, 1)), "The only attempt at “Quiz” is used."),
        (studies(TWICE), "2 attempts at “Quiz 3”, not passed yet."),
        (
            studies(Unpassed("Quiz 3", 4, None, running=True)),
            "3 attempts at “Quiz 3”, not passed yet.",
        ),
        (studies(TWICE, Unpassed("Worse", 3, 4)), "3 attempts at “Worse”, not passed yet."),
        (studies(active_at=STALE), "Nothing done since Tue 17 Nov 2026."),
        (studies(assessed_at=STALE), "Assessed on Tue 17 Nov 2026."),
    ],
)
def test_what_is_said(who, words):
    assert str(risk_of(who, NOW).words) == words


def test_a_day_is_said_where_one_belongs_to_it():
    assert risk_of(studies(active_at=STALE), NOW).since == STALE
    assert risk_of(studies(assessed_at=FRESH), NOW).since == FRESH
    assert risk_of(studies(USED_UP), NOW).since is None
