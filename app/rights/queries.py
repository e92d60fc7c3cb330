"""Reads what people hold because of a right: before the right is taken away, or when it is already
gone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, distinct, func, select, union_all
from sqlalchemy.orm import Session

from app.accounts.loss_preview import HeldItem, Loss
from app.accounts.person_columns import PERSON
from app.courses import queries as courses
from app.enrolments import queries as enrolments
from app.enrolments.domain import EnrolmentState
from app.enrolments.held_places import PlaceHeld, places_to_end
from app.enrolments.queries import ConfirmedPlace
from app.kit.actor import Role
from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, Text, msg, msgs
from app.kit.name_search import sort_key
from app.kit.zones import zone_words
from app.practicals.domain.lost_rights import lost_right, read_waived
from app.practicals.domain.seats import EligibilityFacts, Practical
from app.practicals.queries.eligibility_facts import read_candidates, read_practical
from app.practicals.queries.lost_rights import (
    count_waiting,
    days_held,
    days_taught,
    held_on,
    statements_of_lost,
    without_right,
)
from app.quizzes.domain.starting import may_go_on
from app.quizzes.lost_rights import attempts_without_right, statement_of_lost
from app.quizzes.queries import open_attempts_of

Counted = ScalarSelect[int]
What = Literal["seat", "wait", "attempt", "assignment"]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a person holds without a right to it. If `practical_id` is None, it is an
    attempt at a quiz."""

    user_id: UserId
    name: str
    what: What
    title: Text
    when: Text
    practical_id: PracticalId | None


def held(db: Session, loss: Loss, now: datetime) -> tuple[HeldItem, ...]:
    """Return what ends together with these rights. Callers check permissions."""
    return (
        *_places(db, loss, now),
        *_seats_and_waits(db, loss, now),
        *_attempts(db, loss),
        *_days_taught(db, loss, now),
    )


def leftovers(db: Session, *, now: datetime) -> tuple[Leftover, ...]:
    """Return everything that people hold without a right, sorted by name, in a few statements."""
    days = [
        Leftover(
            lost.user_id,
            lost.name,
            lost.what,
            lost.title,
            _when(lost.starts_at, lost.zone),
            lost.practical_id,
        )
        for lost in without_right(db, now=now)
    ]
    attempts = [
        Leftover(
            attempt.user_id,
            attempt.name,
            "attempt",
            msg("A quiz of {course}", course=_course_title(db, attempt.course_key)),
            "",
            None,
        )
        for attempt in attempts_without_right(db, now=now)
    ]
    return tuple(
        sorted([*days, *attempts], key=lambda leftover: (sort_key(leftover.name), leftover.user_id))
    )


def leftovers_counted(now: datetime) -> tuple[Counted, Counted]:
    """Return SQL for the number of things held without a right, and for the number of people who
    hold them. The admins' overview combines several counts in one statement."""
    people = union_all(
        *(
            statement.order_by(None).with_only_columns(PERSON.id)
            for statement in statements_of_lost(now)
        ),
        statement_of_lost(now).order_by(None).with_only_columns(PERSON.id),
    ).subquery()
    return (
        select(func.count()).select_from(people).scalar_subquery(),
        select(func.count(distinct(people.c[0]))).scalar_subquery(),
    )


def _places(db: Session, loss: Loss, now: datetime) -> Iterator[HeldItem]:
    if not loss.closes_account:
        return
    for place in places_to_end(db, loss.user_ids, now=now):
        yield HeldItem(
            _place_words(place),
            msg("is given back"),
            f"/admin/enrolments/{place.enrolment_id}",
        )


def _place_words(place: PlaceHeld) -> Message:
    values = {"course": place.course_title, "intake": place.intake_title}
    if place.state is EnrolmentState.confirmed:
        return msg("Place on {course}, {intake}", **values)
    if place.state is EnrolmentState.requested:
        return msg("Request for a place on {course}, {intake}", **values)
    return msg("Waiting list of {course}, {intake}", **values)


def _seats_and_waits(db: Session, loss: Loss, now: datetime) -> Iterator[HeldItem]:
    days = [
        read_practical(db, practical_id) for practical_id in days_held(db, loss.user_ids, now=now)
    ]
    coming = sorted(
        (day for day in days if day is not None), key=lambda day: (day.starts_at, day.id)
    )
    for practical in coming:
        seats, waits = _ending_on(db, practical, loss, now)
        if seats or waits:
            yield HeldItem(
                msg(
                    "{title}, {when}",
                    title=practical.title,
                    when=_when(practical.starts_at, practical.zone),
                ),
                _consequence(db, practical, seats, waits),
                f"/admin/practicals/{practical.id}",
            )


def _ending_on(db: Session, practical: Practical, loss: Loss, now: datetime) -> tuple[int, int]:
    """Return how many seats and waiting-list entries of one day end with these rights."""
    candidates = read_candidates(db, practical, loss.user_ids)
    places = enrolments.places_of_many(db, loss.user_ids, practical.course_key)
    after = {
        user_id: _facts_after(practical, candidates[user_id].facts, places[user_id], loss)
        for user_id in loss.user_ids
        if user_id in candidates
    }
    held_now = held_on(db, practical.id, loss.user_ids, now=now)
    return (
        sum(
            lost_right(practical, after[user_id], waived=read_waived(waived)) is not None
            for user_id, waived in held_now.seats
        ),
        sum(lost_right(practical, after[user_id]) is not None for user_id in held_now.waits),
    )


def _facts_after(
    practical: Practical, facts: EligibilityFacts, places: tuple[ConfirmedPlace, ...], loss: Loss
) -> EligibilityFacts:
    """Return the facts about a person as they will be once these rights have ended."""
    left = [place for place in places if place.enrolment_id not in loss.enrolment_ids]
    return replace(
        facts,
        is_active=facts.is_active and not loss.closes_account,
        is_student=facts.is_student and Role.student not in loss.roles,
        has_place=bool(left),
        is_in_intake=any(place.intake_id == practical.intake_id for place in left),
    )


def _consequence(db: Session, practical: Practical, seats: int, waits: int) -> Message:
    return _in_words(seats, waits, count_waiting(db, practical.id) - waits)


def _in_words(seats: int, waits: int, left: int) -> Message:
    """Return a sentence with the number of places and waiting-list entries that end on one day. If
    a place ends, also say how many people wait for it."""
    ends: list[Message] = []
    if seats:
        ends.append(msgs("the place ends", "{n} places end", seats))
    if waits:
        ends.append(
            msgs(
                "the entry on the waiting list ends",
                "{n} entries on the waiting list end",
                waits,
            )
        )
    if not seats:
        return msg("{ends}", ends=tuple(ends))
    others = (
        msgs("{n} other person is waiting", "{n} other people are waiting", left)
        if left
        else msg("nobody else is waiting")
    )
    return msg("{ends}; {others}", ends=tuple(ends), others=others)


def _when(starts_at: datetime, zone: str) -> Message:
    """Tue 8 Dec 2026, 10:00, London time"""
    return msg("{at}, {zone}", at=starts_at.astimezone(ZoneInfo(zone)), zone=zone_words(zone))


def _attempts(db: Session, loss: Loss) -> Iterator[HeldItem]:
    for user_id in loss.user_ids:
        for _, course_key in open_attempts_of(db, user_id):
            left = [
                place
                for place in enrolments.places_of(db, user_id)
                if place.course_key == course_key and place.enrolment_id not in loss.enrolment_ids
            ]
            roles = frozenset({Role.student}) - loss.roles
            if not may_go_on(roles, is_closed=loss.closes_account, has_place=bool(left)):
                yield HeldItem(
                    msg("Open attempt at a quiz of {course}", course=_course_title(db, course_key)),
                    msg("is closed, does not count, and its answers are kept"),
                )


def _days_taught(db: Session, loss: Loss, now: datetime) -> Iterator[HeldItem]:
    if not loss.closes_account and Role.instructor not in loss.roles:
        return
    gates = [read_practical(db, day) for day in days_taught(db, loss.user_ids, now=now)]
    for practical in sorted(
        (taught_day for taught_day in gates if taught_day is not None),
        key=lambda taught_day: taught_day.starts_at,
    ):
        yield HeldItem(
            msg(
                "Teaches {title}, {when}",
                title=practical.title,
                when=_when(practical.starts_at, practical.zone),
            ),
            msg("they no longer teach it; choose somebody else if no instructor is left"),
            f"/admin/practicals/{practical.id}/edit",
        )


def _course_title(db: Session, course_key: str) -> str:
    published = courses.current(db, course_key)
    return published.course.title if published else course_key
