"""Reads certificates: the facts for the rule, own and public pages, the admins' list."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.assessments import queries as assessments
from app.assessments.queries import Competent
from app.certificates import domain, policy, serials
from app.certificates.domain import CertificateFacts, CompetentAssessment, NameOwner, Requirement
from app.certificates.evidence import attended
from app.certificates.models import Certificate, CertificateBlock
from app.certificates.records import (
    WAS_REVOKED,
    CertificateView,
    certificate_view,
    demand_known_format,
)
from app.certificates.signing import FORMAT, KnownKeys, Proof, StatementKind, is_proved
from app.courses import queries as courses
from app.courses.errors import RevisionUnreadable
from app.courses.queries import PublishedCourse
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.prepared import Prepared
from app.db.search_texts import holds_words
from app.enrolments import queries as enrolments
from app.enrolments.queries import ConfirmedPlace
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import CertificateId, EnrolmentId, UserId
from app.kit.messages import Text
from app.learning import queries as learning
from app.learning.domain import Done
from app.learning.way import Way, way_of
from app.practicals import queries as practicals
from app.practicals.queries.summaries import SeatSummary


@dataclass(frozen=True, slots=True)
class CertificateProgress:
    """What one person has done, and still has to do, for the certificate of one course.

    `attended_at` is the date of the newest practical that they attended. `blocked` says why an
    earned certificate cannot be printed, and `is_own_name` that the holder must correct their name.
    After a revocation only an admin can issue a new certificate.
    """

    course_key: str
    title: str
    requirements: tuple[Requirement, ...]
    way: Way
    attended_at: datetime | None = None
    blocked: Text | None = None
    is_own_name: bool = False
    is_revoked: bool = False

    @property
    def missing(self) -> tuple[Requirement, ...]:
        return tuple(requirement for requirement in self.requirements if not requirement.is_met)


@dataclass(frozen=True, slots=True)
class OwnCertificates:
    """A person's certificates, newest first, and the ways to those that they can still earn."""

    certificates: tuple[CertificateView, ...]
    ways: tuple[CertificateProgress, ...]

    @property
    def newest_valid(self) -> CertificateView | None:
        in_force = (each for each in self.certificates if each.status is domain.Status.valid)
        return next(in_force, None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has done on all courses: their places, newest first, what they completed on each
    course, the places whose day they attended, and the assessments that ended competent."""

    places: tuple[ConfirmedPlace, ...] = ()
    done: Mapping[str, Done] = field(default_factory=dict)
    attended: tuple[SeatSummary, ...] = ()
    competent: tuple[Competent, ...] = ()


class CertificateFilter(StrEnum):
    """Which certificates a list shows."""

    all = "all"
    valid = "valid"
    revoked = "revoked"


# Built once, from plain columns: every student's home page runs it.
ISSUED_TO, BLOCK = table_of(Certificate).c, table_of(CertificateBlock).c
_person = select(bindparam("user_id", type_=Uuid()).label("id")).subquery()
OWN = Prepared(
    select(
        *ISSUED_TO,
        WAS_REVOKED,
        BLOCK.course_key.label("blocked_course"),
        BLOCK.reason.label("block_reason"),
        BLOCK.whose.label("block_whose"),
    )
    .select_from(_person)
    .outerjoin(table_of(Certificate), ISSUED_TO.user_id == _person.c.id)
    .outerjoin(table_of(CertificateBlock), BLOCK.user_id == _person.c.id)
    .order_by(ISSUED_TO.issued_at.desc(), ISSUED_TO.id.desc())
)
"""A person's certificates, newest first, beside each of their blocks. Without certificates, or without
blocks, the columns of these are empty."""
_NOBODY = {"format": 0, "serial": "", "holder": {"name": "x" * 40}, "scope": "x" * 800}
_NOBODYS_SIGNATURE = b64encode(bytes(64)).decode()


def facts_of(db: Session, user_id: UserId, course_key: str) -> CertificateFacts | None:
    """Return the current facts for the rule, or None if the course does not exist."""
    place = enrolments.place_on(db, user_id, course_key)
    if place is not None:
        return _facts_on(db, place)
    published = courses.current(db, course_key)
    return _facts(db, user_id, published, None) if published else None


def facts_behind(db: Session, row: Certificate) -> CertificateFacts:
    """Return the current facts, by the revision under which a certificate was issued."""
    return _facts(db, row.user_id, courses.revision(db, row.revision_id), None)


def verification(db: Session, serial: str | None, keys: KnownKeys) -> CertificateView | None:
    """Return what a stranger may know about a serial, or None. A signature is checked every time,
    also for an unknown serial, so that a known serial takes no longer (R-111, R-114)."""
    query = select(Certificate, WAS_REVOKED).where(Certificate.serial == (serial or ""))
    row = db.execute(query).one_or_none()
    if row is None:
        nobodys = Proof(FORMAT, next(iter(keys.public())), _NOBODYS_SIGNATURE)
        is_proved(keys, StatementKind.certificate, _NOBODY, nobodys)
        return None
    demand_known_format(row[0], keys)
    return certificate_view(row[0], keys, was_revoked=row[1])


def document(
    db: Session, actor: Actor, certificate_id: CertificateId, keys: KnownKeys
) -> CertificateView:
    """Return a certificate for printing. Raise NotFound for everyone but its holder and admins."""
    query = select(Certificate, WAS_REVOKED).where(Certificate.id == certificate_id)
    row = db.execute(query).one_or_none()
    if row is None or not policy.may_open(actor, row[0].user_id):
        raise NotFound
    demand_known_format(row[0], keys)
    return certificate_view(row[0], keys, was_revoked=row[1])


def own_page(db: Session, user_id: UserId, keys: KnownKeys) -> OwnCertificates:
    """Return a person's certificates, newest first, and what is missing for those they can earn."""
    places = enrolments.places_of(db, user_id)
    if not places:
        return own_page_of(db, user_id, Standing(), keys)
    standing = Standing(
        places,
        learning.done_on_all(db, user_id),
        practicals.attended_seats(db, user_id),
        assessments.competent_of(db, user_id),
    )
    return own_page_of(db, user_id, standing, keys)


def own_page_of(
    db: Session, user_id: UserId, standing: Standing, keys: KnownKeys
) -> OwnCertificates:
    """As `own_page`, for a caller that has already read where the person stands."""
    own = OWN.all(db, user_id=user_id)
    rows = {row.serial: row for row in own if row.serial is not None}.values()
    blocks = {row.blocked_course: row for row in own if row.blocked_course is not None}
    live = {row.course_key for row in rows if row.revoked_at is None}
    newest: dict[str, ConfirmedPlace] = {}
    for place in standing.places:
        newest.setdefault(place.course_key, place)
    wanted = [place for key, place in newest.items() if key not in live]
    possible = (_way(db, place, standing, blocks) for place in wanted)
    ways = tuple(way for way in possible if way is not None)
    revoked = {row.course_key for row in rows} - live
    return OwnCertificates(
        tuple(certificate_view(row, keys, was_revoked=row.was_revoked) for row in rows),
        tuple(replace(way, is_revoked=way.course_key in revoked) for way in ways),
    )


def _way(
    db: Session, place: ConfirmedPlace, standing: Standing, blocks: Mapping[str, Any]
) -> CertificateProgress | None:
    """Return the progress on one course; None if this version cannot read the course, whose pages say
    why."""
    key = place.course_key
    try:
        facts = _gathered(
            db,
            courses.revision(db, place.revision_id),
            place.enrolment_id,
            standing.done.get(key, Done()),
            [seat for seat in standing.attended if seat.practical.course_key == key],
            [assessment for assessment in standing.competent if assessment.course_key == key],
            names=None,
        )
    except RevisionUnreadable:
        return None
    attended_at = max((attended.starts_at for attended in facts.attended), default=None)
    block = blocks.get(key)
    requirements = domain.requirements(facts)
    return CertificateProgress(
        key,
        facts.course.title,
        requirements,
        way_of(facts.course, facts.done, requirements),
        attended_at,
        domain.readable_reason(block.block_reason, block.block_whose) if block else None,
        block is not None and block.block_whose is NameOwner.holder,
    )


def issued(
    db: Session,
    keys: KnownKeys,
    *,
    search: str,
    number: int,
    which: CertificateFilter = CertificateFilter.all,
) -> Page[CertificateView]:
    """Return certificates by name or serial, newest first."""
    query = select(Certificate, WAS_REVOKED)
    if which is CertificateFilter.valid:
        query = query.where(Certificate.revoked_at.is_(None))
    elif which is CertificateFilter.revoked:
        query = query.where(Certificate.revoked_at.is_not(None))
    if search:
        serial = serials.read_serial(search)
        by_name = holds_words(Certificate.search_text, search)
        query = query.where(or_(Certificate.serial == serial, by_name) if serial else by_name)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.execute(
        query.order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return page_of(
        [certificate_view(row, keys, was_revoked=was_revoked) for row, was_revoked in rows],
        number=number,
        total=total,
    )


def find_certificates(
    db: Session, actor: Actor, keys: KnownKeys, *, text: str, serial: str | None, most: int
) -> Page[CertificateView]:
    """Return the first certificates whose holder's name has every word of the text, in one statement: the one
    with this serial first, then the newest first."""
    require(policy.may_manage(actor))
    by_name = holds_words(Certificate.search_text, text)
    is_exact = Certificate.serial == serial
    order: list[ColumnElement[Any]] = [Certificate.issued_at.desc(), Certificate.id.desc()]
    if serial is not None:
        order.insert(0, case((is_exact, 0), else_=1).asc())
    rows = db.execute(
        select(Certificate, WAS_REVOKED, func.count().over())
        .where(or_(is_exact, by_name) if serial else by_name)
        .order_by(*order)
        .limit(most)
    ).all()
    views = [certificate_view(row, keys, was_revoked=was_revoked) for row, was_revoked, _ in rows]
    return Page(tuple(views), 1, rows[0][-1] if rows else 0, most)


def has_any(db: Session, user_id: UserId, course_key: str) -> bool:
    """Return whether a certificate was ever issued. After a revocation only an admin issues a new
    one."""
    certificate_id = db.scalar(
        select(Certificate.id)
        .where(Certificate.user_id == user_id, Certificate.course_key == course_key)
        .limit(1)
    )
    return certificate_id is not None


def live_certificate(db: Session, user_id: UserId, course_key: str) -> CertificateId | None:
    return db.scalar(
        select(Certificate.id).where(
            Certificate.user_id == user_id,
            Certificate.course_key == course_key,
            Certificate.revoked_at.is_(None),
        )
    )


def certified_among(
    db: Session, user_ids: Collection[UserId], course_key: str
) -> frozenset[UserId]:
    """Return who of these people holds a certificate of a course that is not revoked, in one statement."""
    rows = db.scalars(
        select(Certificate.user_id).where(
            Certificate.user_id.in_(user_ids),
            Certificate.course_key == course_key,
            Certificate.revoked_at.is_(None),
        )
    )
    return frozenset(rows)


def holds_certificate_since(db: Session, user_id: UserId, course_key: str, since: datetime) -> bool:
    """Return whether a person holds a valid certificate of a course that was issued since a moment."""
    issued = select(Certificate.id).where(
        Certificate.user_id == user_id,
        Certificate.course_key == course_key,
        Certificate.revoked_at.is_(None),
        Certificate.issued_at >= since,
    )
    return db.scalar(issued) is not None


def _facts_on(db: Session, place: ConfirmedPlace) -> CertificateFacts:
    published = courses.revision(db, place.revision_id)
    return _facts(db, place.user_id, published, place.enrolment_id)


def _facts(
    db: Session, user_id: UserId, published: PublishedCourse, enrolment_id: EnrolmentId | None
) -> CertificateFacts:
    course_key = published.course_key
    judged = assessments.competent_of(db, user_id, course_key)
    return _gathered(
        db,
        published,
        enrolment_id,
        learning.done_by(db, user_id, course_key),
        practicals.attended_seats(db, user_id, course_key),
        judged,
        _names(db, judged),
    )


def _names(db: Session, judged: Iterable[Competent]) -> Mapping[UserId, Person]:
    """Return the names of the assessors, without a statement if there are none."""
    wanted = {assessment.instructor_id for assessment in judged}
    return accounts.people(db, wanted) if wanted else {}


def _gathered(
    db: Session,
    published: PublishedCourse,
    enrolment_id: EnrolmentId | None,
    done: Done,
    seats: Iterable[SeatSummary],
    judged: Iterable[Competent],
    names: Mapping[UserId, Person] | None,
) -> CertificateFacts:
    """Put the facts together. `names` are those of the assessors, which a certificate prints; None for
    the rule alone, which does not need them."""
    return CertificateFacts(
        course=published.course,
        revision_id=published.revision_id,
        revision_number=published.number,
        enrolment_id=enrolment_id,
        done=done,
        attended=tuple(attended(db, seat) for seat in seats),
        competent=tuple(
            CompetentAssessment(
                assessment.assessment_id,
                assessment.seat_id,
                assessment.checklist_key,
                assessment.signed_at,
                names[assessment.instructor_id].name if names is not None else "",
                assessment.instructor_id,
            )
            for assessment in judged
        ),
    )
