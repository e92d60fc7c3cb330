"""Plans, publication, cancellation and attendance, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import IntakeId, PracticalId, SeatId, new_uuid
from app.outbox.models import OutboxEvent
from app.practicals import checks, queries, service
from app.practicals.domain.plan import Plan, PlanReason
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState, WaitingState
from app.practicals.errors import PlaceRefused, PlanRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from tests.make import NOW
from tests.make.mails import entry_in
from tests.make.people import a_user
from tests.make.practicals import (
    STARTS,
    a_plan,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
)
from tests.make.versions import plan_version


def a_draft(database, admin: Actor, plan: Plan) -> PracticalId:
    with database.write() as db:
        return service.make_practical(db, admin, plan, now=NOW)


def changed(database, admin: Actor, practical_id: PracticalId, plan: Plan) -> None:
    with database.write() as db:
        version = plan_version(db, practical_id)
        service.change_practical(db, admin, practical_id, plan, expected_version=version, now=NOW)


@contextmanager
def refused_as(reason: PlanReason) -> Iterator[None]:
    with pytest.raises(PlanRefused) as caught:
        yield
    assert caught.value.reason == reason


def mails(database, template: str) -> list[dict]:
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    return [payload for payload in payloads if payload.get("template") == f"practicals/{template}"]


def test_a_draft_has_the_places_its_instructors_can_teach(database, admin, teacher):
    practical_id = a_draft(database, admin, a_plan(instructors=frozenset({teacher.user_id})))
    with database.read() as db:
        brief = queries.practical_summary(db, practical_id)
        assert queries.is_instructor_of(db, teacher, practical_id)
        assert not queries.is_instructor_of(db, admin, practical_id)
    assert brief is not None
    assert (brief.status, brief.capacity, brief.title) == (PracticalStatus.draft, 4, "Practice day")


def test_more_places_than_can_be_taught_need_a_reason_that_is_kept(database, admin, teacher):
    plan = a_plan(instructors=frozenset({teacher.user_id}), capacity=6)
    with pytest.raises(Invalid) as caught:
        a_draft(database, admin, plan)
    assert "capacity" in caught.value.fields
    a_draft(
        database,
        admin,
        a_plan(instructors=plan.instructors, capacity=6, over_ratio_reason="Two helpers"),
    )
    with database.read() as db:
        act = db.scalars(select(AuditEvent).where(AuditEvent.action == "practicals.made")).one()
    assert (act.reason, act.details["over_ratio"]) == ("Two helpers", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind_key": "no-such-kind"}, "kind"),
        ({"course_key": "no-such-course"}, "kind"),
        ({"intake_id": IntakeId(new_uuid())}, "intake"),
        ({"instructors": frozenset({new_uuid()})}, "instructors"),
        ({"starts_at": NOW}, "day"),
    ],
)
def test_what_a_plan_names_must_exist_r_036(database, admin, teacher, changes, field):
    """R-036: ids in the body are checked like ids in the path."""
    plan = a_plan(**{"instructors": frozenset({teacher.user_id}), **changes})
    with pytest.raises(Invalid) as caught:
        a_draft(database, admin, plan)
    assert field in caught.value.fields


def test_publishing_shows_a_draft_once(database, admin, teacher):
    alone = a_draft(database, admin, a_plan(capacity=2, over_ratio_reason="A guest teaches"))
    with refused_as(PlanReason.no_instructor), database.write() as db:
        service.publish_practical(db, admin, alone, now=NOW)
    practical_id = a_draft(database, admin, a_plan(instructors=frozenset({teacher.user_id})))
    with refused_as(PlanReason.start_passed), database.write() as db:
        service.publish_practical(db, admin, practical_id, now=STARTS)
    with database.write() as db:
        service.publish_practical(db, admin, practical_id, now=NOW)
    with refused_as(PlanReason.no_draft), database.write() as db:
        service.publish_practical(db, admin, practical_id, now=NOW)


@pytest.fixture
def full_day(database, teacher) -> tuple[PracticalId, list[Actor]]:
    """A published practical of two places, both taken, and one person who waits."""
    with database.write() as db:
        practical_id = a_practical(db, capacity=2, instructors=(teacher,))
        people = [a_ready_student(db, name) for name in ("Ann", "Ben", "Cy")]
        for person in people[:2]:
            a_seat(db, practical_id, person.user_id)
        a_waiter(db, practical_id, people[2].user_id)
    return practical_id, people


def test_a_new_room_moves_the_entry_in_every_calendar(database, admin, teacher, full_day):
    practical_id, people = full_day
    same = a_plan(instructors=frozenset({teacher.user_id}), capacity=2)
    changed(database, admin, practical_id, same)
    assert mails(database, "changed") == []
    changed(
        database,
        admin,
        practical_id,
        a_plan(instructors=same.instructors, capacity=2, room="Room 9"),
    )
    moved = mails(database, "changed")
    assert {mail["to"] for mail in moved} == {person.email for person in people[:2]}
    assert {(entry_in(mail)["method"], entry_in(mail)["sequence"]) for mail in moved} == {
        ("REQUEST", 1)
    }
    assert {entry_in(mail)["location"] for mail in moved} == {"Room 9"}


def test_fewer_places_than_are_taken_are_refused_r_074(database, admin, teacher, full_day):
    """R-074: a smaller number of places removes nobody; the message says what to do."""
    practical_id, _ = full_day
    with pytest.raises(Invalid) as caught:
        changed(
            database,
            admin,
            practical_id,
            a_plan(instructors=frozenset({teacher.user_id}), capacity=1),
        )
    assert str(caught.value.fields["capacity"]) == (
        "2 places are taken. Take places away first, or keep at least 2."
    )
    with database.read() as db:
        assert len(queries.roster(db, practical_id).seats) == 2


def test_more_places_go_to_those_who_wait(database, admin, teacher, full_day):
    practical_id, _people = full_day
    changed(
        database, admin, practical_id, a_plan(instructors=frozenset({teacher.user_id}), capacity=3)
    )
    with database.read() as db:
        names = [seat.name for seat in queries.roster(db, practical_id).seats]
        assert checks.broken(db, now=NOW) == ()
    assert names == ["Ann", "Ben", "Cy"]


def test_more_places_take_in_the_ones_on_top(database, admin, teacher):
    with database.write() as db:
        practical_id = a_practical(db, capacity=1, instructors=(teacher,))
        for name in ("Ann", "Ben"):
            a_seat(db, practical_id, a_ready_student(db, name).user_id)
    plan = a_plan(instructors=frozenset({teacher.user_id}), capacity=1)
    changed(database, admin, practical_id, plan)
    with database.read() as db:
        assert db.get_one(PracticalRow, practical_id).override == 1
    changed(database, admin, practical_id, a_plan(instructors=plan.instructors, capacity=2))
    with database.read() as db:
        assert db.get_one(PracticalRow, practical_id).override == 0
        assert checks.broken(db, now=NOW) == ()


def test_the_kind_stays_and_what_began_stays(database, admin, teacher, full_day):
    practical_id, _ = full_day
    plan = a_plan(instructors=frozenset({teacher.user_id}), capacity=2)
    with pytest.raises(Invalid) as caught:
        changed(
            database, admin, practical_id, a_plan(kind_key="other", instructors=plan.instructors)
        )
    assert "kind" in caught.value.fields
    with refused_as(PlanReason.started), database.write() as db:
        service.change_practical(db, admin, practical_id, plan, expected_version="", now=STARTS)
    with refused_as(PlanReason.started), database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Snow", now=STARTS)


def test_cancelling_ends_everything_and_tells_everybody(database, admin, teacher, full_day):
    practical_id, people = full_day
    with pytest.raises(Invalid), database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason=" ", now=NOW)
    with database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Burst pipe", now=NOW)
    called_off = mails(database, "called-off")
    assert {mail["to"] for mail in called_off} == {person.email for person in people[:2]}
    assert {(entry_in(mail)["method"], entry_in(mail)["sequence"]) for mail in called_off} == {
        ("CANCEL", 1)
    }
    assert [mail["to"] for mail in mails(database, "list-closed")] == [people[2].email]
    assert mails(database, "promoted") == []
    with database.read() as db:
        assert set(db.scalars(select(Seat.state))) == {SeatState.cancelled_by_admin}
        assert set(db.scalars(select(WaitingEntry.state))) == {WaitingState.closed}
        practical = db.get_one(PracticalRow, practical_id)
        assert (practical.status, practical.taken) == (PracticalStatus.cancelled, 0)
        assert checks.broken(db, now=NOW) == ()
    with refused_as(PlanReason.cancelled), database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Again", now=NOW)


def test_only_admins_plan(database, teacher, full_day):
    practical_id, people = full_day
    for actor in (teacher, people[0]):
        for command in (
            lambda db, actor=actor: service.make_practical(db, actor, a_plan(), now=NOW),
            lambda db, actor=actor: service.change_practical(
                db, actor, practical_id, a_plan(), expected_version="", now=NOW
            ),
            lambda db, actor=actor: service.publish_practical(db, actor, practical_id, now=NOW),
            lambda db, actor=actor: service.cancel_practical(
                db, actor, practical_id, reason="x", now=NOW
            ),
        ):
            with pytest.raises(Forbidden), database.write() as db:
                command(db)


def seat_of(database, practical_id: PracticalId) -> SeatId:
    with database.read() as db:
        return queries.roster(db, practical_id).seats[0].seat_id


def attend(
    database, actor: Actor, practical_id: PracticalId, seat_id: SeatId, mark: Attendance, now=STARTS
) -> None:
    with database.write() as db:
        service.mark_attendance(db, actor, practical_id, seat_id, mark, now=now)


def test_attendance_is_marked_corrected_and_announced(database, admin, teacher, full_day):
    practical_id, people = full_day
    seat_id = seat_of(database, practical_id)
    attend(database, teacher, practical_id, seat_id, Attendance.absent)
    attend(database, teacher, practical_id, seat_id, Attendance.attended)
    attend(database, admin, practical_id, seat_id, Attendance.attended)
    with database.read() as db:
        events = db.scalars(
            select(OutboxEvent).where(OutboxEvent.name == "practical.attended")
        ).all()
        acts = db.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == "practicals.marked_attendance")
            .order_by(AuditEvent.id)
        ).all()
        (attended,) = queries.attended_seats(db, people[0].user_id, "small-course")
        assert queries.attended_seats(db, people[0].user_id, "other-course") == ()
        assert queries.roster(db, practical_id).attended == 1
    assert [event.payload for event in events] == [
        {
            "version": 1,
            "user_id": str(people[0].user_id),
            "course_key": "small-course",
            "seat_id": str(seat_id),
        }
    ]
    assert [(act.details["before"], act.details["after"]) for act in acts] == [
        (None, "absent"),
        ("absent", "attended"),
    ]
    assert attended.seat_id == seat_id
    assert attended.practical.practical_id == practical_id


def test_attendance_is_for_that_day_and_its_own_instructors(database, teacher, full_day):
    practical_id, people = full_day
    seat_id = seat_of(database, practical_id)
    with database.write() as db:
        other = a_user(db, "Jo", roles=("instructor",))
        elsewhere = a_practical(db, instructors=(teacher,))
    with pytest.raises(PlaceRefused) as caught:
        attend(database, teacher, practical_id, seat_id, Attendance.attended, now=NOW)
    assert caught.value.reason == "not_open_yet"
    with pytest.raises(NotFound):
        attend(database, other, practical_id, seat_id, Attendance.attended)
    with pytest.raises(NotFound):
        attend(database, teacher, elsewhere, seat_id, Attendance.attended)
    with pytest.raises(Forbidden):
        attend(database, people[0], practical_id, seat_id, Attendance.attended)


def test_what_is_coming_for_the_home_pages(database, teacher, full_day):
    practical_id, people = full_day
    with database.write() as db:
        a_practical(db, instructors=(teacher,), status=PracticalStatus.draft)
    with database.read() as db:
        (mine,) = queries.own_days(db, people[0].user_id, now=NOW).coming
        (waits,) = queries.own_days(db, people[2].user_id, now=NOW).coming
        (taught,) = queries.upcoming_for_instructor(db, teacher.user_id, now=NOW)
        later = STARTS + timedelta(days=1)
        assert queries.own_days(db, people[0].user_id, now=later).coming == ()
        assert queries.upcoming_for_instructor(db, teacher.user_id, now=later) == ()
        assert queries.practical_summary(db, PracticalId(new_uuid())) is None
        assert queries.seat(db, SeatId(new_uuid())) is None
        with pytest.raises(NotFound):
            queries.roster(db, PracticalId(new_uuid()))
    assert (mine.has_seat, mine.position) == (True, None)
    assert (waits.has_seat, waits.position) == (False, 1)
    assert taught.practical_id == practical_id


def test_the_audit_finds_what_is_broken(sqlite_database):
    """Each rule, broken by hand past the constraints, is named."""
    database = sqlite_database
    with database.write() as db:
        db.connection().exec_driver_sql("DROP INDEX uq_seats_live")
        db.connection().exec_driver_sql("DROP INDEX uq_waiting_entries_live")
        practical_id = a_practical(db, capacity=2)
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        a_seat(db, practical_id, ann.user_id)
        a_seat(db, practical_id, ann.user_id)
        a_waiter(db, practical_id, ben.user_id)
        a_waiter(db, practical_id, ben.user_id)
        gone = a_practical(db, status=PracticalStatus.cancelled)
        a_seat(db, gone, ben.user_id)
        small = a_practical(db, capacity=1)
        a_seat(db, small, ben.user_id)
        db.get_one(PracticalRow, small).taken = 0
        crowded = a_practical(db, capacity=1)
        for person in (ann, ben):
            a_seat(db, crowded, person.user_id, state=SeatState.confirmed)
        practical = db.get_one(PracticalRow, crowded)
        practical.taken, practical.override = 1, 0
        stuck = a_practical(
            db, starts_at=STARTS + timedelta(days=3), ends_at=STARTS + timedelta(days=4)
        )
        a_waiter(db, stuck, ben.user_id)
    with database.read() as db:
        findings = checks.broken(db, now=NOW)
    for practical, words in (
        (practical_id, "2 living places"),
        (practical_id, "2 living waiting entries"),
        (small, "the counter says 0, the rows say 1"),
        (crowded, "2 places held, 1 exist"),
        (crowded, "the counter says 1, the rows say 2"),
        (stuck, "a place is free and person"),
    ):
        assert any(str(practical) in sentence and words in sentence for sentence in findings), words
    assert any("cancelled practical" in sentence for sentence in findings)
    assert len(findings) == 7
