"""Access needs are sealed: a column for the sealed values, filled from the plain text, which is cleared.

Expand step: adds a column that may be empty. The plain column stays for versions that still read it; it is
empty, and its check refuses text, so that a version before this one cannot write any unnoticed. A later
release drops it. Needs the sealing keys where somebody has access needs. Going back opens them again.
"""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

from app.kit.keys import NotOpened

revision = "20261130_0300"
down_revision = "20261130_0400"
loses = {
    "users.access_needs_sealed": "the seal; access needs lie in the database as plain text again",
}

CHECK = "ck_users_access_needs_are_sealed"
MOST_NAMED = 20
USERS = sa.table(
    "users",
    sa.column("id", sa.Uuid()),
    sa.column("access_needs", sa.Text()),
    sa.column("access_needs_sealed", sa.LargeBinary()),
)


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.execute(sa.text("PRAGMA secure_delete = ON"))
    else:  # A version that runs beside this migration must not write between the reading and the clearing.
        connection.execute(sa.text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
    sealed = dict(_sealed(connection))
    connection.execute(
        USERS.update().where(USERS.c.access_needs.is_not(None)).values(access_needs=sa.null())
    )
    if is_sqlite:  # The check stands at the new column: SQLite adds none to a table.
        op.execute(
            "ALTER TABLE users ADD COLUMN access_needs_sealed BLOB "
            f"CONSTRAINT {CHECK} CHECK (access_needs IS NULL)"
        )
    else:
        op.add_column("users", sa.Column("access_needs_sealed", sa.LargeBinary(), nullable=True))
        op.create_check_constraint(op.f(CHECK), "users", "access_needs IS NULL")
    for user_id, value in sealed.items():
        connection.execute(
            USERS.update().where(USERS.c.id == user_id).values(access_needs_sealed=value)
        )


def downgrade() -> None:
    connection = op.get_bind()
    opened = dict(_opened(connection))
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "users", type_="check")
    op.drop_column("users", "access_needs_sealed")
    for user_id, text in opened.items():
        connection.execute(USERS.update().where(USERS.c.id == user_id).values(access_needs=text))


def _sealed(connection: sa.Connection) -> Iterator[tuple[UUID, bytes]]:
    """Yield the sealed access needs of each person who has some. Raise CommandError with the ids of rows that
    hold no text: their values are not repeated."""
    kind = sa.LargeBinary() if connection.dialect.name == "sqlite" else sa.Text()
    stored = connection.execute(
        sa.select(USERS.c.id, sa.cast(USERS.c.access_needs, kind)).where(
            # In bytes: SQLite counts the letters of a text up to the first NUL only.
            USERS.c.access_needs.is_not(None),
            sa.func.length(sa.cast(USERS.c.access_needs, kind)) > 0,
        )
    ).all()
    if not stored:
        return
    unreadable = [user_id for user_id, value in stored if _bytes_of(value) is None]
    if unreadable:
        raise _refusal("have access needs that are no text (UTF-8)", unreadable)
    keys = context.config.attributes["sealing_keys"]()
    for user_id, value in stored:
        yield user_id, keys.seal(_bytes_of(value), purpose=f"access needs of {user_id}")


def _opened(connection: sa.Connection) -> Iterator[tuple[UUID, str]]:
    """Yield the access needs of each person as plain text. Raise CommandError with the ids of rows that no
    key opens."""
    stored = connection.execute(
        sa.select(USERS.c.id, USERS.c.access_needs_sealed).where(
            USERS.c.access_needs_sealed.is_not(None)
        )
    ).all()
    if not stored:
        return
    keys, locked = context.config.attributes["sealing_keys"](), []
    for user_id, value in stored:
        try:
            yield user_id, keys.open(bytes(value), purpose=f"access needs of {user_id}").decode()
        except NotOpened:
            locked.append(user_id)
    if locked:
        raise _refusal("have access needs that no sealing key opens", locked)


def _bytes_of(value: bytes | str) -> bytes | None:
    """Return a stored text as UTF-8, or None where it is none."""
    if isinstance(value, str):
        return value.encode()
    try:
        value.decode()
    except UnicodeDecodeError:
        return None
    return value


def _refusal(words: str, ids: list[UUID]) -> CommandError:
    listed = ", ".join(str(user_id) for user_id in ids[:MOST_NAMED])
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return CommandError(f"These rows of users {words}: {listed}{more}")
