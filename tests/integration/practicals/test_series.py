"""Repeating a day: the preview, and saving all its days or none."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.kit.actor import Actor
from app.kit.errors import Forbidden
from app.kit.ids import PracticalId
from app.outbox.models import OutboxEvent
from app.practicals import service
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.forms import forms_of
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import STARTS, a_practical, a_ready_student

WEEK = timedelta(weeks=1)
HOURS = timedelta(hours=7)
A_WEEK_LATER = {"starts_at": STARTS + WEEK, "ends_at": STARTS + WEEK + HOURS}
EVERY_TUESDAY = {"weekday": "1", "every": "1"}


@pytest.fixture
def browser(admin, as_person):
    return as_person(admin)


@pytest.fixture
def day(database, teacher: Actor) -> PracticalId:
    with database.write() as db:
        return a_practical(db, instructors=(teacher,), room="Room 7", note="Bring keys")


def address(day: PracticalId) -> str:
    return f"/admin/practicals/{day}/repeat"


def sent_by(response) -> dict[str, list[str]]:
    """Return what the form of the preview would send."""
    form = forms_of(response.text)[-1]
    fields: dict[str, list[str]] = {}
    for field in form.fields:
        if field.is_sent and field.value != "" and field.name != "step":
            fields.setdefault(field.name, []).append(field.value)
    return fields


def previewed(browser, day: PracticalId, **typed: str) -> dict[str, list[str]]:
    return sent_by(browser.post(address(day), data=typed))


def saved(browser, practical: PracticalId, fields: dict[str, list[str]], **changes):
    return browser.post(address(practical), data={**fields, "step": "save", **changes})


def rows(database) -> list[PracticalRow]:
    with database.read() as db:
        return list(db.scalars(select(PracticalRow).order_by(PracticalRow.starts_at)))


def acts(database) -> list[AuditEvent]:
    act = AuditEvent.action == "practicals.published_in_series"
    with database.read() as db:
        return list(db.scalars(select(AuditEvent).where(act).order_by(AuditEvent.id)))


def mails(database, template: str) -> list[dict]:
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    return [payload for payload in payloads if payload.get("template") == template]


def test_a_day_is_repeated_on_the_same_weekday(browser, database, day, teacher):
    fields = previewed(browser, day, **EVERY_TUESDAY, number="12")
    assert len(fields["day"]) == 12
    answer = saved(browser, day, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/practicals")
    assert "12 days are published." in words(browser.get("/admin/practicals"))
    source, *series = rows(database)
    assert {practical.status for practical in series} == {PracticalStatus.published}
    assert {(row.room, row.capacity, row.note, row.title) for row in series} == {
        (source.room, source.capacity, "Bring keys", source.title)
    }
    # London is at UTC in all these weeks, so that the local time is kept.
    assert [row.starts_at for row in series] == [STARTS + n * WEEK for n in range(1, 13)]
    with database.read() as db:
        taught = db.scalars(select(PracticalInstructor.user_id)).all()
    assert taught == [teacher.user_id] * 13
    assert len(acts(database)) == 12


def test_the_time_of_the_clock_stays_when_the_clocks_change(browser, database, day):
    fields = previewed(browser, day, dates="30 March 2027")
    assert saved(browser, day, fields).status_code == 303
    assert rows(database)[-1].starts_at == datetime(2027, 3, 30, 8, tzinfo=UTC)
    assert STARTS.hour == 9


def test_each_act_names_the_series(browser, database, day):
    saved(browser, day, previewed(browser, day, **EVERY_TUESDAY, number="2"))
    newest = rows(database)[-1]
    page = words(browser.get(f"/admin/practicals/{newest.id}"))
    assert "planned and published" in page
    assert "2 days, from 22 December 2026 to 29 December 2026" in page


def test_an_instructor_gets_one_mail_with_an_invite_for_each_day(browser, database, day, teacher):
    fields = previewed(browser, day, **EVERY_TUESDAY, number="3")
    saved(browser, day, fields)
    (mail,) = mails(database, "practicals/teaching-series")
    assert mail["to"] == teacher.email
    assert len(mail["calendar"]) == 3
    assert not mails(database, "practicals/teaching-assigned")


def test_a_bank_holiday_and_a_clash_are_marked_and_left_out(browser, database, day):
    with database.write() as db:
        a_practical(
            db,
            title="Scalp day",
            room="room 7",
            starts_at=STARTS + WEEK,
            ends_at=STARTS + WEEK + HOURS,
        )
    page = browser.post(
        address(day), data={"dates": "22 December 2026\n25 December 2026\n5 Jan 2027"}
    )
    assert "Christmas Day" in words(page)
    assert "room 7 is also used by Scalp day" in words(page)
    assert sent_by(page)["day"] == ["2027-01-05"]


def test_a_marked_day_that_is_ticked_is_saved_all_the_same(browser, database, day):
    with database.write() as db:
        a_practical(db, room="Room 7", **A_WEEK_LATER)
    fields = previewed(browser, day, dates="22 December 2026")
    assert len(fields["seen"]) == 1
    assert saved(browser, day, fields, day=["2026-12-22"]).status_code == 303
    assert len(rows(database)) == 3


def test_a_clash_that_was_not_shown_is_shown_first(browser, database, day):
    fields = previewed(browser, day, **EVERY_TUESDAY, number="2")
    with database.write() as db:
        a_practical(
            db,
            title="New day",
            room="Room 7",
            starts_at=STARTS + WEEK,
            ends_at=STARTS + WEEK + HOURS,
        )
    answer = saved(browser, day, fields)
    assert answer.status_code == 409
    assert "Nothing is planned yet." in words(answer)
    assert "New day" in words(answer)
    assert len(rows(database)) == 2
    assert saved(browser, day, sent_by(answer)).status_code == 303
    assert len(rows(database)) == 4


def test_another_instructor_teaches_where_the_usual_one_cannot(
    browser, database, day, teacher, ines
):
    with database.write() as db:
        a_practical(
            db,
            instructors=(teacher,),
            room="Room 9",
            kind_key="scalp-day",
            **A_WEEK_LATER,
        )
    fields = previewed(browser, day, **EVERY_TUESDAY, number="2")
    assert fields["day"] == ["2026-12-29"]
    swap = f"2026-12-22/{teacher.user_id}/{ines.user_id}"
    page = browser.post(
        address(day), data={**fields, "teaches": swap, "day": ["2026-12-22", "2026-12-29"]}
    )
    again = sent_by(page)
    assert "seen" not in again
    assert again["teaches"] == [swap]
    assert saved(browser, day, again).status_code == 303
    with database.read() as db:
        taught = (
            db.execute(
                select(PracticalInstructor.user_id)
                .join(PracticalRow)
                .where(PracticalRow.room == "Room 7")
                .order_by(PracticalRow.starts_at)
            )
            .scalars()
            .all()
        )
    assert taught == [teacher.user_id, ines.user_id, teacher.user_id]


def test_wrong_lines_are_named_and_left_out_by_choice(browser, database, day):
    pasted = "22/12/26\nsoon\n\n31 April 2027\nMonday 29 December 2026\n5 Jan 2027;"
    page = browser.post(address(day), data={"dates": pasted})
    said = words(page)
    for line in (
        "Line 2, “soon”: Enter a date",
        "Line 4, “31 April 2027”: There is no such day.",
        "Line 5, “Monday 29 December 2026”: That day is Tuesday 29 December 2026.",
    ):
        assert line in said
    fields = sent_by(page)
    assert fields["day"] == ["2026-12-22", "2027-01-05"]
    refused = saved(browser, day, fields)
    assert refused.status_code == 422
    assert "Tick the box to go on without these lines" in words(refused)
    assert len(rows(database)) == 1
    assert saved(browser, day, fields, leave_out="yes").status_code == 303
    assert len(rows(database)) == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Enter how many days, or the last day, or paste a list."),
        ({"until": "16 December 2026"}, "No such weekday lies between"),
        ({"until": "16 December 2036"}, "Plan at most 60 days at once."),
        ({"dates": "soon"}, "No line is a date."),
        ({"number": "61"}, "Enter 60 or less."),
        ({"number": "2", "teaches": "x"}, "Choose one of the given answers."),
    ],
)
def test_a_repetition_that_means_no_days_is_refused(browser, database, day, typed, said):
    answer = browser.post(address(day), data=EVERY_TUESDAY | typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert len(rows(database)) == 1


def test_a_past_day_and_one_without_a_tick_are_not_saved(browser, database, day):
    fields = previewed(browser, day, dates="24 November 2026\n22 December 2026")
    assert fields["day"] == ["2026-12-22"]
    past = saved(browser, day, fields, day=["2026-11-24", "2026-12-22"])
    assert past.status_code == 409
    assert "Choose a day and start in the future." in words(past)
    none = saved(browser, day, {**fields, "day": []})
    assert none.status_code == 422
    assert "Tick at least one day." in words(none)
    assert len(rows(database)) == 1


def test_the_same_form_sent_twice_makes_the_days_once(browser, database, day):
    fields = previewed(browser, day, **EVERY_TUESDAY, number="2")
    for _ in range(2):
        assert saved(browser, day, fields).status_code == 303
    assert len(rows(database)) == 3
    other_form = {**fields, "idempotency_key": ["another"]}
    assert saved(browser, day, other_form).status_code == 409
    assert len(rows(database)) == 3


def test_the_draft_that_is_repeated_is_published_too(browser, database, teacher):
    with database.write() as db:
        draft = a_practical(db, instructors=(teacher,), status=PracticalStatus.draft)
    fields = previewed(browser, draft, **EVERY_TUESDAY, number="1")
    assert fields["publish_source"] == ["yes"]
    assert saved(browser, draft, fields).status_code == 303
    assert [row.status for row in rows(database)] == [PracticalStatus.published] * 2


def test_a_draft_without_an_instructor_needs_one_on_each_day(browser, database, ines):
    with database.write() as db:
        draft = a_practical(db, status=PracticalStatus.draft)
    page = browser.post(address(draft), data=EVERY_TUESDAY | {"number": "1"})
    assert "Nobody teaches this day." in words(page)
    swap = f"2026-12-22//{ines.user_id}"
    fields = sent_by(
        browser.post(address(draft), data=EVERY_TUESDAY | {"number": "1", "teaches": swap})
    )
    fields.pop("publish_source")
    assert saved(browser, draft, fields).status_code == 303
    assert len(rows(database)) == 2


def test_students_who_had_no_day_are_told_of_the_first_one(browser, database, teacher):
    with database.write() as db:
        draft = a_practical(db, instructors=(teacher,), status=PracticalStatus.draft)
        a_ready_student(db, "Ann")
    fields = previewed(browser, draft, **EVERY_TUESDAY, number="3")
    fields.pop("publish_source")
    saved(browser, draft, fields)
    (mail,) = mails(database, "practicals/first-day")
    assert "2026-12-22" in str(mail)


def test_more_places_than_the_ratio_need_a_reason(browser, database, teacher):
    with database.write() as db:
        day = a_practical(db, instructors=(teacher,), capacity=6)
    page = browser.post(address(day), data=EVERY_TUESDAY | {"number": "1"})
    assert "at most 4 places" in words(page)
    assert "day" not in sent_by(page)
    reason = {"over_ratio_reason": "Two helpers"}
    fields = previewed(browser, day, **EVERY_TUESDAY, number="1", **reason)
    assert saved(browser, day, fields).status_code == 303
    assert [act.reason for act in acts(database)] == ["Two helpers"]


def test_statements_do_not_grow_with_the_days(browser, database, day):
    def statements(number: int) -> tuple[int, int]:
        typed = EVERY_TUESDAY | {"number": str(number), "every": str(number)}
        preview = browser.post(address(day), data=typed)
        save = saved(browser, day, sent_by(preview))
        assert save.status_code == 303
        return statements_of(preview), statements_of(save)

    few, many = statements(2), statements(13)
    assert many[0] <= few[0]
    assert many[1] <= few[1] + 2


def test_only_admins_repeat_days(database, day, teacher, as_person):
    with pytest.raises(Forbidden), database.write() as db:
        service.publish_series(db, teacher, day, (), now=NOW)
    assert as_person(teacher).get(address(day)).status_code == 403
    with database.read() as db:
        assert db.scalar(select(func.count(PracticalRow.id))) == 1


def test_the_form_is_filled_in_again(browser, database, day):
    back = browser.post(address(day), data={"weekday": "4", "number": "3", "step": "back"})
    assert back.status_code == 200
    form = forms_of(back.text)[-1]
    assert {"number": "3"}.items() <= {field.name: field.value for field in form.fields}.items()
    with database.write() as db:
        a_user(db, "Nobody")
