"""The rate limit on public verification."""

from datetime import timedelta

from app.accounts.domain import network_blocks
from app.db import rate_limits
from app.db.rate_limits import Limit
from app.web.request_context import RequestContext

VERIFY = Limit("verify", most=60, per=timedelta(minutes=5))
"""Enough for a clinic that checks a list by hand, but too few to try out numbers (R-114)."""


def count_look_up(visit: RequestContext) -> None:
    """Count one look-up for this network, or raise TooMany. Never waits for a writer, so that
    certificates can be verified at any time."""
    tries = VERIFY.of_blocks(network_blocks(visit.network))
    rate_limits.take_while_reading(visit.database, tries, now=visit.now)
