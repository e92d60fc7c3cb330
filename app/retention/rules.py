"""The one table of retention rules: what is stored, for how long, why, and what happens at the end.

No clock, no database. The privacy page prints these words.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from app.retention.domain import PrivacyHeading, Rule
from app.retention.of_people import RULES_OF_PEOPLE
from app.retention.of_records import RULES_OF_RECORDS

GRACE: Final = timedelta(days=2)
"""How long a row may outlive its rule before `preceptor audit` reports it."""
RULES: Final = (*RULES_OF_PEOPLE, *RULES_OF_RECORDS)
RULE: Final = {rule.key: rule for rule in RULES}


def grouped(rules: Iterable[Rule] = RULES) -> Iterator[tuple[PrivacyHeading, tuple[Rule, ...]]]:
    """Yield each heading with its rules, in the order of the page."""
    every = tuple(rules)
    for group in PrivacyHeading:
        yield group, tuple(rule for rule in every if rule.group is group)
