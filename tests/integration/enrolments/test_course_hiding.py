"""An admin hides a course and brings it back."""

from datetime import timedelta
from threading import Thread

import pytest
from lxml import html
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.courses.models import CourseHead
from app.db.database import Database
from app.enquiries.models import Enquiry
from app.enrolments import course_hiding, decisions, intake_changes, service
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.errors import CourseHidingRefused, EnrolmentRefused, IntakeInvalid
from app.enrolments.models import IntakeRow
from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Forbidden, NotFound
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.enrolments import an_enrolment, some_fields
from tests.make.learning import a_learner_place, a_published_course
from tests.make.lock_waits import until_waiting
from tests.make.pages import words
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import a_practical
from tests.make.versions import intake_version

KEY, REASON = "small-course", "We rewrite it"
PAST, COMING = NOW - timedelta(days=1), NOW + timedelta(days=9)


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database):
    with database.write() as db:
        return a_user(db, "Olga Office", roles=("admin",))


def hide(database, actor, key=KEY):
    with database.write() as db:
        course_hiding.hide_course(db, actor, key, reason=REASON, now=NOW)


def show(database, actor, key=KEY):
    with database.write() as db:
        course_hiding.show_course(db, actor, key, reason="It is ready", now=NOW)


def state(database) -> tuple[bool, int]:
    """Whether the course is hidden, and how many acts were recorded of it."""
    with database.read() as db:
        hidden_at = db.scalar(select(CourseHead.hidden_at))
        acts = select(func.count()).where(
            AuditEvent.action.in_(("courses.hidden", "courses.shown"))
        )
        return hidden_at is not None, db.scalar(acts)


def acts(database) -> list[tuple[str, str]]:
    with database.read() as db:
        rows = db.execute(
            select(AuditEvent.action, AuditEvent.reason, AuditEvent.details)
            .where(AuditEvent.action.in_(("courses.hidden", "courses.shown")))
            .order_by(AuditEvent.id)
        ).all()
    assert all(row.details["course"] == KEY for row in rows)
    return [(row.action, row.reason) for row in rows]


def test_hiding_and_showing_are_recorded_with_their_reasons(database, published, office):
    hide(database, office)
    assert state(database) == (True, 1)
    show(database, office)
    assert state(database) == (False, 2)
    assert acts(database) == [("courses.hidden", REASON), ("courses.shown", "It is ready")]


@pytest.mark.parametrize("act", [hide, show])
@pytest.mark.parametrize("role", ["student", "instructor"])
def test_only_admins_hide_and_show(database, published, act, role):
    with database.write() as db:
        person = a_user(db, roles=(role,))
    with pytest.raises(Forbidden):
        act(database, person)
    assert state(database) == (False, 0)


@pytest.mark.parametrize("act", [hide, show])
def test_a_course_that_is_not_there(database, published, office, act):
    with pytest.raises(NotFound):
        act(database, office, "no-such-course")


def test_a_second_time_is_refused_with_the_reason(database, published, office):
    with pytest.raises(CourseHidingRefused) as refused:
        show(database, office)
    assert refused.value.reason == EnrolmentsReason.shown_already
    assert state(database) == (False, 0)
    hide(database, office)
    with pytest.raises(CourseHidingRefused) as refused:
        hide(database, office)
    assert refused.value.reason == EnrolmentsReason.hidden_already
    assert state(database) == (True, 1)


@pytest.mark.parametrize("opens_at", [PAST, NOW + timedelta(days=3)])
def test_it_is_not_hidden_while_an_intake_takes_requests_or_will(
    database, published, office, opens_at
):
    with database.write() as db:
        an_intake(db, opens_at=opens_at, closes_at=COMING)
    with pytest.raises(CourseHidingRefused) as refused:
        hide(database, office)
    assert refused.value.reason == EnrolmentsReason.intake_takes_requests
    assert state(database) == (False, 0)


def test_nothing_begins_anew_on_a_hidden_course(database, published, office):
    with database.write() as db:
        draft = an_intake(db, "small-course", status=IntakeStatus.draft)
        closed = an_intake(db, "small-course", opens_at=NOW - timedelta(days=9), closes_at=PAST)
    hide(database, office)
    with database.write() as db, pytest.raises(IntakeInvalid) as invalid:
        service.make_intake(db, office, KEY, fields=some_fields(), now=NOW)
    assert invalid.value.fields == {"course_key": EnrolmentsReason.course_hidden.refusal.words}
    with pytest.raises(EnrolmentRefused) as refused, database.write() as db:
        service.open_intake(db, office, draft, now=NOW)
    assert refused.value.reason == EnrolmentsReason.course_hidden
    with pytest.raises(EnrolmentRefused) as refused, database.write() as db:
        intake_changes.change_intake(
            db,
            office,
            closed,
            fields=some_fields(closes_at=COMING),
            reason=None,
            expected_version=intake_version(db, closed),
            now=NOW,
        )
    assert refused.value.reason == EnrolmentsReason.course_hidden
    with database.read() as db:
        rows = {row.id: (row.status, row.closes_at) for row in db.scalars(select(IntakeRow))}
    assert len(rows) == 2
    assert rows[draft][0] is IntakeStatus.draft
    assert rows[closed][1] == PAST


def test_the_office_still_decides_about_who_asked_before(database, published, office):
    with database.write() as db:
        closed = an_intake(db, "small-course", opens_at=NOW - timedelta(days=9), closes_at=PAST)
        request = an_enrolment(db, closed, a_user(db, "Ann Ames"))
    hide(database, office)
    with database.write() as db:
        decisions.confirm_request(db, office, request, now=NOW)
    show(database, office)
    assert state(database) == (False, 2)


PUBLIC = ["/", "/courses", "/dates", "/enquiry", "/sitemap.xml", "/api/v1/courses"]


def test_visitors_find_it_nowhere_until_it_is_shown_again(client, database, published, office):
    with database.write() as db:
        a_practical(db, revision_id=published.revision_id)
    title = published.course.title
    before = {
        path: (title in client.get(path).text, KEY in client.get(path).text) for path in PUBLIC
    }
    assert all(any(named) for named in before.values()), before
    hide(database, office)
    hidden = {path: client.get(path) for path in PUBLIC}
    assert all(page.status_code == 200 for page in hidden.values())
    assert [path for path, page in hidden.items() if title in page.text or KEY in page.text] == []
    show(database, office)
    after = {
        path: (title in client.get(path).text, KEY in client.get(path).text) for path in PUBLIC
    }
    assert after == before


def test_its_public_page_says_kindly_that_it_is_not_offered(client, database, published, office):
    assert '<script type="application/ld+json"' in client.get(f"/courses/{KEY}").text
    hide(database, office)
    page = client.get(f"/courses/{KEY}")
    assert page.status_code == 404
    assert "This course is not offered at present" in words(page)
    assert 'name="robots" content="noindex' in page.text
    assert "application/ld+json" not in page.text
    assert client.get("/courses/no-such-course").status_code == 404


def test_the_people_on_it_and_staff_still_read_its_page(as_person, database, published, office):
    with database.write() as db:
        student, stranger = a_user(db, "Sam Student"), a_user(db, "Sue Stranger")
        a_learner_place(db, student, published, now=NOW - timedelta(days=90))
    hide(database, office)
    assert as_person(stranger).get(f"/courses/{KEY}").status_code == 404
    for person in (student, office):
        page = as_person(person).get(f"/courses/{KEY}")
        assert page.status_code == 200
        assert "This course is hidden" in words(page)
        assert 'name="robots" content="noindex' in page.text
    browser = as_person(student)
    assert browser.get(f"/learn/{KEY}").status_code == 200
    assert browser.get(f"/learn/{KEY}/lessons/skin-layers").status_code == 200
    done = browser.post(f"/learn/{KEY}/lessons/skin-layers/done")
    assert done.status_code == 303


def test_the_page_of_an_old_intake_is_gone_for_strangers(as_person, database, published, office):
    with database.write() as db:
        person, stranger = a_user(db, "Sam Student"), a_user(db, "Sue Stranger")
        closed = an_intake(db, "small-course", opens_at=NOW - timedelta(days=9), closes_at=PAST)
        an_enrolment(db, closed, person, EnrolmentState.confirmed, published=published)
    address = f"/courses/{KEY}/reserve/{closed}"
    assert as_person(stranger).get(address).status_code == 200
    hide(database, office)
    assert as_person(stranger).get(address).status_code == 404
    assert as_person(person).get(address).status_code == 200


@pytest.mark.parametrize("state", EnrolmentState)
def test_who_asked_for_a_place_is_led_nowhere_in_vain(
    as_person, database, published, office, state
):
    with database.write() as db:
        person = a_user(db, "Ann Applicant")
        closed = an_intake(db, KEY, opens_at=NOW - timedelta(days=9), closes_at=PAST)
        an_enrolment(db, closed, person, state, published=published)
    hide(database, office)
    browser = as_person(person)
    pages = {path: browser.get(path) for path in ("/home", "/enrolments", "/dates")}
    links = {
        link.partition("#")[0]
        for page in pages.values()
        for link in html.fromstring(page.text).xpath("//main//a/@href")
        if link.startswith("/")
    }
    assert "/courses" in {link[:8] for link in links}
    followed = {link: browser.get(link).status_code for link in links}
    assert {link for link, status in followed.items() if status >= 400} == set()


def test_its_practical_days_are_gone_for_strangers(as_person, database, published, office):
    with database.write() as db:
        student, applicant = a_user(db, "Sam Student"), a_user(db, "Ann Applicant")
        stranger = a_user(db, "Sue Stranger")
        a_learner_place(db, student, published, now=NOW - timedelta(days=90))
        closed = an_intake(db, KEY, opens_at=NOW - timedelta(days=9), closes_at=PAST)
        an_enrolment(db, closed, applicant, EnrolmentState.requested)
        day = a_practical(db, revision_id=published.revision_id, title="Zebra day")
    lists = ("/practicals", "/api/v1/practicals")
    listed = [as_person(stranger).get(path) for path in lists]
    assert ["Zebra day" in page.text for page in listed] == [True, True]
    hide(database, office)
    for person, is_listed, status in (
        *((student, True, 200), (applicant, False, 200)),
        (stranger, False, 404),
    ):
        browser = as_person(person)
        listed = [browser.get(path) for path in lists]
        assert [page.status_code for page in listed] == [200, 200]
        assert ["Zebra day" in page.text for page in listed] == [is_listed] * 2
        assert [browser.get(f"{path}/{day}").status_code for path in lists] == [status] * 2


def test_an_enquiry_names_no_hidden_course(client, database, published, office):
    hide(database, office)
    form = {
        "name": "Val Visitor",
        "email": "val@example.org",
        "topic": "course",
        "course_key": KEY,
        "message": "When does it come back?",
    }
    page = client.get(f"/enquiry?topic=course&course={KEY}")
    assert published.course.title not in page.text
    client.post("/enquiry", data=form)
    with database.read() as db:
        assert set(db.scalars(select(Enquiry.course_key))) <= {None}


def test_the_office_hides_and_shows_it_by_page(as_person, database, published, office):
    browser = as_person(office)
    ask = browser.get(f"/admin/courses/{KEY}/hide")
    assert ask.status_code == 200
    assert statements_of(ask) <= 6
    without = browser.post(f"/admin/courses/{KEY}/hide", data={"reason": ""})
    assert without.status_code == 422
    assert "Enter the reason" in words(without)
    assert state(database) == (False, 0)
    done = browser.post(f"/admin/courses/{KEY}/hide", data={"reason": REASON})
    assert done.status_code == 303
    assert state(database) == (True, 1)
    listed = words(browser.get("/admin/courses"))
    assert "Hidden" in listed
    again = browser.post(f"/admin/courses/{KEY}/hide", data={"reason": REASON})
    assert again.status_code == 409
    assert "This course is hidden already." in words(again)
    assert browser.get(f"/admin/courses/{KEY}/hide").status_code == 200
    assert browser.post(f"/admin/courses/{KEY}/show", data={"reason": "Ready"}).status_code == 303
    assert state(database) == (False, 2)


def test_the_page_names_the_intakes_that_keep_it(as_person, database, published, office):
    with database.write() as db:
        intake = an_intake(db, title="October round", closes_at=COMING)
    browser = as_person(office)
    page = browser.get(f"/admin/courses/{KEY}/hide")
    assert "October round" in words(page)
    assert f"/admin/intakes/{intake}" in page.text
    assert f'action="/admin/courses/{KEY}/hide"' not in page.text
    refused = browser.post(f"/admin/courses/{KEY}/hide", data={"reason": REASON})
    assert refused.status_code == 409
    assert "An intake of this course takes requests now, or will." in words(refused)
    assert state(database) == (False, 0)


def opened_while_hidden(database, office, draft, lock, *, waits) -> tuple[bool, bool]:
    """Open an intake in one transaction, hide its course in another before the first has committed, and
    return whether the course is hidden and the intake is open then. `lock` is what opening does first,
    and `waits` whether hiding waits for it."""
    own = Database(database.url.render_as_string(hide_password=False))
    refused: list[Exception] = []

    def hide_it() -> None:
        try:
            hide(own, office)
        except CourseHidingRefused as error:
            refused.append(error)
        finally:
            own.close()

    with database.write() as db:
        lock(db, office, draft)
        other = Thread(target=hide_it)
        other.start()
        if waits:
            until_waiting(database, 1, other)
        else:
            other.join(SECONDS)
    other.join(SECONDS)
    with database.read() as db:
        is_open = db.scalar(select(IntakeRow.status)) is IntakeStatus.open
    return state(database)[0], is_open


def test_hiding_waits_for_an_intake_that_is_being_opened(database, published, office):
    with database.write() as db:
        draft = an_intake(db, "small-course", status=IntakeStatus.draft)

    def lock(db, actor, intake_id):
        service.open_intake(db, actor, intake_id, now=NOW)

    assert opened_while_hidden(database, office, draft, lock, waits=True) == (False, True)


def test_without_the_lock_both_would_happen(database, published, office):
    """The negative control: an intake that is opened without looking at its course. On SQLite the one writer
    is a lock as well."""
    with database.write() as db:
        draft = an_intake(db, "small-course", status=IntakeStatus.draft)

    def no_lock(db, actor, intake_id):
        db.get_one(IntakeRow, intake_id).status = IntakeStatus.open
        db.flush()

    both = (True, True)
    refused = (False, True)
    result = opened_while_hidden(database, office, draft, no_lock, waits=database.is_sqlite)
    assert result == (refused if database.is_sqlite else both)
