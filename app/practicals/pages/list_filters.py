"""Reads the filters of the office's list of practicals from its address."""

from collections.abc import Mapping
from uuid import UUID

from app.kit.errors import Invalid
from app.kit.ids import UserId
from app.kit.messages import msg
from app.practicals.queries.admin_lists import ListedDays, ListFilters

LONGEST_SEARCH = 100


def listed_days(show: str | None) -> ListedDays:
    """Return which list an address shows, at first the days to come. Refuse one that does not exist."""
    if not show:
        return ListedDays.coming
    if show not in set(ListedDays):
        raise Invalid(msg("There is no such list of practicals."))
    return ListedDays(show)


def list_filters(query: Mapping[str, str]) -> ListFilters:
    """Return the filters of an address. An instructor that is not an id is ignored."""
    try:
        instructor = UserId(UUID(query.get("instructor", "")))
    except ValueError:
        instructor = None
    return ListFilters(
        kind=query.get("kind") or None,
        month=query.get("month") or None,
        instructor_id=instructor,
        text=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
    )
