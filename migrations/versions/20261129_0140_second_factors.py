"""Second factors: authenticator apps, passkeys, recovery codes, sign-ins that wait for the factor, resets.

Expand step: adds tables and two nullable columns. Going back drops every factor: whoever had one then
signs in with the password alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0140"
down_revision = "20261129_0130"
loses = {
    "totp_factors": "authenticator apps; whoever had one signs in with the password alone",
    "passkeys": "passkeys of people",
    "recovery_codes": "recovery codes",
    "pending_sign_ins": "sign-ins that wait for a second factor",
    "factor_resets": "resets of second factors",
    "users.second_factor_since": "since when a person has a second factor",
    "sign_ins.second_factor_at": "when a sign-in proved its second factor",
}

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("users", sa.Column("second_factor_since", UTC, nullable=True))
    op.add_column("sign_ins", sa.Column("second_factor_at", UTC, nullable=True))
    _add_factors()
    _add_recovery_codes()
    _add_pending_sign_ins()
    _add_resets()


def _add_factors() -> None:
    op.create_table(
        "totp_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("confirmed_at", UTC, nullable=True),
        sa.Column("used_at", UTC, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (last_step IS NULL)",
            name=op.f("ck_totp_factors_confirmed_by_a_code"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totp_factors_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_factors")),
    )
    for name, which in (
        ("uq_totp_factors_confirmed", "confirmed_at IS NOT NULL"),
        ("uq_totp_factors_begun", "confirmed_at IS NULL"),
    ):
        _one_of_a_person(name, "totp_factors", which)
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("user_handle", sa.LargeBinary(length=64), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("used_at", UTC, nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkeys_sign_count")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id", "created_at"])


def _add_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("used_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])


def _add_pending_sign_ins() -> None:
    op.create_table(
        "pending_sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.String(length=60), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("ends_at", UTC, nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("wrong_tries >= 0", name=op.f("ck_pending_sign_ins_wrong_tries")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pending_sign_ins_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pending_sign_ins_token_hash")),
    )
    op.create_index("ix_pending_sign_ins_user_id", "pending_sign_ins", ["user_id"])
    op.create_index("ix_pending_sign_ins_ends_at", "pending_sign_ins", ["ends_at"])


def _add_resets() -> None:
    op.create_table(
        "factor_resets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("stopped_at", UTC, nullable=True),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", UTC, nullable=True),
        sa.CheckConstraint("due_at > started_at", name=op.f("ck_factor_resets_waits")),
        sa.CheckConstraint(
            "(stopped_at IS NULL) = (stopped_by IS NULL)",
            name=op.f("ck_factor_resets_stopped_whole"),
        ),
        sa.CheckConstraint(
            "stopped_at IS NULL OR done_at IS NULL", name=op.f("ck_factor_resets_ends_once")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_factor_resets_user_id")),
        sa.ForeignKeyConstraint(
            ["started_by"], ["users.id"], name=op.f("fk_factor_resets_started_by")
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by"], ["users.id"], name=op.f("fk_factor_resets_stopped_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_resets")),
    )
    _one_of_a_person(
        "uq_factor_resets_open", "factor_resets", "stopped_at IS NULL AND done_at IS NULL"
    )
    op.create_index("ix_factor_resets_user_id", "factor_resets", ["user_id"])


def _one_of_a_person(name: str, table: str, which: str) -> None:
    op.create_index(
        name,
        table,
        ["user_id"],
        unique=True,
        sqlite_where=sa.text(which),
        postgresql_where=sa.text(which),
    )


def downgrade() -> None:
    for table in (
        "factor_resets",
        "pending_sign_ins",
        "recovery_codes",
        "passkeys",
        "totp_factors",
    ):
        op.drop_table(table)
    op.drop_column("sign_ins", "second_factor_at")
    op.drop_column("users", "second_factor_since")
