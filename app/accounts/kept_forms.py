"""Forms that were not accepted because the sign-in had ended or a fresh proof was needed. They are
stored sealed until the sender has signed in again or proved their identity.

Only the sender can read a form, for half an hour. It is encrypted with a key derived from the
installation's secret, and bound to its row and its owner.
"""

import json
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from app.accounts.domain import SignInEnd, how_it_ended
from app.accounts.identity import hash_of
from app.accounts.models import KeptFormRow, SignIn, User
from app.db.database import Database, DatabaseBusy
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.kept_form import LASTS, EndedSignIn, KeptForm, KeptReason

log = structlog.get_logger("preceptor.kept_forms")

MOST_OF_A_PERSON: Final = 5
UNAVAILABLE: Final = (DBAPIError, DatabaseBusy, NoConnectionFree)
_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12


class KeptForms:
    """Implements `app.web.application.KeepForms`. `secret` is the installation's secret."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"preceptor kept forms")
        self._cipher = AESGCM(derived.derive(secret.encode()))

    def keep(
        self, database: Database, token: str | None, form: KeptForm | None, *, now: datetime
    ) -> EndedSignIn:
        """Return how the sign-in of this token ended, and store the form for its owner. Nothing is
        stored if the owner is unknown or the database cannot be written."""
        how: str = SignInEnd.gone
        try:
            owner, how = self._owner(database, token, now=now)
            if owner is None or form is None:
                return EndedSignIn(how)
        except UNAVAILABLE:
            log.warning("form not kept")
            return EndedSignIn(how)
        return EndedSignIn(how, self.keep_for(database, owner, form, now=now))

    def keep_for(
        self, database: Database, user_id: UserId, form: KeptForm, *, now: datetime
    ) -> str | None:
        """Store the form for this person and return its id, or None if the database cannot be
        written."""
        kept_id = EventId(new_uuid())
        row = KeptFormRow(
            id=kept_id,
            user_id=user_id,
            sealed=self._seal(form, kept_id, user_id),
            created_at=now,
            ends_at=now + LASTS,
        )
        try:
            with database.write() as db:
                _make_room(db, user_id, now=now)
                db.add(row)
        except UNAVAILABLE:
            log.warning("form not kept")
            return None
        return str(kept_id)

    def read(
        self, database: Database, kept_id: str, user_id: UserId, *, now: datetime
    ) -> KeptForm | None:
        """Return the form that was stored for this person under this id, or None."""
        with suppress(ValueError):
            wanted = EventId(UUID(kept_id))
            with database.read() as db:
                sealed = db.scalar(
                    select(KeptFormRow.sealed).where(
                        KeptFormRow.id == wanted,
                        KeptFormRow.user_id == user_id,
                        KeptFormRow.ends_at > now,
                    )
                )
            return None if sealed is None else self._open(sealed, wanted, user_id)
        return None

    def _owner(
        self, database: Database, token: str | None, *, now: datetime
    ) -> tuple[UserId | None, str]:
        if not token:
            return None, SignInEnd.gone
        with database.read() as db:
            row = db.execute(
                select(SignIn, User)
                .join(User, User.id == SignIn.user_id)
                .where(SignIn.token_hash == hash_of(token), User.disabled_at.is_(None))
            ).one_or_none()
            if row is None:
                return None, SignInEnd.gone
            sign_in, user = row
            return user.id, how_it_ended(user.roles, sign_in.ends_at, now=now)

    def _seal(self, form: KeptForm, kept_id: EventId, owner: UserId) -> bytes:
        fields = {name: list(texts) for name, texts in form.fields.items()}
        plain = json.dumps(
            {"page": form.page, "action": form.action, "fields": fields, "why": form.why}
        ).encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, kept_id.bytes + owner.bytes)

    def _open(self, sealed: bytes, kept_id: EventId, owner: UserId) -> KeptForm | None:
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _FORMAT:
            return None
        try:
            plain = self._cipher.decrypt(nonce, body, kept_id.bytes + owner.bytes)
        except InvalidTag:  # the installation's secret was changed since
            return None
        values = json.loads(plain)
        fields = {name: tuple(texts) for name, texts in values["fields"].items()}
        # Forms stored by earlier versions have no reason: their sign-in had ended.
        why = KeptReason(values.get("why", KeptReason.ended))
        return KeptForm(values["page"], values["action"], fields, why)


def _make_room(db: Session, owner: UserId, *, now: datetime) -> None:
    """Delete expired forms, and the oldest forms of a person who has many. `app.retention` also
    deletes expired forms."""
    db.execute(delete(KeptFormRow).where(KeptFormRow.ends_at <= now))
    oldest = (
        select(KeptFormRow.id)
        .where(KeptFormRow.user_id == owner)
        .order_by(KeptFormRow.created_at.desc(), KeptFormRow.id.desc())
        .offset(MOST_OF_A_PERSON - 1)
    )
    if surplus := db.scalars(oldest).all():
        db.execute(delete(KeptFormRow).where(KeptFormRow.id.in_(surplus)))
