"""Tables of published courses. A revision is written once and never changed."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import ErratumId, RevisionId, UserId


class Revision(Base):
    """One published state of a course: two documents, `delivery` for learners and `keys` for marking.

    `format` is that of the documents (see `domain/stored`). `source` is a zip of the files of which they were
    made, without drawings (see `domain/source_archive`), and `source_digest` names these files; both are None
    for revisions of format 1 until the same files are published again. `digest` names the revision for ever:
    it is the digest of the source, or, with format 1, that of the documents (“v1:…”). `written_by` is the
    version of Preceptor that stored the row; None before versions were recorded.
    """

    __tablename__ = "course_revisions"
    __table_args__ = (
        UniqueConstraint("course_key", "digest"),
        UniqueConstraint("course_key", "number"),
    )

    id: Mapped[RevisionId] = mapped_column(primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(80))
    format: Mapped[int] = mapped_column(server_default="1")
    delivery: Mapped[str] = mapped_column(Text)
    keys: Mapped[str] = mapped_column(Text)
    source: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_digest: Mapped[str | None] = mapped_column(String(80))
    written_by: Mapped[str | None] = mapped_column(String(40))
    published_at: Mapped[datetime]
    published_by: Mapped[UserId | None]


class CourseHead(Base):
    """Which revision of a course new learners get. `publisher` says what made it current: a `Publisher`, or a
    word of a later version; None before that was recorded. While `hidden_at` is set, the course is in no
    catalogue and gets no new intakes; the people on it go on."""

    __tablename__ = "courses"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    current_revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    changed_at: Mapped[datetime]
    publisher: Mapped[str | None] = mapped_column(String(20))
    hidden_at: Mapped[datetime | None]


class Media(Base):
    """A drawing of a course, by the digest of its bytes."""

    __tablename__ = "course_media"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedErratum(Base):
    """A correction of text in published revisions. It is never changed, because people have read
    it. It names a lesson, or a question of a quiz whose explanation it corrects."""

    __tablename__ = "course_errata"
    __table_args__ = (
        UniqueConstraint("course_key", "key"),
        CheckConstraint(
            "(lesson_key IS NOT NULL AND quiz_key IS NULL AND question_key IS NULL)"
            " OR (lesson_key IS NULL AND quiz_key IS NOT NULL AND question_key IS NOT NULL)",
            name="corrects_one_text",
        ),
    )

    id: Mapped[ErratumId] = mapped_column(primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    lesson_key: Mapped[str | None] = mapped_column(String(64))
    quiz_key: Mapped[str | None] = mapped_column(String(64))
    question_key: Mapped[str | None] = mapped_column(String(64))
    was: Mapped[str] = mapped_column(Text)
    now: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by: Mapped[UserId | None]
