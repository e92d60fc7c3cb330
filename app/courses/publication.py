"""What publishing a parsed course would do: decided here without a write, carried out by `service`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import answer_keys, queries
from app.courses.domain.delivery import Course
from app.courses.domain.diff import Change, allowed, compare, corrupting
from app.courses.domain.keys import CourseKeys
from app.courses.domain.parsing import ParsedCourse
from app.courses.domain.source_archive import CourseSource
from app.courses.errors import CorruptsEvidence, CourseHasProblems
from app.courses.models import CourseHead, Revision
from app.db.references import used_rows
from app.kit.ids import RevisionId


class PublishResult(StrEnum):
    """`restored`: the same content was published before, and its revision is current again. `left_alone`: a
    start does not replace what was published in another way, nor go back to an older revision."""

    published = "published"
    unchanged = "unchanged"
    restored = "restored"
    left_alone = "left-alone"


class Publisher(StrEnum):
    """What makes a revision current: a start that prepares the database, or somebody's command."""

    preparation = "preparation"
    command = "command"


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
    older: int | None = None
    """The number of the older revision that a folder holds which a start has left alone."""

    @property
    def sentence(self) -> str:
        key, number = self.course_key, self.number
        if self.outcome is PublishResult.unchanged:
            return f"{key}: nothing changed; revision {number} stays current."
        if self.outcome is PublishResult.restored:
            return f"{key}: revision {number} is current again."
        if self.outcome is PublishResult.left_alone:
            why = (
                f"Revision {number}, which is current, was published by a command, and the folder differs "
                "from it"
                if self.older is None
                else f"The folder holds revision {self.older}, and revision {number} is current"
            )
            return (
                f"{key}: not published. {why}. To publish the folder, use “preceptor content publish”; to "
                f"bring revision {number} into files, “preceptor content export”."
            )
        return f"{key}: published as revision {number}."


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A revision without its documents and its files."""

    id: RevisionId
    number: int
    digest: str
    source_digest: str | None


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """What publishing would do. `head` is the revision that is current, `same` the one with this content;
    None where there is none."""

    course: Course
    keys: CourseKeys
    source: CourseSource
    digest: str
    revisions: tuple[StoredRevision, ...]
    head: StoredRevision | None
    same: StoredRevision | None
    changes: tuple[Change, ...]

    @property
    def outcome(self) -> PublishResult:
        if self.same is None:
            return PublishResult.published
        return PublishResult.unchanged if self.same == self.head else PublishResult.restored

    @property
    def number(self) -> int:
        """Return the number of the revision that would be current. A new one counts on from the highest: one
        that nobody used is deleted after a while, and numbers are not used again."""
        if self.same is not None:
            return self.same.number
        return max((revision.number for revision in self.revisions), default=0) + 1


def planned(db: Session, parsed: ParsedCourse) -> PublicationPlan:
    """Return what publishing would do. Raises CourseHasProblems, and CorruptsEvidence with every corrupting
    change against a revision that somebody uses."""
    if parsed.course is None or parsed.keys is None or parsed.source is None:
        raise CourseHasProblems(parsed.problems)
    course, keys, source = parsed.course, parsed.keys, parsed.source
    digest = source.digest
    revisions = _stored_revisions(db, course.key)
    head_id = db.scalar(select(CourseHead.current_revision_id).where(CourseHead.key == course.key))
    head = next((revision for revision in revisions if revision.id == head_id), None)
    newest_first = sorted(revisions, key=lambda revision: (revision != head, -revision.number))
    same = _same(db, newest_first, course, keys, digest)
    if same is None and parsed.refused_if_new:
        raise CourseHasProblems(parsed.refused_if_new)
    is_unchanged = same is not None and same == head
    changes = () if is_unchanged else _changes(db, revisions, head, course, keys)
    return PublicationPlan(course, keys, source, digest, revisions, head, same, changes)


def _stored_revisions(db: Session, course_key: str) -> tuple[StoredRevision, ...]:
    rows = db.execute(
        select(Revision.id, Revision.number, Revision.digest, Revision.source_digest)
        .where(Revision.course_key == course_key)
        .order_by(Revision.number)
    )
    return tuple(StoredRevision(*row) for row in rows)


def _same(
    db: Session,
    revisions: Sequence[StoredRevision],
    course: Course,
    keys: CourseKeys,
    digest: str,
) -> StoredRevision | None:
    """Return the first of these revisions with this content. Those of format 1 that have no source are
    compared by their documents, as this version reads them: a field that a model gained is no edit."""
    same_courses = (course, _as_in_format_1(course))
    for revision in revisions:
        if digest in (revision.digest, revision.source_digest):
            return revision
    for revision in revisions:
        if revision.source_digest is None:
            published = queries.readable(db, revision.id, queries.as_published)
            is_same = published is not None and published.course in same_courses
            if is_same and answer_keys.keys_as_published(db, revision.id) == keys:
                return revision
    return None


def _as_in_format_1(course: Course) -> Course:
    """Return a course as a revision of format 1 holds it from before a quiz could say when its right
    answers are shown."""
    quizzes = tuple(
        quiz.model_copy(update={"show_answers": None})
        if quiz.show_answers == "when-passed"
        else quiz
        for quiz in course.quizzes
    )
    return course.model_copy(update={"quizzes": quizzes})


def _changes(
    db: Session,
    revisions: Sequence[StoredRevision],
    head: StoredRevision | None,
    course: Course,
    keys: CourseKeys,
) -> tuple[Change, ...]:
    """Return the changes against the current revision; refuse what corrupts evidence.

    Evidence belongs to the revisions that somebody uses, older ones as well: a key that was left out for a
    while and comes back as something else would take over the answers of people who learn by them. What
    nobody uses may be changed in any way.
    """
    ids = [revision.id for revision in revisions]
    used = used_rows(db, Revision.__tablename__, ids, besides=[CourseHead.__tablename__])
    changes: tuple[Change, ...] = ()
    broken: set[Change] = set()
    for revision in revisions:
        if revision.id not in used and revision != head:
            continue
        old_course = queries.as_published(db, revision.id).course
        old_keys = answer_keys.keys_as_published(db, revision.id)
        changes_since = compare(old_course, old_keys, course, keys)
        if revision.id in used:
            broken |= set(corrupting(changes_since))
        if revision == head:
            changes = changes_since
    if broken:
        raise CorruptsEvidence(sorted(broken))
    return allowed(changes)
