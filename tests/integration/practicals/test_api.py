"""The JSON routes answer with the same rules and the same reasons as the pages."""

import pytest
from sqlalchemy import func, select

from app.kit.ids import new_uuid
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import Seat, WaitingEntry
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat

LIST = "/api/v1/practicals"


@pytest.fixture
def ann(database):
    with database.write() as db:
        return a_ready_student(db, "Ann")


@pytest.fixture
def day(database):
    with database.write() as db:
        return a_practical(db, capacity=1)


def test_the_way_of_a_booking(ann, day, as_person):
    browser = as_person(ann)
    listed = browser.get(LIST).json()
    assert (listed["total"], listed["page"], listed["pages"], listed["own"]) == (1, 1, 1, [])
    (shown,) = listed["practicals"]
    assert shown == browser.get(f"{LIST}/{day}").json()
    assert (shown["places_left"], shown["booked"], shown["unmet"]) == (1, False, [])
    booked = browser.post(f"{LIST}/{day}/bookings")
    assert booked.status_code == 201
    assert set(booked.json()) == {"seat_id"}
    listed = browser.get(LIST).json()
    assert (listed["practicals"], listed["own"][0]["booked"]) == ([], True)
    again = browser.post(f"{LIST}/{day}/bookings")
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["reason"] == "already_booked"
    assert browser.delete(f"{LIST}/{day}/bookings/mine").status_code == 204
    gone = browser.delete(f"{LIST}/{day}/bookings/mine")
    assert (gone.status_code, gone.json()["reason"]) == (409, "no_seat")


def test_waiting(database, ann, day, as_person):
    browser = as_person(ann)
    early = browser.post(f"{LIST}/{day}/waiting")
    assert (early.status_code, early.json()["reason"]) == (409, "place_free")
    with database.write() as db:
        a_seat(db, day, a_ready_student(db, "Ben").user_id)
    first = browser.post(f"{LIST}/{day}/waiting", headers={"idempotency-key": "w"})
    second = browser.post(f"{LIST}/{day}/waiting", headers={"idempotency-key": "w"})
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert browser.get(f"{LIST}/{day}").json()["position"] == 1
    assert browser.delete(f"{LIST}/{day}/waiting/mine").status_code == 204
    assert browser.delete(f"{LIST}/{day}/waiting/mine").json()["reason"] == "not_waiting"


def test_the_same_key_books_once_r_073(database, ann, day, as_person):
    """R-073: one effect and one answer; the key is bound to what it was sent for."""
    browser = as_person(ann)
    with database.write() as db:
        other = a_practical(db)
    headers = {"idempotency-key": "k"}
    first, second = (browser.post(f"{LIST}/{day}/bookings", headers=headers) for _ in range(2))
    assert first.json() == second.json()
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Seat)) == 1
    assert browser.post(f"{LIST}/{other}/bookings", headers=headers).status_code == 422


def test_refusals_give_every_reason(database, day, as_person):
    with database.write() as db:
        nina = a_ready_student(db, "Nina", without=("needles",), certificate_name=None)
    browser = as_person(nina)
    shown = browser.get(f"{LIST}/{day}").json()
    assert [unmet["reason"] for unmet in shown["unmet"]] == ["modules", "profile"]
    assert all(unmet["sentence"] and unmet["remedy"] for unmet in shown["unmet"])
    assert browser.post(f"{LIST}/{day}/bookings").json()["reason"] == "modules"


def test_what_may_not_be_seen_is_not_found(database, ann, as_person):
    with database.write() as db:
        draft = a_practical(db, status=PracticalStatus.draft)
        teacher = a_user(db, "Ira", roles=("instructor",))
    browser = as_person(ann)
    for practical_id in (draft, new_uuid()):
        assert browser.get(f"{LIST}/{practical_id}").status_code == 404
        assert browser.post(f"{LIST}/{practical_id}/bookings").status_code == 404
    assert browser.get(f"{LIST}?month=13").status_code == 422
    assert as_person(teacher).get(LIST).status_code == 403


@pytest.mark.parametrize("act", ["bookings", "waiting"])
def test_an_old_key_is_refused_when_what_it_did_does_not_stand(database, as_person, act):
    """N1: repeating the first answer would report a success that is no longer true."""
    with database.write() as db:
        ann = a_ready_student(db, "Ann Able")
        practical_id = a_practical(db, capacity=1)
        if act == "waiting":
            a_seat(db, practical_id, a_ready_student(db, "Ben Bold").user_id)
    browser, path = as_person(ann), f"{LIST}/{practical_id}/{act}"
    headers = {"idempotency-key": "k"}
    first = browser.post(path, headers=headers)
    assert first.status_code == 201
    assert browser.post(path, headers=headers).json() == first.json()
    assert browser.delete(f"{path}/mine").status_code == 204
    with database.read() as db:
        before = db.scalars(select(Seat.state)).all(), db.scalars(select(WaitingEntry.state)).all()
    again = browser.post(path, headers=headers)
    assert (again.status_code, again.json()["reason"]) == (409, "superseded")
    with database.read() as db:
        after = db.scalars(select(Seat.state)).all(), db.scalars(select(WaitingEntry.state)).all()
    assert after == before
    assert browser.post(path, headers={"idempotency-key": "another"}).status_code == 201
