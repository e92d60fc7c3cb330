"""What needs an admin's attention today, each with a sentence and a link to the page for it."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates import blocks as certificate_blocks
from app.conversations.staff_queries import waiting_questions
from app.enquiries import queries as enquiries
from app.enrolments import pending as enrolments_pending
from app.home import attention_to_days as days
from app.home.attention import AttentionItem, Urgency, few
from app.kit.actor import Actor
from app.kit.messages import Message, msg, msgs, sentences
from app.operations.runs import last_runs
from app.outbox import health as outbox
from app.outbox.queries import EventKind
from app.practicals.queries.outdated import days_not_over
from app.rights import queries as rights

SEE_STATUS: Final = msg("See the system status")


def attention_items(
    db: Session, actor: Actor, *, zone: ZoneInfo, now: datetime
) -> tuple[AttentionItem, ...]:
    """Return the items, the most urgent first; empty if there are none. One statement for each kind
    of item."""
    planned = days_not_over(db, now=now)
    unpaid, things, people = _counts(db, now)
    items = [
        *_mails(db, now),
        *_runs(db, now),
        *few(_certificates(db), _more_certificates, "/admin/certificates"),
        *few(days.without_instructor(db, now), days.more_untaught, "/admin/practicals"),
        *_leftovers(things, people),
        *few(days.with_unsigned(db, now), days.more_unsigned, "/admin/practicals?show=past"),
        *days.without_life_support(db, planned, now),
        *days.with_old_checklists(db, planned, now),
        *few(_requests(db, zone), _more_requests, "/admin/requests"),
        *_enquiries(db, zone),
        *_questions(db, actor, zone, now),
        *few(days.without_attendance(db, now), days.more_attendance, "/admin/practicals?show=past"),
        *few(days.half_empty(db, now), days.more_half_empty, "/admin/practicals"),
        *few(days.with_people_waiting(db, now), days.more_waiting_days, "/admin/practicals"),
        *few(_waiting_intakes(db, zone, now), _more_waiting_intakes, "/admin/intakes"),
        *_invoices(unpaid),
    ]
    order = list(Urgency)
    return tuple(sorted(items, key=lambda item: order.index(item.urgency)))


def _mails(db: Session, now: datetime) -> list[AttentionItem]:
    """Yield mails and follow-up work that wait too long, with the reason, and those that were given
    up."""
    deliveries = outbox.deliveries(db, now=now)
    items = [
        AttentionItem(
            Urgency.now,
            _late_title(each),
            sentences(*each.problems(now)),
            "/admin/outbox",
            msg("See why"),
        )
        for each in deliveries
        if each.is_late(now)
    ]
    items += [_worker(each, now) for each in deliveries if _is_worker_missed(each, now)]
    given_up = sum(each.given_up for each in deliveries)
    if given_up:
        items.append(
            AttentionItem(
                Urgency.now,
                msgs(
                    "{n} mail or follow-up could not be delivered",
                    "{n} mails or follow-ups could not be delivered",
                    given_up,
                ),
                msg("Each was tried several times. See what the last error was."),
                "/admin/outbox",
                msg("See them"),
            )
        )
    return items


def _late_title(delivery: outbox.Delivery) -> Message:
    if delivery.kind is EventKind.mails:
        return msgs(
            "{n} mail waits to be delivered", "{n} mails wait to be delivered", delivery.waiting
        )
    return msgs(
        "{n} follow-up waits to be delivered",
        "{n} follow-ups wait to be delivered",
        delivery.waiting,
    )


def _is_worker_missed(delivery: outbox.Delivery, now: datetime) -> bool:
    """Return whether the worker is missing or hindered, unless a late item says so already. A
    worker that never ran counts as missing only if something waits for it."""
    beat = delivery.heartbeat
    has_problem = beat.at is not None and (beat.trouble is not None or beat.is_silent(now))
    return has_problem and not delivery.is_late(now)


def _worker(delivery: outbox.Delivery, now: datetime) -> AttentionItem:
    title, *further = delivery.problems(now)
    is_away = delivery.heartbeat.is_silent(now)
    return AttentionItem(
        Urgency.now if is_away else Urgency.soon,
        title,
        sentences(*further) if further else outbox.EFFECT[delivery.kind],
        "/admin/system",
        SEE_STATUS,
    )


def _runs(db: Session, now: datetime) -> list[AttentionItem]:
    """Yield audits and backups that failed, or that are no longer made every night."""
    return [
        AttentionItem(Urgency.now, problem, "", "/admin/system", SEE_STATUS)
        for run in last_runs(db)
        if run.ended_at is not None and (problem := run.problem(now)) is not None
    ]


def _certificates(db: Session) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            msg("The certificate of {name} waits", name=blocked.name),
            blocked.reason,
            "/admin/certificates",
            msg("Put it right"),
        )
        for blocked in certificate_blocks.blocked(db)
    ]


def _more_certificates(more: int) -> Message:
    return msgs("{n} more certificates that wait", "{n} more certificates that wait", more)


def _counts(db: Session, now: datetime) -> tuple[int, int, int]:
    """Return the number of unpaid invoices, the number of things held without a right, and the
    number of people who hold them."""
    counted = select(enrolments_pending.UNPAID.scalar_subquery(), *rights.leftovers_counted(now))
    unpaid, things, people = db.execute(counted).one()
    return unpaid, things, people


def _leftovers(things: int, people: int) -> list[AttentionItem]:
    if not things:
        return []
    return [
        AttentionItem(
            Urgency.now,
            msgs(
                "{n} person holds something without a right to it",
                "{n} people hold something without a right to it",
                people,
            ),
            msgs(
                "{n} place, wait or attempt of people whose place on the course, role or account has "
                "ended. See what will happen, then end them.",
                "{n} places, waits and attempts of people whose place on the course, role or account has "
                "ended. See what will happen, then end them.",
                things,
            ),
            "/admin/leftovers",
            msg("See them"),
        )
    ]


def _requests(db: Session, zone: ZoneInfo) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.soon,
            msgs("{n} person asks for a place", "{n} people ask for a place", waiting.count),
            msg(
                "{course}, {intake}. The first asked on {day:date}.",
                course=waiting.course_title,
                intake=waiting.intake_title,
                day=waiting.oldest_at.astimezone(zone),
            ),
            f"/admin/intakes/{waiting.intake_id}",
            msg("Decide"),
        )
        for waiting in enrolments_pending.requests_to_decide(db)
    ]


def _more_requests(more: int) -> Message:
    return msgs("{n} more intakes with requests", "{n} more intakes with requests", more)


def _enquiries(db: Session, zone: ZoneInfo) -> list[AttentionItem]:
    waiting = enquiries.waiting_enquiries(db)
    if waiting is None:
        return []
    return [
        AttentionItem(
            Urgency.soon,
            msgs(
                "{n} enquiry waits for an answer", "{n} enquiries wait for an answer", waiting.count
            ),
            msg("The first was sent on {day:date}.", day=waiting.oldest_at.astimezone(zone)),
            "/admin/enquiries",
            msg("Read and answer"),
        )
    ]


def _questions(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> list[AttentionItem]:
    waiting = waiting_questions(db, actor, now=now)
    if waiting is None:
        return []
    return [
        AttentionItem(
            Urgency.soon,
            msgs(
                "{n} question from a student waits for an instructor",
                "{n} questions from students wait for an instructor",
                waiting.count,
            ),
            msg("The first has waited since {day:date}.", day=waiting.oldest_at.astimezone(zone)),
            "/teach/questions?which=open",
            msg("See them"),
        )
    ]


def _waiting_intakes(db: Session, zone: ZoneInfo, now: datetime) -> list[AttentionItem]:
    today = now.astimezone(zone).date()
    return [
        AttentionItem(
            Urgency.later,
            msgs(
                "{n} person waited for an intake that has places free",
                "{n} people waited for an intake that has places free",
                intake.waiting,
            ),
            msgs(
                "{intake}: {n} place is free, and reservations have closed with the waiting list. Nobody "
                "moves up any more; reserve a place for somebody.",
                "{intake}: {n} places are free, and reservations have closed with the waiting list. Nobody "
                "moves up any more; reserve a place for somebody.",
                intake.places_left,
                intake=intake.title,
            ),
            f"/admin/intakes/{intake.intake_id}?show=ended",
            msg("See who waited"),
        )
        for intake in enrolments_pending.waiting_beside_places(db, today=today, now=now)
    ]


def _more_waiting_intakes(more: int) -> Message:
    return msgs(
        "{n} more intakes in which people wait", "{n} more intakes in which people wait", more
    )


def _invoices(unpaid: int) -> list[AttentionItem]:
    if not unpaid:
        return []
    return [
        AttentionItem(
            Urgency.later,
            msgs("{n} invoice is not paid", "{n} invoices are not paid", unpaid),
            msg("Tick what has arrived, or see who has waited longest."),
            "/admin/invoices",
            msg("See them"),
        )
    ]
