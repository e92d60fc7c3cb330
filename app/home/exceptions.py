"""What needs an admin today: each with a sentence and the page where it is put right."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.certificates import queries as certificates
from app.enquiries import queries as enquiries
from app.enrolments import open_work
from app.outbox import queries as outbox
from app.practicals.queries import briefs


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One thing that waits for somebody. `href` leads to where it is done."""

    title: str
    detail: str
    href: str
    action: str
    kind: str = "warning"


def exceptions(db: Session, *, now: datetime) -> tuple[Exceptional, ...]:
    """Return what waits, most pressing first; empty when nothing does."""
    return (
        *_mails(db),
        *_certificates(db),
        *_requests(db),
        *_enquiries(db),
        *_days(db, now),
        *_invoices(db),
    )


def _mails(db: Session) -> list[Exceptional]:
    given_up = outbox.backlog(db).given_up
    if not given_up:
        return []
    count = "1 mail or follow-up" if given_up == 1 else f"{given_up} mails or follow-ups"
    return [
        Exceptional(
            f"{count} could not be delivered",
            "Each was tried several times. See what the last error was.",
            "/admin/outbox",
            "See them",
            "danger",
        )
    ]


def _certificates(db: Session) -> list[Exceptional]:
    return [
        Exceptional(
            f"The certificate of {blocked.name} waits",
            blocked.reason,
            "/admin/certificates",
            "Put it right",
            "danger",
        )
        for blocked in certificates.blocked(db)
    ]


def _requests(db: Session) -> list[Exceptional]:
    return [
        Exceptional(
            f"{waiting.count} {'person asks' if waiting.count == 1 else 'people ask'} for a place",
            f"{waiting.course_title}, {waiting.intake_title}. The first asked on "
            f"{waiting.oldest_at:%d %B}.",
            f"/admin/intakes/{waiting.intake_id}",
            "Decide",
        )
        for waiting in open_work.requests_to_decide(db)
    ]


def _enquiries(db: Session) -> list[Exceptional]:
    waiting = enquiries.waiting(db)
    if waiting is None:
        return []
    words = "1 enquiry waits" if waiting.count == 1 else f"{waiting.count} enquiries wait"
    return [
        Exceptional(
            f"{words} for an answer",
            f"The first was sent on {waiting.oldest_at:%d %B}.",
            "/admin/enquiries",
            "Read and answer",
        )
    ]


def _days(db: Session, now: datetime) -> list[Exceptional]:
    return [
        Exceptional(
            f"{day.title} has free places",
            f"{day.starts_at:%d %B}: {day.taken} of {day.capacity} places are taken and booking "
            "closes soon.",
            f"/admin/practicals/{day.practical_id}",
            "Look at it",
            "info",
        )
        for day in briefs.closing_with_free_places(db, now=now)
    ]


def _invoices(db: Session) -> list[Exceptional]:
    unpaid = open_work.unpaid_invoices(db)
    if not unpaid:
        return []
    words = "1 invoice is" if unpaid == 1 else f"{unpaid} invoices are"
    return [
        Exceptional(
            f"{words} not paid",
            "Record a payment on the page of the intake when it arrives.",
            "/admin/intakes",
            "See the intakes",
            "info",
        )
    ]
