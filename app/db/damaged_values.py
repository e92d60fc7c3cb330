"""Reading values that somebody may have damaged."""

from typing import Any

from sqlalchemy import JSON, Dialect, TypeDecorator, Uuid

from app.db.base import UtcDateTime


class UnreadableValue:
    """Stands for a stored value that its column's type cannot read. It equals only itself."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = UnreadableValue()


class _AsFarAsReadable(TypeDecorator[Any]):
    """Reads a damaged value as UNREADABLE, and everything else like its type.

    SQLite keeps any bytes in any column. For rows that are shown as not valid when somebody altered them:
    they must not end a page in an error.
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
