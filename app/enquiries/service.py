"""Use-cases of enquiries: asking and answering."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.courses import queries as courses
from app.enquiries import policy, rate_limits
from app.enquiries.domain import ALREADY_ANSWERED, NewEnquiry
from app.enquiries.errors import AnswerRefused
from app.enquiries.mails import EnquiryAskedMail, EnquiryReceivedMail
from app.enquiries.models import Enquiry
from app.kit.actor import Actor, public_use_case, require
from app.kit.errors import NotFound
from app.kit.ids import EnquiryId, new_uuid
from app.outbox.service import send_to_address


@public_use_case
def ask(
    db: Session,
    question: NewEnquiry,
    *,
    network: str,
    academy: str,
    language: str | None = None,
    now: datetime,
) -> EnquiryId:
    """Store a question from anyone; mail the academy about it, and confirm it to the sender, in the
    language with the tag `language`.

    Raises TooMany for a network that sends too many. Above the other rate limits the question is
    stored but no mail is sent. The mail to the sender repeats nothing that was typed: the address
    may be a stranger's, who must not receive text of somebody else from us. The academy's mail does
    not repeat it either, so that a deleted question is not still in a mailbox.
    """
    mails = rate_limits.count_question(db, email=question.email, network=network, now=now)
    card = courses.offered_card(db, question.course_key) if question.course_key else None
    enquiry = Enquiry(
        id=EnquiryId(new_uuid()),
        name=question.name,
        email=question.email,
        phone=question.phone,
        topic=question.topic,
        course_key=card.key if card else None,
        message=question.message,
        received_at=now,
    )
    db.add(enquiry)
    if mails.to_sender:
        send_to_address(db, question.email, EnquiryReceivedMail(), now=now, language=language)
    if mails.to_academy:
        title = card.title if card else None
        mail = EnquiryAskedMail(topic=question.topic.label, course=title, enquiry_id=enquiry.id)
        send_to_address(db, academy, mail, now=now)
    return enquiry.id


def mark_answered(
    db: Session, actor: Actor, enquiry_id: EnquiryId, *, note: str, now: datetime
) -> None:
    """Mark a question as answered, with a note on the answer. Raise AnswerRefused or NotFound."""
    require(policy.may_answer(actor))
    marked = db.execute(
        update(Enquiry)
        .where(Enquiry.id == enquiry_id, Enquiry.answered_at.is_(None))
        .values(answered_at=now, answered_by=actor.user_id, note=note)
        .returning(Enquiry.id)
        .execution_options(synchronize_session=False)
    )
    if marked.one_or_none() is None:
        if db.get(Enquiry, enquiry_id) is None:
            raise NotFound
        raise AnswerRefused(ALREADY_ANSWERED)
    audit.record(
        db,
        actor.user_id,
        "enquiry.answered",
        now=now,
        subject_kind="enquiry",
        subject_id=enquiry_id,
    )
