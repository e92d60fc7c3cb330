"""The history: acts in sentences, narrowed by filters, for admins only, and its export."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from lxml import html
from sqlalchemy import select, update

from app.accounts.models import User
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange, PersonRef
from app.audit.models import AuditEvent
from app.audit.service import record
from app.enrolments.models import Enrolment
from app.history.queries import HistoryQuery, exported, history_page
from app.history.service import note_export
from app.kit.errors import Forbidden
from app.kit.ids import UserId, new_uuid
from app.kit.leaving import NAME_OF_WHO_LEFT
from app.kit.messages import Money, msg
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.learning import a_published_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, an_intake

HISTORY = "/admin/audit"
DAY = timedelta(days=1)


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def sam(database):
    with database.write() as db:
        return a_ready_student(db, "Sam Student")


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def act(database, actor, action, *, kind="person", subject=None, person=None, at=NOW, **more):
    """Record one act as use-cases do."""
    with database.write() as db:
        record(
            db,
            actor.user_id if actor else None,
            action,
            now=at,
            subject_kind=kind,
            subject_id=subject,
            person_id=person.user_id if person else None,
            **more,
        )


def shown(page, query: str = "") -> str:
    answer = page.get(HISTORY + query)
    assert answer.status_code == 200
    return words(answer)


def test_a_reservation_says_what_was_passed_over_and_why(database, admin, ada, sam):
    with database.write() as db:
        practical_id = a_practical(db, title="Hands-on day")
    rule = msg("These modules come first and are not complete: {modules}.", modules=("One", "Two"))
    act(
        database,
        ada,
        "practicals.reserved",
        kind="practical",
        subject=practical_id,
        person=sam,
        reason="She trained with us in 2024",
        passed_over=[rule],
    )
    for path in (HISTORY, f"/admin/practicals/{practical_id}", f"/admin/people/{sam.user_id}"):
        page = words(admin.get(path))
        assert "Ada Admin reserved a place for Sam Student on Hands-on day, " in page, path
        assert "Passed over: These modules come first and are not complete: One and Two." in page, (
            path
        )
        assert "She trained with us in 2024" in page, path
    assert f'href="/admin/practicals/{practical_id}"' in admin.get(HISTORY).text


def test_old_and_new_values_are_said_in_the_words_of_the_reader(database, admin, ada):
    with database.write() as db:
        teacher = a_user(db, "Ina Instructor", roles=("instructor",))
        intake_id = an_intake(db)
    changes = (
        FieldChange(ChangedField.price, Money(125000), Money(100050)),
        FieldChange(ChangedField.starts_on, NOW.date(), (NOW + DAY).date()),
        FieldChange(ChangedField.instructors, (), (PersonRef(teacher.user_id),)),
        FieldChange(ChangedField.note, "By the stairs", None),
        FieldChange.hidden(ChangedField.phone),
    )
    act(database, ada, "intake.changed", kind="intake", subject=intake_id, changes=changes)
    for path in (HISTORY, f"{HISTORY}?kind=intake&of={intake_id}"):
        page = words(admin.get(path))
        for said in (
            "Price: from £1,250 to £1,000.50",
            "Start date: from Tue 1 Dec 2026 to Wed 2 Dec 2026",
            "Instructors: Ina Instructor",
            "Note: By the stairs was removed",
            "Phone: changed",
        ):
            assert said in page, (path, said)


def test_the_history_of_an_intake_holds_what_happened_to_its_places(database, admin, ada, sam):
    with database.read() as db:
        place = db.scalars(select(Enrolment).where(Enrolment.user_id == sam.user_id)).first()
    act(database, ada, "enrolment.paid", kind="enrolment", subject=place.id, person=sam)
    link = f'href="/admin/enrolments/{place.id}"><bdi>The place of Sam Student</bdi></a>'
    of_intake = f"{HISTORY}?kind=intake&of={place.intake_id}"
    (way,) = html.fromstring(admin.get(f"/admin/intakes/{place.intake_id}").text).xpath(
        "//a[contains(., 'History of this intake')]/@href"
    )
    assert way == of_intake
    assert link in admin.get(of_intake).text
    for path in (of_intake, f"/admin/enrolments/{place.id}"):
        assert "Ada Admin recorded that Sam Student paid for " in words(admin.get(path)), path
    everything = shown(admin, f"?kind=intake&of={place.intake_id}")
    assert "Ada Admin recorded that Sam Student paid for " in everything
    assert "Only what happened to" in everything


def test_the_history_of_a_day_holds_the_attendance_of_its_people(database, admin, ada, sam):
    with database.write() as db:
        practical_id, other = a_practical(db), a_practical(db)
        seat_id = a_seat(db, practical_id, sam.user_id)
    act(database, ada, "practicals.marked_attendance", kind="seat", subject=seat_id, person=sam)
    marked = "Ada Admin marked the attendance of Sam Student on "
    assert marked in words(admin.get(f"/admin/practicals/{practical_id}"))
    unmarked = words(admin.get(f"/admin/practicals/{other}"))
    assert marked not in unmarked
    assert "Nothing has been recorded yet." in unmarked


def test_who_acted_is_said_as_it_was(database, admin, sam):
    act(database, sam, "accounts.password_changed", subject=sam.user_id, person=sam)
    act(database, None, "accounts.reset_asked", subject=sam.user_id, person=sam)
    act(database, None, "accounts.everybody_signed_out")
    act(database, None, "practicals.published", kind="practical", subject=new_uuid())
    gone = UserId(new_uuid())
    with database.write() as db:
        record(db, gone, "accounts.signed_in", now=NOW, subject_kind="person", person_id=gone)
    page = shown(admin)
    for said in (
        "Sam Student changed their password.",
        "Somebody asked for a new password for the account of Sam Student.",
        "Everybody was signed out by a command on the server.",
        "The system published something that is no longer stored.",
        "A person whose account was deleted signed in.",
    ):
        assert said in page, said


def test_a_person_whose_data_were_erased_is_nobody_any_more(database, admin, ada, sam):
    act(database, ada, "accounts.closed", subject=sam.user_id, person=sam)
    act(database, sam, "accounts.signed_in", subject=sam.user_id, person=sam)
    with database.write() as db:
        db.execute(
            update(User)
            .where(User.id == sam.user_id)
            .values(name=NAME_OF_WHO_LEFT, disabled_at=NOW, emptied_at=NOW)
        )
    page = shown(admin)
    assert "Ada Admin closed the account of a person whose data were erased." in page
    assert "A person whose data were erased signed in." in page
    assert "Sam" not in page


@pytest.fixture
def several(database, ada, sam):
    """Sam signs in on three days, and Ada closes the account of another person on the last."""
    with database.write() as db:
        una = a_user(db, "Una Other")
    for days in range(3):
        act(
            database,
            sam,
            "accounts.signed_in",
            subject=sam.user_id,
            person=sam,
            at=NOW + days * DAY,
        )
    act(database, ada, "accounts.closed", subject=una.user_id, person=una, at=NOW + 2 * DAY)
    return una


@pytest.mark.parametrize(
    ("query", "signed_in", "closed"),
    [
        ("", 3, 1),
        ("?person=sam", 3, 0),
        ("?person=STUDENT+sám", 3, 0),
        ("?by=ada", 0, 1),
        ("?person=una&by=ada", 0, 1),
        ("?person=una&by=sam", 0, 0),
        ("?act=accounts.closed", 0, 1),
        ("?kind=person", 3, 1),
        ("?kind=practical", 0, 0),
        ("?first=2026-12-02", 2, 1),
        ("?last=2+December+2026", 2, 0),
        ("?first=2026-12-02&last=2026-12-02", 1, 0),
    ],
)
def test_filters(several, admin, query, signed_in, closed):
    page = shown(admin, query)
    assert page.count("Sam Student signed in.") == signed_in
    assert page.count("Ada Admin closed the account of Una Other.") == closed
    if not signed_in + closed:
        assert "Nothing found" in page


def test_the_newest_stands_first(several, admin):
    page = shown(admin)
    assert page.index("closed the account of Una Other") < page.index("Sam Student signed in.")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?kind=planet", "There is no such kind. Choose one of the list."),
        ("?act=accounts.polished", "There is no such act. Choose one of the list."),
        ("?first=yesterdayish", "Enter a date such as 8 December 2026 or 2026-12-08."),
        ("?first=2026-12-02&last=2026-12-01", "The last day lies before the first."),
        ("?of=11111111-1111-4111-8111-111111111111", "Say of which kind the thing is."),
        ("?kind=person&of=7", "Choose one of the given answers."),
        ("?before=now", "This place in the list cannot be read. Begin at the newest."),
        ("?before=999999999999999999-11111111111111111111111111111111", "cannot be read"),
    ],
)
def test_a_filter_that_does_not_exist_is_refused(several, admin, query, said):
    answer = admin.get(HISTORY + query)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "signed in." not in words(answer), "a wrong filter shows no list"


def test_acts_on_proofs_of_life_support_are_offered_where_a_course_asks(database, admin):
    """Where none asks, one that an address names can still be chosen."""
    seen = "accounts.life_support_proof_seen"
    option = f'value="{seen}"'
    asking = {"practicals/practice-day.yaml": ("bring:", "basic_life_support: true\nbring:")}
    assert 'value="accounts.closed"' in admin.get(HISTORY).text
    assert option not in admin.get(HISTORY).text
    assert option in admin.get(f"{HISTORY}?act={seen}").text
    with database.write() as db:
        a_published_course(db, changed_course(asking))
    assert option in admin.get(HISTORY).text


def test_pages_follow_each_other_without_a_gap(database, admin, sam):
    for number in range(120):
        act(
            database,
            sam,
            "accounts.signed_in",
            subject=sam.user_id,
            person=sam,
            at=NOW + timedelta(seconds=number // 3),
            reason=f"number {number}.",
        )
    seen, query = [], ""
    while True:
        answer = admin.get(HISTORY + query)
        seen += [part.split(".")[0] for part in answer.text.split("number ")[1:]]
        if 'rel="next"' not in answer.text:
            break
        query = answer.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
        act(database, sam, "accounts.signed_out", subject=sam.user_id, person=sam, at=NOW + DAY)
    assert [int(number) for number in seen] == list(reversed(range(120)))
    past = shown(admin, "?before=1-11111111111111111111111111111111")
    assert "there is nothing older" in past


def test_statements_do_not_grow_with_the_acts(database, admin, ada, sam):
    with database.write() as db:
        days = [a_practical(db) for _ in range(8)]
        people = [a_user(db, f"Person {number}") for number in range(8)]
        intakes = [an_intake(db) for _ in range(4)]

    def written() -> None:
        for practical_id, person in zip(days, people, strict=True):
            act(
                database,
                ada,
                "practicals.reserved",
                kind="practical",
                subject=practical_id,
                person=person,
            )
        for intake_id in intakes:
            act(database, ada, "intake.changed", kind="intake", subject=intake_id)

    written()
    shown(admin)
    few = statements_of(admin.get(HISTORY))
    for _ in range(5):
        written()
    assert statements_of(admin.get(HISTORY)) == few
    assert few <= 4
    narrowed = admin.get(f"{HISTORY}?kind=practical&of={days[0]}&person=person&by=ada")
    assert statements_of(narrowed) <= 5


def test_only_admins_read_it(database, as_person, sam):
    with database.write() as db:
        teacher = a_user(db, "Ina Instructor", roles=("instructor",))
    for person in (sam, teacher):
        browser = as_person(person)
        assert browser.get(HISTORY).status_code == 403
        assert browser.post(f"{HISTORY}/export", data={"reason": "why"}).status_code == 403
        assert HISTORY not in browser.get("/home").text
    with database.read() as db:
        assert db.scalars(select(AuditEvent.action)).all() == []


def test_the_export_holds_what_the_filters_show_and_is_recorded(several, database, admin, ada):
    answer = admin.post(
        f"{HISTORY}/export", data={"person": "sam", "reason": "=Asked by the auditor"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    heading, *rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert heading[:2] == ["When", "What happened"]
    assert [row[1] for row in rows] == ["Sam Student signed in."] * 3
    assert rows[0][0] == "2026-12-03 09:00"
    with database.read() as db:
        (exported,) = db.scalars(select(AuditEvent).where(AuditEvent.subject_kind == "history"))
    assert (exported.actor_id, exported.action) == (ada.user_id, "history.exported")
    assert (exported.reason, exported.details) == ("=Asked by the auditor", {"rows": 3})
    assert "Ada Admin downloaded the history." in shown(admin)
    again = admin.post(f"{HISTORY}/export", data={"act": "history.exported", "reason": "Test"})
    (row,) = list(csv.reader(StringIO(again.text.removeprefix("\ufeff"))))[1:]
    assert row[4] == "'=Asked by the auditor"


def test_an_export_without_a_reason_is_refused_and_not_recorded(several, database, admin):
    answer = admin.post(f"{HISTORY}/export", data={"person": "sam"})
    assert answer.status_code == 422
    assert "Enter a reason." in words(answer)
    with database.read() as db:
        actions = set(db.scalars(select(AuditEvent.action)))
    assert actions == {"accounts.signed_in", "accounts.closed"}


def test_the_block_leads_to_everything(database, admin, sam):
    for number in range(25):
        act(
            database,
            sam,
            "accounts.signed_in",
            subject=sam.user_id,
            person=sam,
            at=NOW + timedelta(seconds=number),
        )
    page = admin.get(f"/admin/people/{sam.user_id}")
    assert words(page).count("Sam Student signed in.") == 20
    everything = f"{HISTORY}?kind=person&amp;of={sam.user_id}"
    assert everything in page.text
    assert (
        shown(admin, everything.removeprefix(HISTORY).replace("&amp;", "&")).count(
            "Sam Student signed in."
        )
        == 25
    )


def test_the_use_cases_ask_for_the_permission(database, sam):
    with database.write() as db:
        for use_case in (
            lambda: history_page(db, sam, HistoryQuery()),
            lambda: exported(db, sam, HistoryQuery()),
            lambda: note_export(db, sam, rows=1, reason="why", now=NOW),
        ):
            with pytest.raises(Forbidden):
                use_case()
    with database.read() as db:
        assert db.scalars(select(AuditEvent.action)).all() == []


def test_an_act_of_which_a_later_version_stored_more_is_still_told(database, admin, ada, sam):
    act(database, ada, "accounts.closed", subject=sam.user_id, person=sam)
    with database.write() as db:
        db.execute(update(AuditEvent).values(details={"version": 99, "fields": [{"orbit": 7}]}))
    page = shown(admin)
    assert "Ada Admin closed the account of Sam Student." in page
    assert "A later version recorded more than can be shown here." in page
