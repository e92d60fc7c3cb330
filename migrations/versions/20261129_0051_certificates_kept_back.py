"""Certificates: ask again for those that the old rule kept back.

A competent assessment by the checklist of a later revision did not count. This announces a fact for each
such student, and the worker issues what is earned; asked twice it issues once. No schema changes.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "20261129_0051"
down_revision = "20261129_0050"
loses = {}


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT DISTINCT student_id, course_key FROM assessments "
            "WHERE outcome = 'competent' AND NOT EXISTS ("
            "SELECT 1 FROM certificates WHERE certificates.user_id = assessments.student_id "
            "AND certificates.course_key = assessments.course_key)"
        ).columns(student_id=sa.Uuid(), course_key=sa.String())
    ).all()
    if not rows:
        return
    moment = datetime.now(UTC)
    events = sa.table(
        "outbox_events",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.String()),
        sa.column("payload", sa.JSON()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("available_at", sa.DateTime(timezone=True)),
        sa.column("tries", sa.Integer()),
    )
    connection.execute(
        events.insert(),
        [
            {
                "id": uuid4(),
                "name": "assessment.signed",
                "payload": {"user_id": str(row.student_id), "course_key": row.course_key},
                "created_at": moment,
                "available_at": moment,
                "tries": 0,
            }
            for row in rows
        ],
    )


def downgrade() -> None:
    """Nothing to take back: a fact that was announced does no harm."""
