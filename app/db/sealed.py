"""Values that are stored sealed: encrypted with a key that is not in the database, for one owner and purpose.

A use-case that has the sealing keys seals with `seal` and opens with `open_sealed`. Reading a row
opens nothing: it returns the sealed value. Neither a `Sealed` nor an `Opened` shows its content
when it is printed, formatted, written as JSON or pickled, so that the content does not get into a
log or a cache by mistake.
"""

from collections import Counter
from typing import Any, Final, NoReturn

from sqlalchemy import ColumnElement, Dialect, LargeBinary, TypeDecorator, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kit.keys import NotOpened, SealingKeys, sealing_key_id
from app.kit.opened import Opened

HEAD_BYTES: Final = 90
"""How many bytes of a sealed value are enough to tell which key sealed it."""


class Sealed(bytes):
    """A sealed value as the database stores it. It begins with the id of its key in plain text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A sealed value is neither copied nor pickled.")


class SealedColumn(TypeDecorator[Sealed]):
    """The type of a column of sealed values. It accepts only a `Sealed`, so that no plain text is
    written by mistake. It has no key, so the values that it returns are sealed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("A column of sealed values takes only what `seal` returns.")
        return bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:
        return None if value is None else Sealed(value)


def seal(keys: SealingKeys, text: str, *, purpose: str) -> Sealed:
    """Return a text sealed with the newest key. `purpose` says what it is and whose, such as “totp
    of 7f…”, so the value does not open in another person's row or in another column."""
    return Sealed(keys.seal(text.encode(), purpose=purpose))


def open_sealed(keys: SealingKeys, sealed: Sealed, *, purpose: str) -> Opened:
    """Return the text that was sealed for the same purpose. Raise NotOpened if its key is not among
    `keys`, if the value was changed, if it was sealed for another purpose, or if it holds no text."""
    opened = keys.open(sealed, purpose=purpose)
    try:
        return Opened(opened.decode())
    except UnicodeDecodeError:
        raise NotOpened from None  # the message of the other would show what was sealed


def count_by_key(
    db: Session, column: InstrumentedAttribute[Any], *which: ColumnElement[bool]
) -> dict[str, int]:
    """Return how many values of a column each key sealed. Invalid values count under ""."""
    heads = select(func.substr(column, 1, HEAD_BYTES, type_=LargeBinary())).where(
        column.is_not(None), *which
    )
    return dict(Counter(map(_key_of, db.scalars(heads))))


def _key_of(head: bytes) -> str:
    try:
        return sealing_key_id(bytes(head))
    except NotOpened:
        return ""
