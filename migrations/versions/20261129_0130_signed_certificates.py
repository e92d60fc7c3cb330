"""Certificates: signatures of what was issued and of revocations.

Expand step: adds columns only. `preceptor migrate` signs what was issued before, with the keys of the
installation, after this migration. Going back drops the signatures; the SHA-256 of each row stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261129_0130"
down_revision = "20261129_0160"
loses = {
    "certificates.signed_at": "part of a signature",
    "certificates.signature_format": "part of a signature",
    "certificates.signing_key_id": "part of a signature",
    "certificates.signature": "the signature; the next upgrade signs again, marked as signed later",
    "certificates.revocation_format": "part of a signature",
    "certificates.revocation_key_id": "part of a signature",
    "certificates.revocation_signature": "part of a signature",
}

COLUMNS = (
    ("signed_at", sa.DateTime(timezone=True)),
    ("signature_format", sa.Integer()),
    ("signing_key_id", sa.String(length=40)),
    ("signature", sa.String(length=100)),
    ("revocation_format", sa.Integer()),
    ("revocation_key_id", sa.String(length=40)),
    ("revocation_signature", sa.String(length=100)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("certificates", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("certificates", name)
