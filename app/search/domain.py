"""What somebody typed into the search, what can be found by it, and how hits are shown and ordered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.certificates.serials import read_serial
from app.kit.email_addresses import normal_email
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, Text, msg
from app.kit.name_search import search_words

LONGEST_SEARCH: Final = 200
MOST_ROWS: Final = 8
"""How many hits of each kind the page shows; its lists have all of them."""


class Findable(LabelledEnum):
    """What the search looks for, in the order of the page."""

    people = "people", msg("People")
    practicals = "practicals", msg("Practicals")
    intakes = "intakes", msg("Intakes")
    certificates = "certificates", msg("Certificates")
    enquiries = "enquiries", msg("Enquiries")


@dataclass(frozen=True, slots=True)
class TypedSearch:
    """What somebody typed. `words` are looked for in names; `email` and `serial` are set if the text is an
    address or holds the number of a certificate."""

    text: str = field(default="", repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    email: str | None = field(default=None, repr=False)
    serial: str | None = field(default=None, repr=False)

    @property
    def can_be_found(self) -> bool:
        """Whether there is a letter or a number to look for."""
        return bool(self.words or self.email or self.serial)


@dataclass(frozen=True, slots=True)
class RowState:
    """A state that a row shows; `kind` is the colour of its tag."""

    label: Message
    kind: str


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One hit. `path` is the page about it, and `details` are what tells it from others with its title.
    `is_exact`: what was typed is its address or its number."""

    id: UUID
    title: Text = field(repr=False)
    path: str
    details: tuple[Text, ...] = field(default=(), repr=False)
    state: RowState | None = None
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class ListLink:
    """A list with all hits of one kind."""

    label: Message
    path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """The first hits of one kind, and the number of all."""

    kind: Findable
    rows: tuple[SearchRow, ...]
    total: int
    lists: tuple[ListLink, ...] = ()

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows)

    @property
    def is_exact(self) -> bool:
        return any(row.is_exact for row in self.rows)


def read_search(typed: str) -> TypedSearch:
    """Return what is looked for. A long text is cut."""
    text = " ".join(typed.split())[:LONGEST_SEARCH].strip()
    return TypedSearch(text, search_words(text), normal_email(text), read_serial(text))


def in_order(groups: Iterable[SearchGroup]) -> tuple[SearchGroup, ...]:
    """Return the groups that have hits: those with an exact one first, then in the order of the page."""
    with_hits = (group for group in groups if group.rows)
    order = tuple(Findable)
    return tuple(sorted(with_hits, key=lambda group: (not group.is_exact, order.index(group.kind))))
