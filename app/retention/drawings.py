"""Drawings that no revision shows. No foreign key refers to drawings, so they are searched for in
the courses."""

import re
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.database import Database
from app.retention.endings import table

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
AT_ONCE: Final = 50


def unused(db: Session) -> list[str]:
    """Return the digests of drawings that no revision shows."""
    revisions, media = table("course_revisions").c, table("course_media").c
    stored = set(db.scalars(select(media.digest)))
    if not stored:
        return []
    for delivery in db.scalars(select(revisions.delivery).execution_options(yield_per=1)):
        stored.difference_update(DIGEST.findall(delivery))
    return sorted(stored)


def delete_unused(database: Database) -> int:
    """Delete some drawings that no revision shows, and return how many. Publishing locks the
    drawings of the new revision, so those stay."""
    with database.read() as db:
        digests = unused(db)[:AT_ONCE]
    if not digests:
        return 0
    media = table("course_media").c
    with database.write() as db:
        ours = db.scalars(
            select(media.digest).where(media.digest.in_(digests)).with_for_update(skip_locked=True)
        ).all()
        still_unused = set(ours).intersection(unused(db))
        db.execute(delete(table("course_media")).where(media.digest.in_(still_unused)))
    return len(still_unused)
