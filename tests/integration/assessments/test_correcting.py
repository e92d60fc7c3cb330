"""An admin can give the corrected checklist to each day that was planned before the correction."""

from datetime import timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.assessments import service
from app.assessments.errors import CorrectionRefused
from app.assessments.models import Assessment
from app.assessments.queries.outdated import correction_page, outdated_days
from app.assessments.service.correcting import take_corrected_checklist
from app.audit.models import AuditEvent
from app.courses import queries as courses
from app.home.attention_list import attention_items
from app.kit.errors import Forbidden, NotFound
from app.mail_kinds import KINDS
from app.notices.models import Notice
from app.practicals.models import PracticalRow, PracticalStatus, Seat
from tests.integration.assessments.test_pass_rule_pages import strict_course
from tests.make import NOW
from tests.make.assessments import a_day, an_assessment
from tests.make.courses import changed_course
from tests.make.learning import a_published_course
from tests.make.lock_waits import until_waiting
from tests.make.pages import words
from tests.make.patience import SECONDS
from tests.make.people import a_user

LONDON = ZoneInfo("Europe/London")
CORRECTED = strict_course()
WITH_PROOF = changed_course(
    {"practicals/practice-day.yaml": ("bring:", "basic_life_support: true\nbring:")}
)


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def day(database):
    """A day that was planned before the course was corrected."""
    with database.write() as db:
        planned = a_day(db)
        a_published_course(db, CORRECTED)
        return planned


def take(database, admin, day, *, now=NOW, revision_id=None):
    with database.write() as db:
        head = courses.current(db, "small-course").revision_id
        take_corrected_checklist(
            db, admin, day.practical_id, expected_revision_id=revision_id or head, now=now
        )


def pinned(database, day):
    with database.read() as db:
        return db.get_one(PracticalRow, day.practical_id).revision_id


def acts(database):
    with database.read() as db:
        return db.scalars(
            select(AuditEvent.action).where(AuditEvent.action.like("%checklist_corrected"))
        ).all()


def test_the_office_sees_what_changes_and_takes_it_for_one_day(database, admin, day, as_person):
    office = as_person(admin)
    assert "/admin/checklists" in office.get("/home").text
    listed = words(office.get("/admin/checklists"))
    assert "Planned with revision 1, current is 2" in listed
    address = f"/admin/checklists/{day.practical_id}"
    page = office.get(address)
    text = words(page)
    assert "Competent now needs: No prompt on critical steps." in text
    assert "Now to be done unaided: Confirms who the model is." in text
    with database.read() as db:
        head = courses.current(db, "small-course").revision_id
    assert str(head) in page.text
    done = office.post(address, data={"revision": str(head)})
    assert done.headers["location"] == "/admin/checklists"
    assert pinned(database, day) == head
    assert acts(database) == ["practicals.checklist_corrected"]
    with database.read() as db:
        (notice,) = db.scalars(select(Notice).where(Notice.person_id == day.instructor.user_id))
        assert db.scalar(select(func.count()).select_from(Seat)) == 1
    assert notice.template == "practicals/teaching-corrected"
    changes = KINDS.filling_of(notice.template, notice.details)["changes"]
    assert "No prompt on critical steps." in " ".join(map(str, changes))
    assert "Every day has the current checklist" in words(office.get("/admin/checklists"))
    with database.write() as db:
        begun = an_assessment(db, day)
        assert db.get_one(Assessment, begun).revision_id == head


def test_people_who_lack_the_new_requirements_keep_their_places_and_are_listed(
    database, admin, as_person
):
    with database.write() as db:
        day = a_day(db)
        a_published_course(db, WITH_PROOF)
    with database.read() as db:
        page = correction_page(db, admin, day.practical_id, now=NOW)
    assert [person.name for person in page.lacking] == ["Sam Student"]
    assert "The office has not seen a proof" in str(page.lacking[0].said)
    shown = words(as_person(admin).get(f"/admin/checklists/{day.practical_id}"))
    assert str(page.lacking[0].said) in shown
    take(database, admin, day)
    with database.read() as db:
        assert db.scalars(select(Seat.state)).all() == ["confirmed"]


def refused(database, admin, day, reason, **how):
    before = pinned(database, day)
    with pytest.raises(CorrectionRefused) as error:
        take(database, admin, day, **how)
    assert error.value.reason == reason
    assert pinned(database, day) == before
    assert acts(database) == []


def test_a_begun_assessment_keeps_the_checklist_of_its_day(database, admin, day, as_person):
    with database.write() as db:
        an_assessment(db, day)
    refused(database, admin, day, "assessment_begun")
    office = as_person(admin)
    assert "Assessment has begun" in words(office.get("/admin/checklists"))
    page = words(office.get(f"/admin/checklists/{day.practical_id}"))
    assert "it keeps the checklist it began with" in page
    assert "Take the corrected checklist" not in page
    with database.read() as db:
        todo = attention_items(db, admin, zone=LONDON, now=NOW)
    assert not [item for item in todo if item.href == "/admin/checklists"]


def test_a_discarded_sheet_does_not_count_as_begun(database, admin, day):
    with database.write() as db:
        begun = an_assessment(db, day)
    with database.write() as db:
        service.discard_assessment(db, day.instructor, begun, "Opened by mistake", now=NOW)
    take(database, admin, day)
    assert acts(database) == ["practicals.checklist_corrected"]


def test_a_day_that_is_over_or_cancelled_keeps_its_checklist(database, admin, day):
    refused(database, admin, day, "over", now=NOW + timedelta(hours=8))
    with database.write() as db:
        db.get_one(PracticalRow, day.practical_id).status = PracticalStatus.cancelled
    refused(database, admin, day, "over")
    with database.read() as db:
        assert outdated_days(db, now=NOW) == ()


def test_a_course_that_was_published_again_is_read_again_first(database, admin, day):
    with database.read() as db:
        shown = courses.current(db, "small-course").revision_id
    with database.write() as db:
        a_published_course(db, WITH_PROOF)
    refused(database, admin, day, "stale", revision_id=shown)


def test_a_day_with_the_current_checklist_has_nothing_to_take(database, admin, day):
    take(database, admin, day)
    with database.read() as db:
        head = courses.current(db, "small-course").revision_id
    with pytest.raises(CorrectionRefused) as error:
        take(database, admin, day, revision_id=head)
    assert error.value.reason == "nothing_changes"
    with pytest.raises(NotFound), database.read() as db:
        correction_page(db, admin, day.practical_id, now=NOW)


def test_a_change_of_words_elsewhere_lists_no_day(database, admin):
    with database.write() as db:
        a_day(db)
        a_published_course(
            db, changed_course({"course.yaml": ("Name the layers", "Say the layers")})
        )
    with database.read() as db:
        assert outdated_days(db, now=NOW) == ()


def test_only_admins_may(database, day):
    for actor in (day.instructor, day.student):
        with pytest.raises(Forbidden):
            take(database, actor, day)
        with pytest.raises(NotFound), database.read() as db:
            correction_page(db, actor, day.practical_id, now=NOW)
    assert acts(database) == []


def test_an_assessment_that_waits_for_the_correction_begins_with_the_corrected_checklist(
    database, admin, day
):
    """Without reading the day again under the lock, the assessment would pin the revision that it
    read before waiting."""
    begun = []

    def start():
        with database.write() as db:
            begun.append(an_assessment(db, day))

    with database.write() as db:
        head = courses.current(db, "small-course").revision_id
        take_corrected_checklist(db, admin, day.practical_id, expected_revision_id=head, now=NOW)
        waiting = Thread(target=start)
        waiting.start()
        until_waiting(database, 1, waiting)
    waiting.join(SECONDS)
    with database.read() as db:
        assert db.get_one(Assessment, begun[0]).revision_id == head
