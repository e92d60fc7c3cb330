"""Tables of second factors, recovery codes, sign-ins that wait for the factor, and resets."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.sealed import Sealed
from app.kit.ids import EventId, FactorId, UserId


class TotpFactor(Base):
    """An authenticator app. `sealed` is its secret, encrypted for its owner with the sealing key.
    `confirmed_at` is None while it is being set up. `last_step` is the time step of the newest
    accepted code and must increase. A person has at most one app, and at most one that is being set
    up."""

    __tablename__ = "totp_factors"
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (last_step IS NULL)", name="confirmed_by_a_code"),
        Index(
            "uq_totp_factors_confirmed",
            "user_id",
            unique=True,
            sqlite_where=sql("confirmed_at IS NOT NULL"),
            postgresql_where=sql("confirmed_at IS NOT NULL"),
        ),
        Index(
            "uq_totp_factors_begun",
            "user_id",
            unique=True,
            sqlite_where=sql("confirmed_at IS NULL"),
            postgresql_where=sql("confirmed_at IS NULL"),
        ),
    )

    id: Mapped[FactorId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    sealed: Mapped[Sealed]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class Passkey(Base):
    """A passkey. `user_handle` is a random id by which devices identify the owner. `transports` are
    the ways to reach the passkey, separated by commas."""

    __tablename__ = "passkeys"
    __table_args__ = (
        CheckConstraint("sign_count >= 0", name="sign_count"),
        Index("ix_passkeys_user_id", "user_id", "created_at"),
    )

    id: Mapped[FactorId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(64))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(80))
    is_backed_up: Mapped[bool]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A recovery code for a day without the factor. Only its SHA-256 is stored, and it works once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_user_id", "user_id"),)

    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PendingSignIn(Base):
    """A sign-in with the right password that waits for the second factor. Only the SHA-256 of its
    token is stored. It is deleted when it is completed, or when the person's sign-ins end."""

    __tablename__ = "pending_sign_ins"
    __table_args__ = (
        CheckConstraint("wrong_tries >= 0", name="wrong_tries"),
        Index("ix_pending_sign_ins_user_id", "user_id"),
        Index("ix_pending_sign_ins_ends_at", "ends_at"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    network: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)


class FactorReset(Base):
    """An admin's order to remove a person's second factors after a waiting time. Until `due_at` the
    person or an admin can stop it. A person has at most one open reset."""

    __tablename__ = "factor_resets"
    __table_args__ = (
        CheckConstraint("due_at > started_at", name="waits"),
        CheckConstraint("(stopped_at IS NULL) = (stopped_by IS NULL)", name="stopped_whole"),
        CheckConstraint("stopped_at IS NULL OR done_at IS NULL", name="ends_once"),
        Index(
            "uq_factor_resets_open",
            "user_id",
            unique=True,
            sqlite_where=sql("stopped_at IS NULL AND done_at IS NULL"),
            postgresql_where=sql("stopped_at IS NULL AND done_at IS NULL"),
        ),
        Index("ix_factor_resets_user_id", "user_id"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    started_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge that was given to a browser. `holder_hash` identifies the browser and the purpose
    (see `challenges`). `user_handle` is for a new passkey. The row is deleted when it is read."""

    __tablename__ = "passkey_challenges"

    id: Mapped[EventId] = mapped_column(primary_key=True)
    holder_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    ends_at: Mapped[datetime] = mapped_column(index=True)
