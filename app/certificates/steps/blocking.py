"""Writing why an earned certificate waits, and telling the person whose name causes it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.printable_names import WRITE_IT
from app.accounts.queries import Person
from app.audit import service as audit
from app.certificates.blocks import Hindrance, printed_names_of
from app.certificates.domain import NameOwner
from app.certificates.mails import NameNeededMail
from app.certificates.models import CertificateBlock
from app.documents import glyph_check
from app.kit import name_letters
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.kit.stored_messages import is_same_reason, stored_reason
from app.notices.steps.sending import send


def block(
    db: Session, person: Person, course_key: str, why: Hindrance, title: str, *, now: datetime
) -> None:
    """Store the reason for the office, record it in the audit trail, and tell the person whose name
    causes it. Each reason is told once."""
    reason = stored_reason(why.reason)
    before = db.get(CertificateBlock, (person.user_id, course_key))
    if (
        before is not None
        and before.whose == why.whose
        and is_same_reason(before.reason, why.reason)
    ):
        return
    db.merge(
        CertificateBlock(
            user_id=person.user_id,
            course_key=course_key,
            reason=reason,
            whose=why.whose,
            about_id=why.person_id,
            blocked_at=before.blocked_at if before else now,
        )
    )
    audit.record(
        db,
        None,
        "certificates.certificate_blocked",
        now=now,
        subject_kind="certificate",
        person_id=person.user_id,
        reason=reason,
        details={"course_key": course_key, "whose": why.whose},
    )
    if why.person_id is not None:
        waits = msg("Your certificate, {title}, is earned and waits for this only.", title=title)
        if why.whose is NameOwner.assessor:
            waits = msg(
                "The certificate of somebody whom you assessed is earned and waits for this only."
            )
        _tell(db, accounts.people(db, [why.person_id])[why.person_id], why.reason, waits, now=now)


def tell_of_saved_name(db: Session, user_id: UserId, *, now: datetime) -> None:
    """Tell a person that certificates cannot print their saved name. It could be saved because the
    printer was away, or because they had no role that needs a printable name. Raise PrinterAway if
    `look_ahead_to_name` did not check the name."""
    person = accounts.people(db, [user_id])[user_id]
    for name in printed_names_of(person):
        if letters := glyph_check.letters_found_missing([name])[name]:
            problem = msg(
                "Our certificates cannot print {letters} in your name.",
                letters=name_letters.where_in(name, letters),
            )
            _tell(db, person, problem, None, now=now)
            return


def _tell(
    db: Session, person: Person, problem: Message, waits: Message | None, *, now: datetime
) -> None:
    mail = NameNeededMail(name=person.name, problem=problem, waits=waits, what_to_do=WRITE_IT)
    send(db, person, mail, now=now)


def unblock(db: Session, user_id: UserId, course_key: str) -> None:
    """Delete the reason why a certificate waited."""
    db.execute(
        delete(CertificateBlock).where(
            CertificateBlock.user_id == user_id, CertificateBlock.course_key == course_key
        )
    )
