"""The declarative base, and the column types that every table uses."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Table, Text, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase

from app.db.sealed import Sealed, SealedColumn
from app.kit.ids import ALL_IDS


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. Refuses values without a time zone; restores UTC where the database does not
    store it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Gives every constraint a name, so that migrations and refusals can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        Sealed: SealedColumn(),
        **dict.fromkeys(ALL_IDS, Uuid()),
    }


ByteOrderedText = Text().with_variant(Text(collation="C"), "postgresql")
"""A text that both databases compare by its bytes, whatever the collation of the database."""


def table_of(model: type[Base]) -> Table:
    """Return the table of a model. Statements of plain columns that are built once are several
    times faster than statements of the model; use them for what runs at every request."""
    return cast(Table, model.__table__)


Kind = TypeVar("Kind", bound=StrEnum)


def word(kind: type[Kind], length: int = 32) -> Enum:
    """Return a column type that stores a StrEnum's value as text, so a new word needs no migration."""

    def values(members: Any) -> list[str]:
        return [member.value for member in members]

    return Enum(
        kind, native_enum=False, length=length, values_callable=values, validate_strings=True
    )
