"""Use-cases of certificates. Every certificate is issued by `_issue`, which reads the facts again
in the same transaction (R-113)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit import service as audit
from app.certificates import blocks, domain, name_changes, policy, queries, serials
from app.certificates.domain import CertificateFacts
from app.certificates.errors import AlreadyRevoked, NotIssued, NotReplaced
from app.certificates.facts import CertificateEarned
from app.certificates.frozen_words import frozen_words
from app.certificates.mails import (
    CertificateIssuedMail,
    CertificateReplacedMail,
    CertificateRevokedMail,
)
from app.certificates.models import Certificate, CertificateBlock
from app.certificates.records import ISSUED, REVOKED, sign_certificate, sign_revocation
from app.certificates.signing import Issuer
from app.certificates.steps import blocking
from app.courses import queries as courses
from app.kit.actor import Actor, SystemActor, require
from app.kit.errors import NotFound
from app.kit.ids import CertificateId, UserId, new_uuid
from app.kit.messages import msg
from app.learning.steps.completions import hold_completions
from app.notices.steps.sending import send
from app.outbox.service import announce


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A valid certificate. `is_new` means that this call issued it, rather than somebody else just
    before."""

    certificate_id: CertificateId
    is_new: bool


def announce_if_complete(
    db: Session, system: SystemActor, user_id: UserId, course_key: str, *, now: datetime
) -> None:
    """If the certificate is earned, record that it is to be issued. A separate job issues it,
    because the printer must check the names before a write block is opened."""
    require(system is SystemActor.worker)
    if queries.has_any(db, user_id, course_key):
        return
    facts = queries.facts_of(db, user_id, course_key)
    if facts is not None and not domain.missing_for_certificate(facts):
        announce(db, CertificateEarned(user_id=user_id, course_key=course_key), now=now)


def issue_if_complete(
    db: Session,
    system: SystemActor,
    user_id: UserId,
    course_key: str,
    issuer: Issuer,
    *,
    now: datetime,
) -> CertificateId | None:
    """Issue the certificate if it is earned, and only once however often this is called.

    After a revocation nothing is issued
    automatically. Returns None if it is not earned yet, or blocked. Call `blocks.look_ahead` before
    opening the write block.
    """
    require(system is SystemActor.worker)
    if queries.has_any(db, user_id, course_key):
        return queries.live_certificate(db, user_id, course_key)
    issued = _issue(db, user_id, course_key, issuer, issued_by=None, now=now)
    return issued.certificate_id if issued else None


def name_saved(
    db: Session, system: SystemActor, user_id: UserId, issuer: Issuer, *, now: datetime
) -> None:
    """Tell the person if their saved name cannot be printed, and issue every certificate that
    waited for a corrected name. Call `blocks.look_ahead_to_name` before opening the write block."""
    require(system is SystemActor.worker)
    blocking.tell_of_saved_name(db, user_id, now=now)
    for holder_id, course_key in blocks.waiting(db):
        issue_if_complete(db, system, holder_id, course_key, issuer, now=now)


def issue_blocked(
    db: Session, actor: Actor, user_id: UserId, course_key: str, issuer: Issuer, *, now: datetime
) -> IssuedCertificate:
    """Try again to issue a blocked certificate, for instance after a name was corrected. Refused
    with the reasons if something is missing or a name cannot be printed. If a job or another admin
    has issued it in the meantime, that certificate is returned."""
    require(policy.may_manage(actor))
    if db.get(CertificateBlock, (user_id, course_key)) is None:
        issued_before = queries.live_certificate(db, user_id, course_key)
        if issued_before is None:
            raise NotFound
        return IssuedCertificate(issued_before, is_new=False)
    return _issue_or_say_why(db, actor, user_id, course_key, issuer, now=now)


def reissue_certificate(
    db: Session, actor: Actor, certificate_id: CertificateId, issuer: Issuer, *, now: datetime
) -> IssuedCertificate:
    """Reissue a revoked certificate under a new serial; the old one stays revoked. Refused with the
    reasons if the rule is not met, and if the certificate is valid. If another admin has reissued
    it in the meantime, that certificate is returned."""
    require(policy.may_manage(actor))
    row = db.get(Certificate, certificate_id)
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        raise NotIssued(msg("The valid certificate has to be revoked first."))
    if issued_before := queries.live_certificate(db, row.user_id, row.course_key):
        return IssuedCertificate(issued_before, is_new=False)
    return _issue_or_say_why(db, actor, row.user_id, row.course_key, issuer, now=now)


def replace_certificate(
    db: Session,
    actor: Actor,
    certificate_id: CertificateId,
    reason: str,
    issuer: Issuer,
    *,
    now: datetime,
) -> IssuedCertificate:
    """Revoke a valid certificate and issue one in the holder's corrected name, in one act; one mail tells the
    holder. Refused if the name is the same, and with the reasons if no new one can be issued: the old one
    stays valid then. Call `blocks.look_ahead_to_reissue` before opening the write block."""
    require(policy.may_manage(actor))
    row = db.get(Certificate, certificate_id)
    if row is None:
        raise NotFound
    if name_changes.name_now(db, row.user_id) == row.holder_name:
        raise NotReplaced(row.user_id)
    old = _revoke(db, actor, certificate_id, reason, issuer, now=now)
    return _issue_or_say_why(
        db, actor, old.user_id, old.course_key, issuer, replaced_serial=old.serial, now=now
    )


def revoke_certificate(
    db: Session,
    actor: Actor,
    certificate_id: CertificateId,
    reason: str,
    issuer: Issuer,
    *,
    now: datetime,
) -> None:
    """Revoke a certificate from now on; its holder is told the reason. It is not deleted: the
    public page says that it was revoked, and when."""
    require(policy.may_manage(actor))
    row = _revoke(db, actor, certificate_id, reason, issuer, now=now)
    _tell_holder(db, row, CertificateRevokedMail, now=now, reason=reason)


def _revoke(
    db: Session,
    actor: Actor,
    certificate_id: CertificateId,
    reason: str,
    issuer: Issuer,
    *,
    now: datetime,
) -> Certificate:
    revoked = (
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=actor.user_id, revocation_reason=reason)
        .returning(Certificate)
    )
    row = db.scalars(revoked).one_or_none()
    if row is None:
        if db.get(Certificate, certificate_id) is None:
            raise NotFound
        raise AlreadyRevoked
    sign_revocation(row, issuer.keys)
    audit.record(
        db,
        actor.user_id,
        REVOKED,
        now=now,
        subject_kind="certificate",
        subject_id=row.id,
        person_id=row.user_id,
        reason=reason,
    )
    return row


def _issue_or_say_why(
    db: Session,
    actor: Actor,
    user_id: UserId,
    course_key: str,
    issuer: Issuer,
    *,
    replaced_serial: str | None = None,
    now: datetime,
) -> IssuedCertificate:
    issued = _issue(
        db,
        user_id,
        course_key,
        issuer,
        issued_by=actor,
        replaced_serial=replaced_serial,
        now=now,
    )
    if issued is not None:
        return issued
    facts = queries.facts_of(db, user_id, course_key)
    missing = domain.missing_for_certificate(facts) if facts else ()
    block = db.get(CertificateBlock, (user_id, course_key))
    if block is not None and not missing:
        raise NotIssued(msg("{reason}", reason=domain.readable_reason(block.reason, block.whose)))
    reasons = tuple(requirement.words for requirement in missing) or (msg("the course"),)
    raise NotIssued(msg("What is missing: {reasons}.", reasons=reasons))


def _issue(
    db: Session,
    user_id: UserId,
    course_key: str,
    issuer: Issuer,
    *,
    issued_by: Actor | None,
    replaced_serial: str | None = None,
    now: datetime,
) -> IssuedCertificate | None:
    facts = _earned(db, user_id, course_key)
    if facts is None:
        return None
    person = accounts.people(db, [user_id])[user_id]
    if why := blocks.hindrance(facts, person):
        blocking.block(db, person, course_key, why, facts.course.certificate.title, now=now)
        return None
    name = domain.printable_name(person.certificate_name)
    serial = serials.new_serial()
    snapshot = domain.make_snapshot(
        facts,
        issuer=issuer.academy,
        holder_id=user_id,
        name=name,
        serial=serial,
        now=now,
        paper=frozen_words(courses.revision(db, facts.revision_id).words),
    )
    row = _signed_row(snapshot, user_id, facts, issuer, now=now)
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:  # another worker issued it at the same time: that one counts
        issued_before = queries.live_certificate(db, user_id, course_key)
        return IssuedCertificate(issued_before, is_new=False) if issued_before else None
    blocking.unblock(db, user_id, course_key)
    _record_issued(db, row, issued_by, now=now)
    if replaced_serial is None:
        _tell_holder(db, row, CertificateIssuedMail, now=now)
    else:
        _tell_holder(db, row, CertificateReplacedMail, now=now, old_serial=replaced_serial)
    return IssuedCertificate(row.id, is_new=True)


def _earned(db: Session, user_id: UserId, course_key: str) -> CertificateFacts | None:
    """Return what a certificate rests on if it is earned. It stays so until we commit."""
    hold_completions(db, user_id, course_key)
    facts = queries.facts_of(db, user_id, course_key)
    return None if facts is None or domain.missing_for_certificate(facts) else facts


def _signed_row(
    snapshot: dict[str, Any],
    user_id: UserId,
    facts: CertificateFacts,
    issuer: Issuer,
    *,
    now: datetime,
) -> Certificate:
    row = Certificate(
        id=CertificateId(new_uuid()),
        serial=snapshot["serial"],
        holder_name=snapshot["holder"]["name"],
        user_id=user_id,
        course_key=facts.course.key,
        revision_id=facts.revision_id,
        snapshot=snapshot,
        snapshot_hash=domain.hash_of(snapshot),
        issued_at=now,
    )
    sign_certificate(row, issuer.keys, now=now)
    return row


def _record_issued(
    db: Session, row: Certificate, issued_by: Actor | None, *, now: datetime
) -> None:
    audit.record(
        db,
        issued_by.user_id if issued_by else None,
        ISSUED,
        now=now,
        subject_kind="certificate",
        subject_id=row.id,
        person_id=row.user_id,
        details={"course_key": row.course_key},
    )


def _tell_holder(
    db: Session,
    row: Certificate,
    kind: type[CertificateIssuedMail | CertificateReplacedMail | CertificateRevokedMail],
    *,
    now: datetime,
    **further: Any,
) -> None:
    """Mail the holder. `further` are the fields that only this kind of mail has."""
    person = accounts.people(db, [row.user_id])[row.user_id]
    mail = kind(name=person.name, title=row.snapshot["title"], serial=row.serial, **further)
    send(db, person, mail, now=now)
