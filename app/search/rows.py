"""How each kind of hit is shown as a row: its title, its page, and what tells it from others."""

from datetime import datetime
from typing import Final

from app.accounts.queries import Person
from app.accounts.taught_students import TaughtGroup
from app.certificates.domain import Status
from app.certificates.records import CertificateView
from app.enquiries.queries import EnquiryRow
from app.enrolments.domain import IntakeStatus
from app.enrolments.intake_search import IntakeMatch
from app.kit.messages import Text, msg
from app.kit.zones import moment_at
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.times import span_message
from app.practicals.queries.practical_search import PracticalMatch
from app.practicals.queries.summaries import PracticalSummary
from app.search.domain import RowState, SearchRow, TypedSearch

CANCELLED: Final = RowState(msg("Cancelled"), "danger")
DRAFT: Final = RowState(msg("Draft"), "neutral")
OVER: Final = RowState(msg("Over"), "neutral")
INTAKE_STATES: Final = {
    IntakeStatus.draft: DRAFT,
    IntakeStatus.open: RowState(msg("Open"), "success"),
    IntakeStatus.cancelled: CANCELLED,
}
CERTIFICATE_STATES: Final = {
    Status.valid: RowState(msg("Valid"), "success"),
    Status.revoked: RowState(msg("Revoked"), "danger"),
    Status.not_valid: RowState(msg("Not valid"), "danger"),
}


def person_row(person: Person, typed: TypedSearch) -> SearchRow:
    """Return the row of a person for the office."""
    roles = person.roles_label
    return SearchRow(
        person.user_id,
        person.name,
        f"/admin/people/{person.user_id}",
        (person.email, *(() if roles is None else (roles,))),
        _account_state(person),
        is_exact=person.email == typed.email,
    )


def taught_row(
    person: Person,
    practicals: tuple[PracticalSummary, ...],
    groups: tuple[TaughtGroup, ...],
    typed: TypedSearch,
) -> SearchRow:
    """Return the row of a student for their instructor. It leads to the roster of their last practical with
    this instructor, or else to their group."""
    path = (
        f"/teach/practicals/{practicals[0].practical_id}"
        if practicals
        else f"/teach/groups/{groups[0].group_id}"
    )
    details: list[Text] = [person.email]
    details += [
        msg(
            "{practical}, {when:date}",
            practical=each.title,
            when=moment_at(each.starts_at, each.zone),
        )
        for each in practicals[:1]
    ]
    details += [msg("Group {name}", name=group.name) for group in groups]
    return SearchRow(
        person.user_id,
        person.name,
        path,
        tuple(details),
        _account_state(person),
        is_exact=person.email == typed.email,
    )


def practical_row(match: PracticalMatch, now: datetime, *, is_taught: bool) -> SearchRow:
    """Return the row of a practical; `is_taught`: for its instructor, who opens its roster."""
    day = match.practical
    teachers = (msg("{names}", names=match.instructors),) if match.instructors else ()
    return SearchRow(
        day.practical_id,
        day.title,
        f"/teach/practicals/{day.practical_id}"
        if is_taught
        else f"/admin/practicals/{day.practical_id}",
        (span_message(day.starts_at, day.ends_at, day.zone), day.room, *teachers),
        _practical_state(day, now),
    )


def intake_row(match: IntakeMatch) -> SearchRow:
    return SearchRow(
        match.intake_id,
        match.title,
        f"/admin/intakes/{match.intake_id}",
        (
            match.course_title,
            msg("Starts on {day}", day=match.starts_on),
            msg("{part} of {whole} places taken", part=match.taken, whole=match.places),
        ),
        INTAKE_STATES[match.status],
    )


def certificate_row(view: CertificateView, typed: TypedSearch) -> SearchRow:
    """Return the row of a certificate. One that is not valid shows only its number."""
    issued: tuple[Text, ...] = ()
    if view.issued_on is not None:
        issued = (view.title, msg("Issued on {day}", day=view.issued_on))
    return SearchRow(
        view.id,
        view.name or msg("Altered certificate"),
        f"/admin/certificates/{view.id}",
        (view.grouped, *issued),
        CERTIFICATE_STATES[view.status],
        is_exact=bool(view.serial) and view.serial == typed.serial,
    )


def enquiry_row(row: EnquiryRow, typed: TypedSearch) -> SearchRow:
    answered = RowState(msg("Answered"), "success")
    return SearchRow(
        row.enquiry_id,
        row.name,
        f"/admin/enquiries/{row.enquiry_id}",
        (row.email, row.topic.label, msg("Sent {when:date}", when=row.received_at)),
        answered if row.is_answered else RowState(msg("Unanswered"), "warning"),
        is_exact=row.email == typed.email,
    )


def _account_state(person: Person) -> RowState | None:
    """Return the state of an account, if it is not open as most are."""
    if person.is_closed:
        return RowState(msg("Closed"), "danger")
    if not person.is_confirmed:
        return RowState(msg("Not confirmed yet"), "warning")
    return None


def _practical_state(day: PracticalSummary, now: datetime) -> RowState | None:
    """Return the state of a practical, if it is not simply to come."""
    if day.status is PracticalStatus.cancelled:
        return CANCELLED
    if day.status is PracticalStatus.draft:
        return DRAFT
    return OVER if day.ends_at <= now else None
