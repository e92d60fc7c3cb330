"""The limit on looking at certificates of others."""

from datetime import timedelta

from app.accounts.domain import network_blocks
from app.db import rate_limits
from app.db.rate_limits import Limit
from app.web.request_context import RequestContext

VERIFY = Limit("verify", most=60, per=timedelta(minutes=5))
"""Enough for a clinic that checks a list by hand; too few to walk through numbers (R-114)."""


def count_look_up(visit: RequestContext) -> None:
    """Count one look at a serial for this network; raise TooMany when there were too many. It waits for
    nobody who writes: a certificate can be checked whatever the academy is doing."""
    tries = VERIFY.of_blocks(network_blocks(visit.network))
    rate_limits.take_while_reading(visit.database, tries, now=visit.now)
