"""Certificates that are earned but cannot be printed yet: the reason, whose name causes it, and who
is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.certificates import domain, queries
from app.certificates.domain import CertificateFacts, NameOwner
from app.certificates.models import Certificate, CertificateBlock
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.db.database import Database
from app.db.paging import PAGE_SIZE
from app.documents import glyph_check
from app.kit import name_letters
from app.kit.actor import Role
from app.kit.ids import CertificateId, UserId
from app.kit.messages import Message, Text, msg

NO_NAME: Final = msg("The profile has no name for the certificate.")


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a certificate cannot be printed. `person_id` is set if the cause is the name of that
    person."""

    whose: NameOwner
    person_id: UserId | None
    reason: Message


@dataclass(frozen=True, slots=True)
class BlockedCertificate:
    """An earned certificate that cannot be printed. `about` is the person whose name must be
    corrected."""

    user_id: UserId
    course_key: str
    course_title: str
    name: str
    email: str
    reason: Text
    blocked_at: datetime
    about: Person | None


def look_ahead(database: Database, wanted: Iterable[tuple[UserId, str]]) -> None:
    """Check that the texts on certificates of these people and courses can be printed. Call this
    before opening the write block that issues them. Raise PrinterAway if the printer does not
    answer."""
    with database.read() as db:
        texts = [text for pair in wanted for text in texts_for(db, *pair)]
    if texts:
        glyph_check.letters_not_drawn(texts)


def look_ahead_to_reissue(database: Database, certificate_id: CertificateId) -> None:
    """As `look_ahead`, for a certificate that is to be reissued."""
    with database.read() as db:
        row = db.get(Certificate, certificate_id)
        wanted = [(row.user_id, row.course_key)] if row else []
    look_ahead(database, wanted)


def look_ahead_to_name(database: Database, user_id: UserId) -> None:
    """As `look_ahead`, for a person's new name and every certificate that may be waiting for it."""
    with database.read() as db:
        names = printed_names_of(accounts.people(db, [user_id])[user_id])
        texts = [*names, *(text for pair in waiting(db) for text in texts_for(db, *pair))]
    if texts:
        glyph_check.letters_not_drawn(texts)


def hindrance(facts: CertificateFacts, person: Person) -> Hindrance | None:
    """Return why the certificate cannot be printed, or None. An empty box in a name would be worse
    than a certificate that waits. Requires facts in which nothing is missing. Raise PrinterAway if
    `look_ahead` did not check these texts."""
    name = domain.printable_name(person.certificate_name)
    if not name:
        return Hindrance(NameOwner.holder, person.user_id, NO_NAME)
    if pictures := name_letters.pictures_in(name):
        return _of_holder(person, tuple(map(name_letters.quoted, pictures)))
    missing = glyph_check.letters_found_missing(_texts(facts, name))
    if letters := missing[name]:
        return _of_holder(person, name_letters.where_in(name, letters))
    for judged in domain.assessments_of(facts):
        if letters := missing[judged.assessor]:
            reason = msg(
                "Our certificates cannot print {letters} in the name of the assessor, {assessor}.",
                letters=name_letters.where_in(judged.assessor, letters),
                assessor=judged.assessor,
            )
            return Hindrance(NameOwner.assessor, judged.assessor_id, reason)
    for text in course_texts(facts.course):
        if letters := missing[text]:
            reason = msg(
                "Our certificates cannot print {letters} in the text of the course.",
                letters=name_letters.where_in(text, letters),
            )
            return Hindrance(NameOwner.course, None, reason)
    return None


def _of_holder(person: Person, letters: tuple[Message, ...]) -> Hindrance:
    reason = msg(
        "Our certificates cannot print {letters} in the name of the holder.", letters=letters
    )
    return Hindrance(NameOwner.holder, person.user_id, reason)


def texts_for(db: Session, user_id: UserId, course_key: str) -> tuple[str, ...]:
    """Return the texts that a certificate prints, or none if it is not earned yet."""
    facts = queries.facts_of(db, user_id, course_key)
    if facts is None or domain.missing_for_certificate(facts):
        return ()
    person = accounts.people(db, [user_id])[user_id]
    return _texts(facts, domain.printable_name(person.certificate_name))


def _texts(facts: CertificateFacts, name: str) -> tuple[str, ...]:
    assessors = (judged.assessor for judged in domain.assessments_of(facts))
    return tuple(text for text in (name, *assessors, *course_texts(facts.course)) if text)


def course_texts(course: Course) -> Sequence[str]:
    """Return the texts of a course that its certificates print."""
    certificate = course.certificate
    return (certificate.title, certificate.scope, *(kind.title for kind in course.practicals))


def printed_names_of(person: Person) -> tuple[str, ...]:
    """Return the names of a person that certificates print."""
    names = (person.certificate_name, person.name if Role.instructor in person.roles else None)
    return tuple(dict.fromkeys(domain.printable_name(name) for name in names if name))


def waiting(db: Session) -> tuple[tuple[UserId, str], ...]:
    """Return the pairs of person and course whose certificate waits."""
    rows = db.execute(
        select(CertificateBlock.user_id, CertificateBlock.course_key).order_by(
            CertificateBlock.blocked_at
        )
    )
    return tuple((user_id, course_key) for user_id, course_key in rows)


def blocked(db: Session) -> tuple[BlockedCertificate, ...]:
    """Return the earned certificates that wait, the longest-waiting first."""
    rows = db.scalars(
        select(CertificateBlock).order_by(CertificateBlock.blocked_at).limit(PAGE_SIZE)
    ).all()
    if not rows:
        return ()
    ids = {row.user_id for row in rows} | {row.about_id for row in rows if row.about_id}
    people = accounts.people(db, ids)
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    return tuple(
        BlockedCertificate(
            row.user_id,
            row.course_key,
            titles.get(row.course_key, row.course_key),
            people[row.user_id].name,
            people[row.user_id].email,
            domain.readable_reason(row.reason, row.whose),
            row.blocked_at,
            people[row.about_id] if row.about_id else None,
        )
        for row in rows
    )
