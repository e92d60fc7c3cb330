"""What needs an admin's attention today, each with a sentence and a link to the page for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import pending as assessments
from app.assessments.queries.outdated import outdated_days
from app.certificates import blocks as certificate_blocks
from app.enquiries import queries as enquiries
from app.enrolments import pending as enrolments_pending
from app.operations.runs import last_runs
from app.outbox import health as outbox
from app.outbox.queries import EventKind
from app.practicals.domain.times import day_words
from app.practicals.queries import pending as practicals_pending
from app.practicals.queries.life_support import uncovered_days
from app.practicals.queries.outdated import PlannedDay, days_not_over
from app.practicals.queries.summaries import PracticalSummary
from app.rights import queries as rights

MOST_OF_A_KIND = 3
"""Further items of one kind become a single line, so that they do not hide the items below."""
WAITING = {
    EventKind.mails: ("mail waits", "mails wait"),
    EventKind.facts: ("follow-up waits", "follow-ups wait"),
}
AFTER_A_DAY = timedelta(hours=24)
"""How long after its end a practical with missing records is listed."""


class Urgency(StrEnum):
    """How urgent an item is; the value is the heading of its list."""

    now = "Urgent"
    soon = "Waits for you"
    later = "Keep in mind"

    @property
    def kind(self) -> str:
        """The style of its entries, in the terms of the design system."""
        return {Urgency.now: "danger", Urgency.soon: "warning"}.get(self, "info")


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One item that needs attention. `href` is the page where it is done."""

    urgency: Urgency
    title: str
    detail: str
    href: str
    action: str


def attention_items(db: Session, *, zone: ZoneInfo, now: datetime) -> tuple[AttentionItem, ...]:
    """Return the items, the most urgent first; empty if there are none. One statement for each kind
    of item."""
    planned = days_not_over(db, now=now)
    unpaid, things, people = _counts(db, now)
    items = [
        *_mails(db, now),
        *_runs(db, now),
        *_few(_certificates(db), "certificates that wait", "/admin/certificates"),
        *_few(_untaught(db, now), "days without an instructor", "/admin/practicals"),
        *_leftovers(things, people),
        *_few(_unsigned(db, now), "days with unsigned assessments", "/admin/practicals?show=past"),
        *_life_support(db, planned, now),
        *_checklists(db, planned, now),
        *_few(_requests(db, zone), "intakes with requests", "/admin/intakes"),
        *_enquiries(db, zone),
        *_few(_attendance(db, now), "days without attendance", "/admin/practicals?show=past"),
        *_few(_half_empty(db, now), "days with many free places", "/admin/practicals"),
        *_few(_waiting_days(db, now), "days on which people wait", "/admin/practicals"),
        *_few(_waiting_intakes(db, zone, now), "intakes in which people wait", "/admin/intakes"),
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
            f"{_many(each.waiting, *WAITING[each.kind])} to be delivered",
            " ".join(each.problems(now)),
            "/admin/outbox",
            "See why",
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
                f"{_many(given_up, 'mail or follow-up', 'mails or follow-ups')} could not be delivered",
                "Each was tried several times. See what the last error was.",
                "/admin/outbox",
                "See them",
            )
        )
    return items


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
        " ".join(further) or outbox.EFFECT[delivery.kind],
        "/admin/system",
        "See the system status",
    )


def _runs(db: Session, now: datetime) -> list[AttentionItem]:
    """Yield audits and backups that failed, or that are no longer made every night."""
    return [
        AttentionItem(Urgency.now, problem, "", "/admin/system", "See the system status")
        for run in last_runs(db)
        if run.ended_at is not None and (problem := run.problem(now)) is not None
    ]


def _certificates(db: Session) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            f"The certificate of {blocked.name} waits",
            blocked.reason,
            "/admin/certificates",
            "Put it right",
        )
        for blocked in certificate_blocks.blocked(db)
    ]


def _untaught(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            f"{day.title} has no instructor",
            f"{_day(day)}. {_many(day.taken, 'place is', 'places are')} taken.",
            f"/admin/practicals/{day.practical_id}/edit",
            "Choose an instructor",
        )
        for day in practicals_pending.without_instructor(db, now=now)
    ]


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
            f"{_many(people, 'person holds', 'people hold')} something without a right to it",
            f"{_many(things, 'place, wait or attempt', 'places, waits and attempts')} of people whose place "
            "on the course, role or account has ended. See what will happen, then end them.",
            "/admin/leftovers",
            "See them",
        )
    ]


def _unsigned(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.now,
            f"{_many(late.count, 'assessment', 'assessments')} of {late.instructor_name} "
            f"{'is' if late.count == 1 else 'are'} not signed",
            f"{late.title}, {day_words(late.starts_at, late.zone)}. Until then the students see no report.",
            f"/teach/practicals/{late.practical_id}",
            "See the roster",
        )
        for late in assessments.unsigned_after(db, before=now - AFTER_A_DAY)
    ]


def _life_support(db: Session, planned: Sequence[PlannedDay], now: datetime) -> list[AttentionItem]:
    days = uncovered_days(db, planned, now=now)
    if not days:
        return []
    people = len({person.user_id for day in days for person in day.people})
    first = days[0].practical
    return [
        AttentionItem(
            Urgency.soon,
            f"{_many(people, 'person has', 'people have')} a place and no valid proof of basic life support",
            f"The first of these days is {first.title}, {_day(first)}.",
            "/admin/life-support",
            "See who",
        )
    ]


def _checklists(db: Session, planned: Sequence[PlannedDay], now: datetime) -> list[AttentionItem]:
    days = [day.practical for day in outdated_days(db, planned, now=now) if not day.has_begun]
    if not days:
        return []
    return [
        AttentionItem(
            Urgency.soon,
            f"{_many(len(days), 'day has', 'days have')} a checklist that was corrected since",
            f"The first is {days[0].title}, {_day(days[0])}. See what changes, then decide.",
            "/admin/checklists",
            "See what changes",
        )
    ]


def _requests(db: Session, zone: ZoneInfo) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.soon,
            f"{_many(waiting.count, 'person asks', 'people ask')} for a place",
            f"{waiting.course_title}, {waiting.intake_title}. The first asked on "
            f"{day_words(waiting.oldest_at, zone.key)}.",
            f"/admin/intakes/{waiting.intake_id}",
            "Decide",
        )
        for waiting in enrolments_pending.requests_to_decide(db)
    ]


def _enquiries(db: Session, zone: ZoneInfo) -> list[AttentionItem]:
    waiting = enquiries.waiting_enquiries(db)
    if waiting is None:
        return []
    return [
        AttentionItem(
            Urgency.soon,
            f"{_many(waiting.count, 'enquiry waits', 'enquiries wait')} for an answer",
            f"The first was sent on {day_words(waiting.oldest_at, zone.key)}.",
            "/admin/enquiries",
            "Read and answer",
        )
    ]


def _attendance(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.soon,
            f"Nobody said whether {_many(day.people, 'person', 'people')} came",
            f"{day.practical.title}, {_day(day.practical)}. A certificate needs it.",
            f"/teach/practicals/{day.practical.practical_id}",
            "Mark attendance",
        )
        for day in practicals_pending.unmarked_attendance(db, before=now - AFTER_A_DAY)
    ]


def _half_empty(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.later,
            f"{day.title} is less than half full",
            f"{_day(day)}: {day.taken} of {day.capacity} places are taken and booking closes within "
            "a week.",
            f"/admin/practicals/{day.practical_id}",
            "Look at it",
        )
        for day in practicals_pending.half_empty(db, now=now)
    ]


def _waiting_days(db: Session, now: datetime) -> list[AttentionItem]:
    return [
        AttentionItem(
            Urgency.later,
            f"{_many(day.people, 'person waits', 'people wait')} although places are free",
            f"{day.practical.title}, {_day(day.practical)}. Nobody on the list can take one "
            "now: see what each still needs.",
            f"/admin/practicals/{day.practical.practical_id}/waiting",
            "See who waits",
        )
        for day in practicals_pending.waiting_beside_places(db, now=now)
    ]


def _waiting_intakes(db: Session, zone: ZoneInfo, now: datetime) -> list[AttentionItem]:
    today = now.astimezone(zone).date()
    return [
        AttentionItem(
            Urgency.later,
            f"{_many(intake.waiting, 'person', 'people')} waited for an intake that has places free",
            f"{intake.title}: {_many(intake.places_left, 'place is', 'places are')} free, and reservations "
            "have closed with the waiting list. Nobody moves up any more; reserve a place for somebody.",
            f"/admin/intakes/{intake.intake_id}?show=ended",
            "See who waited",
        )
        for intake in enrolments_pending.waiting_beside_places(db, today=today, now=now)
    ]


def _invoices(unpaid: int) -> list[AttentionItem]:
    if not unpaid:
        return []
    return [
        AttentionItem(
            Urgency.later,
            f"{_many(unpaid, 'invoice is', 'invoices are')} not paid",
            "Record a payment on the page of the intake when it arrives.",
            "/admin/intakes",
            "See the intakes",
        )
    ]


def _few(items: list[AttentionItem], rest: str, href: str) -> list[AttentionItem]:
    """Return the first items of one kind, and one line for the others."""
    more = len(items) - MOST_OF_A_KIND
    if more < 1:
        return items
    line = AttentionItem(items[0].urgency, f"{more:,} more {rest}", "", href, "See them all")
    return [*items[:MOST_OF_A_KIND], line]


def _many(count: int, singular: str, many: str) -> str:
    return f"{count:,} {singular if count == 1 else many}"


def _day(day: PracticalSummary) -> str:
    return day_words(day.starts_at, day.zone)
