"""Pages of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.kit.errors import Invalid
from app.kit.messages import msg, msgs

Row = TypeVar("Row")
PAGE_SIZE = 50
LAST_PAGE = 10_000
LONGEST_NUMBER = len(str(LAST_PAGE))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. `number` starts at 1; `total` counts every row of the list."""

    rows: tuple[Row, ...]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.count


class PastTheEnd(Invalid):
    """The list has fewer pages, perhaps because it became shorter. `last` is its last page, to which a page
    of the site leads on: a list without rows would say that there is nothing."""

    def __init__(self, last: int) -> None:
        super().__init__(
            msgs("This list has {n} page.", "This list has {n} pages.", last), reason="past_the_end"
        )
        self.last = last


def page_of(rows: Sequence[Row], *, number: int, total: int, size: int = PAGE_SIZE) -> Page[Row]:
    """Return a page, or raise PastTheEnd."""
    demand_page(number, total=total, size=size)
    return Page(tuple(rows), number, total, size)


def demand_page(number: int, *, total: int, size: int = PAGE_SIZE) -> None:
    """Raise PastTheEnd if a list of `total` rows has no page of this number. The first page is always
    there."""
    last = max(1, -(-total // size))
    if number > last:
        raise PastTheEnd(last)


def page_number(text: str | None) -> int:
    """Return the page number in an address. Refuses text that is not a number, and absurdly high
    numbers."""
    if not text:
        return 1
    is_number = len(text) <= LONGEST_NUMBER and text.isascii() and text.isdigit()
    number = int(text) if is_number else 0
    if not 1 <= number <= LAST_PAGE:
        raise Invalid(
            msg("The page must be a whole number from 1 to {last:plain}.", last=LAST_PAGE)
        )
    return number
