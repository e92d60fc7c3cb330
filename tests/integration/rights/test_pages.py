"""What is listed before a right is taken away, and the office's page of leftovers. T7, T8."""

import pytest
from sqlalchemy import select, update

from app.accounts.loss_preview import Loss, held_by
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.practicals.domain.seats import SeatState
from app.practicals.models import Seat
from tests.integration.rights.test_ending import ENDED, KEPT, Academy, snapshot, states, work
from tests.make import NOW
from tests.make.pages import words
from tests.make.practicals import a_place, an_intake

LONDON = "Europe/London"


@pytest.fixture
def academy(database):
    with database.write() as db:
        return Academy(db)


@pytest.fixture
def admin(academy, as_person):
    return as_person(academy.admin)


DAY = "Practice day, Tue 15 Dec 2026, 09:00, London time"


class TestTakingACoursePlaceAway:
    def test_lists_first_what_will_happen(self, database, academy, admin):
        before = snapshot(database)
        page = words(admin.get(f"/admin/enrolments/{academy.enrolment}/cancel"))
        assert f"{DAY}: the place ends; 1 other person is waiting." in page
        assert (
            "Tue 22 Dec 2026, 09:00, London time: the place ends; nobody else is waiting." in page
        )
        assert snapshot(database) == before
        assert f"/admin/enrolments/{academy.enrolment}/cancel" in (
            admin.get(f"/admin/enrolments/{academy.enrolment}").text
        )

    def test_lists_nothing_that_another_place_keeps(self, database, academy, admin):
        with database.write() as db:
            a_place(db, academy.leila, an_intake(db, "Spring"))
        page = words(admin.get(f"/admin/enrolments/{academy.enrolment}/cancel"))
        assert "Nothing else of this person depends on the place." in page

    def test_does_what_it_listed(self, database, academy, admin):
        answer = admin.post(
            f"/admin/enrolments/{academy.enrolment}/cancel", data={"reason": "Refunded"}
        )
        assert answer.status_code == 303
        work(database)
        assert states(database, academy) == ENDED

    def test_without_a_reason_keeps_everything_and_the_list(self, database, academy, admin):
        before = snapshot(database)
        answer = admin.post(f"/admin/enrolments/{academy.enrolment}/cancel", data={"reason": " "})
        assert answer.status_code == 422
        assert "1 other person is waiting" in words(answer)
        assert snapshot(database) == before
        assert states(database, academy) == KEPT


def test_cancelling_an_intake_lists_first(database, academy, admin):
    page = words(admin.get(f"/admin/intakes/{academy.intake}/cancel"))
    assert f"{DAY}: the place ends; 1 other person is waiting." in page
    answer = admin.post(f"/admin/intakes/{academy.intake}/cancel", data={"reason": ""})
    assert answer.status_code == 422
    assert states(database, academy) == KEPT
    admin.post(f"/admin/intakes/{academy.intake}/cancel", data={"reason": "Ill"})
    work(database)
    assert states(database, academy) == ENDED


class TestClosingAnAccount:
    def test_lists_first_what_the_person_holds(self, database, academy, admin):
        page = words(admin.get(f"/admin/people/{academy.leila.user_id}/access"))
        assert f"{DAY}: the place ends; 1 other person is waiting." in page
        assert "Winter 2026: is given back." in page
        assert "Keep the places on courses" in page

    def test_of_an_instructor_lists_the_days(self, academy, admin):
        page = words(admin.get(f"/admin/people/{academy.teacher.user_id}/access"))
        assert f"Teaches {DAY}" in page

    @pytest.mark.parametrize(
        ("typed", "state"),
        [({}, EnrolmentState.cancelled), ({"keeps_places": "yes"}, EnrolmentState.confirmed)],
    )
    def test_gives_the_course_places_back_unless_told(self, database, academy, admin, typed, state):
        answer = admin.post(
            f"/admin/people/{academy.leila.user_id}/close", data={"reason": "Asked", **typed}
        )
        assert answer.status_code == 303
        work(database)
        assert states(database, academy) == ENDED
        with database.read() as db:
            assert db.get_one(Enrolment, academy.enrolment).state is state

    def test_a_closed_one_lists_nothing(self, database, academy, admin):
        admin.post(f"/admin/people/{academy.leila.user_id}/close", data={"reason": "Asked"})
        page = words(admin.get(f"/admin/people/{academy.leila.user_id}/access"))
        assert "do not come back by themselves" in page


def test_the_page_of_roles_lists_what_each_role_holds(academy, admin):
    page = words(admin.get(f"/admin/people/{academy.leila.user_id}/roles"))
    assert "If the role “student” is taken away, this ends:" in page
    assert DAY in page
    page = words(admin.get(f"/admin/people/{academy.teacher.user_id}/roles"))
    assert "If the role “instructor” is taken away, this ends:" in page


def test_an_unbound_list_is_no_empty_promise(database, academy, monkeypatch):
    monkeypatch.setattr("app.accounts.loss_preview._readers", [])
    with pytest.raises(RuntimeError, match="bind"), database.read() as db:
        held_by(db, Loss((academy.leila.user_id,)), now=NOW)


class TestLeftovers:
    @pytest.fixture
    def left(self, database, academy):
        """Leftovers of the earlier version, which announced no event."""
        with database.write() as db:
            db.execute(
                update(Enrolment)
                .where(Enrolment.id == academy.enrolment)
                .values(state=EnrolmentState.cancelled)
            )
            db.execute(update(IntakeRow).where(IntakeRow.id == academy.intake).values(taken=0))

    def test_are_listed_and_ended_with_one_press(self, database, academy, admin, left):
        assert "1 person holds something without a right to it" in words(admin.get("/home"))
        page = words(admin.get("/admin/leftovers"))
        assert page.count("Leila") >= 2
        assert "Place on a practical" in page
        answer = admin.post("/admin/leftovers", data={})
        assert answer.status_code == 303
        assert states(database, academy) == ENDED
        with database.read() as db:
            freya = db.scalars(select(Seat).where(Seat.user_id == academy.freya.user_id)).one()
            assert freya.state is SeatState.confirmed
        assert "Nothing is held without a right" in words(admin.get("/admin/leftovers"))
        assert "without a right" not in words(admin.get("/home"))

    def test_are_ended_by_admins_only(self, database, academy, left, as_person):
        before = snapshot(database)
        assert as_person(academy.teacher).post("/admin/leftovers", data={}).status_code == 403
        assert snapshot(database)[:4] == before[:4]
        assert states(database, academy) == KEPT
