"""Reads the filters of the office's list of practicals from its address."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.kit.errors import Invalid
from app.kit.ids import UserId
from app.kit.messages import msg
from app.practicals.queries.admin_lists import ListedDays, ListFilters

LONGEST_SEARCH = 100
NO_SUCH_LIST: Final = msg("There is no such list of practicals.")


def listed_days(show: str | None) -> ListedDays:
    """Return which list an address shows, at first the days to come. Refuse one that does not exist."""
    if not show:
        return ListedDays.coming
    if show not in set(ListedDays):
        raise Invalid(NO_SUCH_LIST)
    return ListedDays(show)


def taught_days(show: str | None) -> ListedDays:
    """Return which list of their days an instructor's address shows. Drafts and cancelled days have none."""
    shown = listed_days(show)
    if shown not in (ListedDays.coming, ListedDays.past):
        raise Invalid(NO_SUCH_LIST)
    return shown


def list_filters(query: Mapping[str, str]) -> ListFilters:
    """Return the filters of an address. Refuse an instructor that is not an id."""
    typed = query.get("instructor")
    try:
        instructor = UserId(UUID(typed)) if typed else None
    except ValueError:
        refusal = msg("There is no such instructor. Choose one of the list.")
        raise Invalid(refusal) from None
    return ListFilters(
        kind=query.get("kind") or None,
        month=query.get("month") or None,
        instructor_id=instructor,
        text=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
    )
