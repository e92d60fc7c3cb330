"""A retention rule, its wording, and contradictions between rules.

No clock, no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

YEAR: Final = timedelta(days=365)
EVIDENCE: Final = 6 * YEAR
"""How long a signed report keeps the names in it if no certificate is based on it."""


class PrivacyHeading(StrEnum):
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
    """The retention rule of one kind of stored row. `rows` names its tables; “mails/sent” means the
    part “sent” of the table “mails”; no tables means that the rule is about files. If `lasts` is
    None the rows are never deleted, and `why` gives the reason. `since` says when the period
    begins, or what the row is kept for."""

    key: str
    group: PrivacyHeading
    what: str
    rows: tuple[str, ...]
    lasts: timedelta | None
    since: str
    ending: Ending
    why: str

    @property
    def span(self) -> str:
        """Return the period in words: “90 days”, or “for ever”."""
        return "for ever" if self.lasts is None else span_words(self.lasts)

    @property
    def how_long(self) -> str:
        """Return the promise in words: “90 days after it was sent, then deleted”."""
        if self.lasts is None:
            return self.since
        if not self.lasts:
            return f"{self.ending.capitalize()} at once"
        return f"{self.span[:1].upper()}{self.span[1:]} {self.since}, then {self.ending}"


def rule(
    key: str,
    group: PrivacyHeading,
    what: str,
    rows: str,
    lasts: timedelta | None,
    since: str,
    ending: Ending,
    why: str,
) -> Rule:
    return Rule(key, group, what, tuple(rows.split()), lasts, since, ending, why)


def span_words(span: timedelta) -> str:
    """Return a period in words: “half an hour”, “a day”, “90 days”, “6 years”."""
    if span == timedelta(minutes=30):
        return "half an hour"
    size, unit = (YEAR, "year") if span % YEAR == timedelta() else (timedelta(days=1), "day")
    count = span // size
    return f"a {unit}" if count == 1 else f"{count} {unit}s"


def conflicts(rules: Iterable[Rule], tables: Iterable[str]) -> list[str]:
    """Return a sentence for each table that has no rule, or that is in rules which contradict each
    other."""
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
