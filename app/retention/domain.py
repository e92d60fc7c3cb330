"""A retention rule, its wording, and contradictions between rules.

No clock, no database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, msg, msgs

YEAR: Final = timedelta(days=365)
EVIDENCE: Final = 6 * YEAR
"""How long a signed report keeps the names in it if no certificate is based on it."""


class PrivacyHeading(LabelledEnum):
    """Headings on the page about privacy."""

    visits = "visits", msg("Visits and questions")
    signing_in = "signing_in", msg("Signing in")
    account = "account", msg("Your account")
    training = "training", msg("Courses, practical days and assessments")
    certificates = "certificates", msg("Certificates")
    mails = "mails", msg("Mails")
    academy = "academy", msg("The academy’s own records")


class Ending(StrEnum):
    """What happens to a row when its time is over."""

    deleted = "deleted"
    emptied = "emptied"
    stays = "stays"


@dataclass(frozen=True, slots=True)
class Rule:
    """The retention rule of one kind of stored row. `rows` names its tables; “mails/sent” means the
    part “sent” of the table “mails”; no tables means that the rule is about files. If `lasts` is
    None the rows are never deleted, and `why` gives the reason. `how_long` is the promise: “90 days
    after it was sent, then deleted”."""

    key: str
    group: PrivacyHeading
    what: Message
    rows: tuple[str, ...]
    lasts: timedelta | None
    how_long: Message
    ending: Ending
    why: Message


def rule(
    key: str,
    group: PrivacyHeading,
    what: Message,
    rows: str,
    lasts: timedelta | None,
    how_long: Message | Callable[[Message], Message],
    ending: Ending,
    why: Message,
) -> Rule:
    """Return a rule. `how_long` gets the period in words if it names it."""
    promise = how_long if isinstance(how_long, Message) else how_long(period(lasts or timedelta()))
    return Rule(key, group, what, tuple(rows.split()), lasts, promise, ending, why)


def period(span: timedelta) -> Message:
    """Return a period as it begins a sentence: “Half an hour”, “A day”, “90 days”, “6 years”."""
    if span == timedelta(minutes=30):
        return msg("Half an hour")
    if span % YEAR == timedelta():
        return msgs("A year", "{n} years", span // YEAR)
    return msgs("A day", "{n} days", span // timedelta(days=1))


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
