"""Publishing: from a parsed course to the revision that new learners get."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.courses import answer_keys, policy, queries
from app.courses.domain.delivery import Course
from app.courses.domain.diff import Change, compare, corrupting
from app.courses.domain.digest import digest
from app.courses.domain.keys import CourseKeys
from app.courses.domain.parsing import ParsedCourse
from app.courses.domain.svg import digest_of
from app.courses.errata import publish_errata
from app.courses.errors import CorruptsEvidence, CourseHasProblems, PublishedMeanwhile
from app.courses.models import CourseHead, Media, Revision
from app.kit.actor import Actor, require
from app.kit.ids import RevisionId, new_uuid


class PublishResult(StrEnum):
    """`restored`: the same content was published before, and its revision is current again."""

    published = "published"
    unchanged = "unchanged"
    restored = "restored"


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did, and what it changed for new learners."""

    outcome: PublishResult
    course_key: str
    revision_id: RevisionId
    number: int
    digest: str
    changes: tuple[Change, ...] = ()
    errata: tuple[str, ...] = ()
    """A sentence for each erratum that is new."""

    @property
    def sentence(self) -> str:
        if self.outcome is PublishResult.unchanged:
            return f"{self.course_key}: nothing changed; revision {self.number} stays current."
        if self.outcome is PublishResult.restored:
            return f"{self.course_key}: revision {self.number} is current again."
        return f"{self.course_key}: published as revision {self.number}."


def publish(
    db: Session, actor: Actor | None, parsed: ParsedCourse, *, now: datetime
) -> Publication:
    """Make a parsed course the current revision; do nothing when it already is.

    `actor` None is the system. Content that was published before gets its old revision back. Learners
    keep the revision that their place pins. Raises CourseHasProblems, CorruptsEvidence with every
    corrupting change against any revision that learners may have used, ErratumChanged, or
    PublishedMeanwhile. Errata reach learners of every revision, so they are published even when the
    course itself did not change.
    """
    require(policy.may_publish(actor), "Only admins publish courses.")
    if parsed.course is None or parsed.keys is None:
        raise CourseHasProblems(parsed.problems)
    key = parsed.course.key
    head = _take_gate(db, key)
    publication = _publish_revision(db, actor, parsed, parsed.course, parsed.keys, head, now=now)
    revisions = [row.id for row in _revisions(db, key)]
    if len(revisions) == 1:  # nobody has read another text
        return publication
    told = publish_errata(db, actor, key, parsed.errata, revisions, now=now)
    return replace(publication, errata=told)


def _publish_revision(
    db: Session,
    actor: Actor | None,
    parsed: ParsedCourse,
    course: Course,
    keys: CourseKeys,
    head: RevisionId | None,
    *,
    now: datetime,
) -> Publication:
    """Make the content the current revision, unless it is already."""
    name = digest(parsed)
    revisions = {row.digest: row for row in _revisions(db, course.key)}
    here = next((row for row in revisions.values() if row.id == head), None)
    if here is not None and here.digest == name:
        return Publication(PublishResult.unchanged, course.key, here.id, here.number, name)
    changes = _changes(db, [row.id for row in revisions.values()], head, course, keys)
    # Not their count: a revision that nobody used is deleted after a while.
    number = max((row.number for row in revisions.values()), default=0) + 1
    try:
        with db.begin_nested():
            _keep_drawings(db, parsed.media)
            old = revisions.get(name)
            row = old or _add_revision(db, actor, course, keys, name=name, number=number, now=now)
            _point_head(db, course.key, row.id, now)
    except IntegrityError:  # a unique key: another process published the same course or drawing
        raise PublishedMeanwhile from None
    outcome = PublishResult.published if old is None else PublishResult.restored
    audit.record(
        db,
        actor.user_id if actor else None,
        "courses.publish",
        now=now,
        subject_kind="course_revision",
        subject_id=row.id,
        details={"course": course.key, "number": row.number, "digest": name, "outcome": outcome},
    )
    return Publication(outcome, course.key, row.id, row.number, name, changes)


def _take_gate(db: Session, course_key: str) -> RevisionId | None:
    """Queue behind whoever publishes this course until we commit; return its current revision."""
    return db.scalar(
        update(CourseHead)
        .where(CourseHead.key == course_key)
        .values(changed_at=CourseHead.changed_at)
        .returning(CourseHead.current_revision_id)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    id: RevisionId
    number: int
    digest: str


def _revisions(db: Session, course_key: str) -> list[_Known]:
    rows = db.execute(
        select(Revision.id, Revision.number, Revision.digest)
        .where(Revision.course_key == course_key)
        .order_by(Revision.number)
    )
    return [_Known(*row) for row in rows]


def _changes(
    db: Session,
    revision_ids: list[RevisionId],
    head: RevisionId | None,
    course: Course,
    keys: CourseKeys,
) -> tuple[Change, ...]:
    """Return the changes against the current revision; refuse what corrupts evidence of any.

    Older revisions count as well: people still learn by them, and a key that was left out for a
    while and comes back as something else would take over their answers.
    """
    changes: tuple[Change, ...] = ()
    broken: set[Change] = set()
    for revision_id in revision_ids:
        old = queries.revision(db, revision_id).course
        changes_since = compare(old, answer_keys.answer_keys(db, revision_id), course, keys)
        broken |= set(corrupting(changes_since))
        if revision_id == head:
            changes = changes_since
    if broken:
        raise CorruptsEvidence(sorted(broken))
    return changes


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


def _add_revision(
    db: Session,
    actor: Actor | None,
    course: Course,
    keys: CourseKeys,
    *,
    name: str,
    number: int,
    now: datetime,
) -> _Known:
    row = Revision(
        id=RevisionId(new_uuid()),
        course_key=course.key,
        number=number,
        digest=name,
        delivery=course.model_dump_json(),
        keys=keys.model_dump_json(),
        published_at=now,
        published_by=actor.user_id if actor else None,
    )
    db.add(row)
    db.flush()
    return _Known(row.id, row.number, name)


def _point_head(db: Session, course_key: str, revision_id: RevisionId, now: datetime) -> None:
    head = db.get(CourseHead, course_key)
    if head is None:
        db.add(CourseHead(key=course_key, current_revision_id=revision_id, changed_at=now))
    else:
        head.current_revision_id = revision_id
        head.changed_at = now
    db.flush()
