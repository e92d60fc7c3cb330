"""Which questions of an attempt stand on one page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageOfQuestions:
    """The questions from `first` to `last` of an attempt with `length` questions, all counted from 1."""

    first: int
    last: int
    length: int

    @property
    def positions(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def has_several(self) -> bool:
        return self.first != self.last

    @property
    def is_last(self) -> bool:
        return self.last == self.length


def page_around(position: int, length: int, per_page: int) -> PageOfQuestions:
    """Return the page on which a question stands, with `per_page` questions on each page and the rest on the
    last one."""
    first = position - (position - 1) % per_page
    return PageOfQuestions(first, min(first + per_page - 1, length), length)
