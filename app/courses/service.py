"""Publishing a parsed course as the revision that new learners get."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.authoring.svg import digest_of
from app.courses import policy
from app.courses.domain.parsing import ParsedCourse
from app.courses.domain.source_archive import CourseSource, DamagedSource, packed, unpacked
from app.courses.domain.stored import WRITTEN_FORMAT
from app.courses.errors import PublishedMeanwhile
from app.courses.models import CourseHead, Media, Revision
from app.courses.publication import (
    Publication,
    PublicationPlan,
    Publisher,
    PublishResult,
    StoredRevision,
    planned,
)
from app.courses.steps.errata import publish_errata
from app.kit.actor import Actor, SystemActor, require
from app.kit.ids import RevisionId, new_uuid
from app.kit.messages import msg

VERSION = version("preceptor")
"""Read once: it stands in a file of the installed package."""


def publish(
    db: Session,
    actor: Actor | SystemActor,
    parsed: ParsedCourse,
    *,
    now: datetime,
    publisher: Publisher = Publisher.command,
) -> Publication:
    """Make a parsed course the current revision; do nothing when it already is.

    Content that was published before gets its old revision back, except by a
    preparation, which never goes back and leaves alone what a command published. Learners keep the revision
    that their place pins. Raises CourseHasProblems, CorruptsEvidence with every corrupting change against a
    revision that somebody uses, RevisionUnreadable where this version cannot compare with one,
    ErratumChanged, or PublishedMeanwhile. Errata reach learners of every revision, so they are published
    even when the course itself did not change.
    """
    require(policy.may_publish(actor), msg("Only admins publish courses."))
    admin = actor if isinstance(actor, Actor) else None
    if parsed.course is not None:
        _lock_course(db, parsed.course.key)
    plan = planned(db, parsed)
    if publisher is Publisher.preparation and plan.head and _is_left_alone(db, plan):
        older = plan.same.number if plan.same else None
        return replace(_publication(plan, PublishResult.left_alone, plan.head), older=older)
    publication = _carry_out(db, admin, plan, parsed.media, now=now, publisher=publisher)
    revisions = {revision.id: None for revision in plan.revisions} | {publication.revision_id: None}
    if len(revisions) == 1:  # nobody has read an earlier text
        return publication
    told = publish_errata(db, admin, plan.course.key, parsed.errata, revisions, now=now)
    return replace(publication, errata=told)


def _lock_course(db: Session, course_key: str) -> None:
    """Lock the course and its revisions until the commit. Other publications wait, and so do
    use-cases that begin to use one of its revisions: publishing may contradict revisions that
    nobody uses."""
    db.execute(
        update(CourseHead)
        .where(CourseHead.key == course_key)
        .values(changed_at=CourseHead.changed_at)
    )
    revisions = select(Revision.id).where(Revision.course_key == course_key).order_by(Revision.id)
    db.execute(revisions.with_for_update())


def _is_left_alone(db: Session, plan: PublicationPlan) -> bool:
    """Whether a preparation leaves the course as it is published."""
    if plan.head is None or plan.outcome is PublishResult.unchanged:
        return False
    publisher = db.scalar(select(CourseHead.publisher).where(CourseHead.key == plan.course.key))
    return plan.outcome is PublishResult.restored or publisher not in (None, Publisher.preparation)


def _carry_out(
    db: Session,
    actor: Actor | None,
    plan: PublicationPlan,
    media: Mapping[str, bytes],
    *,
    now: datetime,
    publisher: Publisher,
) -> Publication:
    """Make the content the current revision, unless it is already."""
    same = plan.same
    if same is not None and plan.outcome is PublishResult.unchanged:
        _store_source(db, same.id, plan)
        if publisher is Publisher.preparation:
            _note_preparation(db, plan.course.key)
        return _publication(plan, PublishResult.unchanged, same)
    try:
        with db.begin_nested():
            _keep_drawings(db, media)
            if same is not None:
                _store_source(db, same.id, plan)
            row = same or _add_revision(db, actor, plan, now=now)
            _point_head(db, plan.course.key, row.id, publisher, now)
    except IntegrityError:  # a unique key: another process published the same course or drawing
        raise PublishedMeanwhile from None
    audit.record(
        db,
        actor.user_id if actor else None,
        "courses.publish",
        now=now,
        subject_kind="course_revision",
        subject_id=row.id,
        details={
            "course": plan.course.key,
            "number": row.number,
            "digest": row.digest,
            "outcome": plan.outcome,
        },
    )
    return _publication(plan, plan.outcome, row)


def _note_preparation(db: Session, course_key: str) -> None:
    """Note that a preparation has the content of a head that was published before anybody noted by what."""
    db.execute(
        update(CourseHead)
        .where(CourseHead.key == course_key, CourseHead.publisher.is_(None))
        .values(publisher=Publisher.preparation)
    )


def _publication(plan: PublicationPlan, outcome: PublishResult, row: StoredRevision) -> Publication:
    return Publication(outcome, plan.course.key, row.id, row.number, row.digest, plan.changes)


def _store_source(db: Session, revision_id: RevisionId, plan: PublicationPlan) -> None:
    """Store the files with which a revision was published last, unless they are stored. Those of format 1
    were not; and errata and the ends of lines may differ between files of one digest."""
    stored = db.scalar(select(Revision.source).where(Revision.id == revision_id))
    if stored is not None and _holds(stored, plan.source):
        return
    db.execute(
        update(Revision)
        .where(Revision.id == revision_id)
        .values(source=packed(plan.source), source_digest=plan.digest)
    )


def _holds(stored: bytes, source: CourseSource) -> bool:
    try:
        return unpacked(stored) == source
    except DamagedSource:
        return False


def _add_revision(
    db: Session, actor: Actor | None, plan: PublicationPlan, *, now: datetime
) -> StoredRevision:
    row = Revision(
        id=RevisionId(new_uuid()),
        course_key=plan.course.key,
        number=plan.number,
        digest=plan.digest,
        format=WRITTEN_FORMAT,
        delivery=plan.course.model_dump_json(),
        keys=plan.keys.model_dump_json(),
        source=packed(plan.source),
        source_digest=plan.digest,
        written_by=VERSION,
        published_at=now,
        published_by=actor.user_id if actor else None,
    )
    db.add(row)
    db.flush()
    return StoredRevision(row.id, row.number, row.digest, row.source_digest)


def _point_head(
    db: Session,
    course_key: str,
    revision_id: RevisionId,
    publisher: Publisher,
    now: datetime,
) -> None:
    head = db.get(CourseHead, course_key)
    if head is None:
        db.add(
            CourseHead(
                key=course_key,
                current_revision_id=revision_id,
                changed_at=now,
                publisher=publisher,
            )
        )
    else:
        head.current_revision_id = revision_id
        head.changed_at = now
        head.publisher = publisher
    db.flush()


def _keep_drawings(db: Session, media: Mapping[str, bytes]) -> None:
    drawings = {digest_of(content): content for content in media.values()}
    # Held until we commit: the worker deletes drawings that no revision shows.
    stored = select(Media.digest).where(Media.digest.in_(drawings)).order_by(Media.digest)
    stored_digests = set(db.scalars(stored.with_for_update(read=True, key_share=True)))
    db.add_all(
        Media(digest=name, content=content)
        for name, content in drawings.items()
        if name not in stored_digests
    )
