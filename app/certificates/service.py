"""Use-cases of certificates. Every way to one goes through `_issue`, which reads the facts again in the
same transaction (R-113)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, open_to_all, require
from app.audit import service as audit
from app.certificates import domain, policy, queries, serials
from app.certificates.domain import Facts
from app.certificates.errors import AlreadyRevoked, NotIssued
from app.certificates.models import Certificate, CertificateBlock
from app.certificates.records import ISSUED, REVOKED, sign_certificate, sign_revocation
from app.certificates.signing import Issuer
from app.kit import typeface
from app.kit.errors import NotFound
from app.kit.ids import CertificateId, UserId, new_uuid
from app.notices import service as notices

NO_NAME = "The profile has no name for the certificate."


@open_to_all
def issue_if_complete(
    db: Session, user_id: UserId, course_key: str, issuer: Issuer, *, now: datetime
) -> CertificateId | None:
    """Issue the certificate once everything is there, and only once however often it is asked.

    Asked by jobs after each fact that could complete it; nobody's permission is needed but the
    facts'. After a revocation nothing is issued by itself. None: not (yet) earned, or blocked.
    """
    if queries.has_any(db, user_id, course_key):
        return queries.live_certificate(db, user_id, course_key)
    return _issue(db, user_id, course_key, issuer, issued_by=None, now=now)


def issue_blocked(
    db: Session, actor: Actor, user_id: UserId, course_key: str, issuer: Issuer, *, now: datetime
) -> CertificateId:
    """Try a blocked certificate again, for instance after its name was corrected; refused with the
    reasons while something is missing or the name cannot be printed."""
    require(policy.may_manage(actor))
    if db.get(CertificateBlock, (user_id, course_key)) is None:
        raise NotFound
    return _issue_or_say_why(db, actor, user_id, course_key, issuer, now=now)


def reissue_certificate(
    db: Session, actor: Actor, certificate_id: CertificateId, issuer: Issuer, *, now: datetime
) -> CertificateId:
    """Issue anew what was revoked, under a new serial; the old one stays revoked. Refused with the
    reasons while the rule is not fulfilled, and while another one is valid."""
    require(policy.may_manage(actor))
    row = db.get(Certificate, certificate_id)
    if row is None:
        raise NotFound
    if queries.live_certificate(db, row.user_id, row.course_key) is not None:
        raise NotIssued(["the valid certificate has to be revoked first"])
    return _issue_or_say_why(db, actor, row.user_id, row.course_key, issuer, now=now)


def revoke_certificate(
    db: Session,
    actor: Actor,
    certificate_id: CertificateId,
    reason: str,
    issuer: Issuer,
    *,
    now: datetime,
) -> None:
    """Revoke a certificate from this moment on, with a reason its holder is told. It is not deleted:
    the public page says that it was revoked, and when."""
    require(policy.may_manage(actor))
    gate = (
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=actor.user_id, revocation_reason=reason)
        .returning(Certificate)
    )
    row = db.scalars(gate).one_or_none()
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
    _tell_holder(db, row, "certificates/revoked", now=now, reason=reason)


def _issue_or_say_why(
    db: Session, actor: Actor, user_id: UserId, course_key: str, issuer: Issuer, *, now: datetime
) -> CertificateId:
    issued = _issue(db, user_id, course_key, issuer, issued_by=actor, now=now)
    if issued is not None:
        return issued
    facts = queries.facts_of(db, user_id, course_key)
    missing = domain.missing_for_certificate(facts) if facts else ()
    block = db.get(CertificateBlock, (user_id, course_key))
    reasons = [one.words for one in missing] or [block.reason if block else "the course"]
    raise NotIssued([reason.rstrip(".") for reason in reasons])


def _issue(
    db: Session,
    user_id: UserId,
    course_key: str,
    issuer: Issuer,
    *,
    issued_by: Actor | None,
    now: datetime,
) -> CertificateId | None:
    facts = queries.facts_of(db, user_id, course_key)
    if facts is None or domain.missing_for_certificate(facts):
        return None
    person = accounts.people(db, [user_id])[user_id]
    name = domain.printable_name(person.certificate_name)
    serial = serials.new_serial()
    snapshot = domain.make_snapshot(
        facts, issuer=issuer.academy, holder_id=user_id, name=name, serial=serial, now=now
    )
    if problem := _printing_problem(name, snapshot):
        _block(db, user_id, course_key, problem, now=now)
        return None
    row = _signed_row(snapshot, user_id, facts, issuer, now=now)
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:  # another worker issued it in the same moment: that one stands
        return queries.live_certificate(db, user_id, course_key)
    db.execute(
        delete(CertificateBlock).where(
            CertificateBlock.user_id == user_id, CertificateBlock.course_key == course_key
        )
    )
    _record_issued(db, row, issued_by, now=now)
    _tell_holder(db, row, "certificates/issued", now=now)
    return row.id


def _signed_row(
    snapshot: dict[str, Any], user_id: UserId, facts: Facts, issuer: Issuer, *, now: datetime
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


def _printing_problem(name: str, snapshot: Mapping[str, Any]) -> str | None:
    """Return why what the certificate says cannot be printed, or None: an empty box in a name is worse
    than a certificate that waits."""
    if not name:
        return NO_NAME
    printed = {
        "the name": name,
        "the assessor's name": "".join(one["assessor"] for one in snapshot["practicals"]),
        "the course's text": snapshot["title"] + snapshot["scope"],
    }
    for what, words in printed.items():
        if missing := domain.missing_glyphs(words, typeface.drawn_characters()):
            points = ", ".join(f"U+{ord(letter):04X}" for letter in missing)
            return f"The certificate's font does not draw these characters of {what}: {points}."
    return None


def _block(db: Session, user_id: UserId, course_key: str, reason: str, *, now: datetime) -> None:
    """Keep the reason for the admin's list, and record it once."""
    known = db.get(CertificateBlock, (user_id, course_key))
    if known is not None and known.reason == reason:
        return
    db.merge(
        CertificateBlock(user_id=user_id, course_key=course_key, reason=reason, blocked_at=now)
    )
    audit.record(
        db,
        None,
        "certificates.certificate_blocked",
        now=now,
        subject_kind="certificate",
        person_id=user_id,
        reason=reason,
        details={"course_key": course_key},
    )


def _tell_holder(
    db: Session, row: Certificate, template: str, *, now: datetime, **values: str
) -> None:
    person = accounts.people(db, [row.user_id])[row.user_id]
    said = {"name": person.name, "title": row.snapshot["title"], "serial": row.serial}
    notices.tell(db, person, template, said | values, now=now)
