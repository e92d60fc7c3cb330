"""Reads stored values that may have been damaged."""

from typing import Any

from sqlalchemy import JSON, Dialect, TypeDecorator, Uuid

from app.db.base import UtcDateTime


class UnreadableValue:
    """Replaces a stored value that the column's type cannot read. It is equal only to itself."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = UnreadableValue()


class _AsFarAsReadable(TypeDecorator[Any]):
    """Reads a damaged value as UNREADABLE, and every other value like the wrapped type.

    SQLite stores any bytes in any column. This is for rows that are shown as not valid if somebody
    altered them: they must not end a page with an error.
    """

    impl: Any = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        process = super().result_processor(dialect, coltype)
        if process is None:
            return None

        def read(value: Any) -> Any:
            try:
                return process(value)
            except (ValueError, TypeError, AttributeError, RecursionError):
                return UNREADABLE

        return read


class ReadableJson(_AsFarAsReadable):
    cache_ok = True


class ReadableMoment(_AsFarAsReadable):
    impl = UtcDateTime
    cache_ok = True


class ReadableUuid(_AsFarAsReadable):
    impl = Uuid
    cache_ok = True
