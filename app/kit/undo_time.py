"""How long an act can be undone before its mails leave.

The mails and notices of such an act wait this long (`app.outbox.service.record_mail`,
`app.notices.steps.sending`), and the use-case that undoes the act withdraws them. Afterwards the act is
final: people have been told.
"""

from datetime import datetime, timedelta
from typing import Final

UNDO_TIME: Final = timedelta(seconds=10)


def may_undo(done_at: datetime, now: datetime) -> bool:
    """Return whether an act can still be undone. Whether its mail has left is asked of the outbox as well,
    because the worker's clock may be ahead."""
    return now - done_at < UNDO_TIME


def seconds_to_undo(done_at: datetime, now: datetime) -> int:
    """Return for how many whole seconds an act can still be undone; 0 if it cannot."""
    left = done_at + UNDO_TIME - now
    return max(0, int(left.total_seconds()))
