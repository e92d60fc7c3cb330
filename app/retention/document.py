"""Writes docs/retention.md from the rules: `python -m app.retention.document > docs/retention.md`."""

import sys
from collections.abc import Iterator

from app.kit.leaving import NAME_OF_WHO_LEFT
from app.retention.mentions import REMOVED
from app.retention.rules import GRACE, grouped

HEAD = f"""# How long everything is kept

Made of `app/retention/rules.py`; the page about privacy shows the same table. A worker deletes and empties
what is over, a minute after it starts and then every hour, in small transactions; `preceptor audit` names
whatever is over by more than {GRACE.days} days. “{NAME_OF_WHO_LEFT}” is written where the name of a person
stood whose account was closed, and “{REMOVED}” in what others typed about them.

A name stays in what others typed where another person has it too, where the academy uses it itself, and where
it is a single word such as “May”: others would lose words that are not about this person.
"""


def markdown() -> str:
    """Return the whole document."""
    return "\n".join((HEAD, *_tables()))


def _tables() -> Iterator[str]:
    for group, rules in grouped():
        yield f"## {group.label}\n"
        yield "| What | How long | Why | Stored in |"
        yield "|---|---|---|---|"
        for rule in rules:
            stored = ", ".join(f"`{row}`" for row in rule.rows) or "files"
            yield f"| {rule.what} | {rule.how_long} | {rule.why} | {stored} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(markdown())
