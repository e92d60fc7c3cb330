"""The pages and the API of assessing, as browsers and tablets meet them."""

import re
from datetime import timedelta

import pytest
from lxml import html

from app.assessments import queries
from app.assessments.domain import Mark
from app.kit.actor import Role
from app.kit.ids import new_uuid
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.assessments import (
    a_day,
    a_seat,
    a_signed_assessment,
    an_assessment,
    marked,
)
from tests.make.pages import all_words as words
from tests.make.pdf import elements_of, text_of
from tests.make.people import a_user
from tests.make.pseudo_languages import in_three


@pytest.fixture
def tablet(as_person, day):
    return as_person(day.instructor)


def mark(tablet, assessment_id, key="hands", **fields):
    return tablet.post(
        f"/assessments/{assessment_id}/steps/{key}",
        data={"mark": "done", "note": "", "expected_revision": "0"} | fields,
    )


def test_the_whole_way_without_scripts(tablet, database, day, as_person):
    start = f"/teach/practicals/{day.practical_id}/students/{day.seat_id}/assess"
    page = tablet.get(start)
    assert "Is this Sam Student?" in words(page)
    assert "Room 2" in words(page)
    sheet = tablet.post(start, data={"idempotency_key": "one"}).headers["location"]
    assert tablet.post(start, data={"idempotency_key": "one"}).headers["location"] == sheet

    assert "0 of 4 marked" in words(tablet.get(sheet))
    for key in ("identity", "hands", "sharps"):
        answer = mark(tablet, sheet.rpartition("/")[2], key)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{sheet}#step-{key}"
    page = tablet.get(sheet)
    assert "3 of 4 marked" in words(page)
    assert 'aria-pressed="true"' in page.text
    saved = tablet.post(
        f"{sheet}/comment", data={"comment": "Steady hands", "expected_revision": "0"}
    )
    assert saved.headers["location"] == f"{sheet}#comment"

    blocked = tablet.get(f"{sheet}/sign")
    assert "1 step is not marked yet" in words(blocked)
    assert f"{sheet}#step-aftercare" in blocked.text
    mark(tablet, sheet.rpartition("/")[2], "aftercare", mark="not_done")

    page = tablet.get(f"{sheet}/sign")
    version = re.search(r'name="expected_version" value="(\d+)"', page.text)[1]
    unticked = tablet.post(f"{sheet}/sign", data={"expected_version": version})
    assert unticked.status_code == 422
    assert "Tick the box to sign." in words(unticked)
    signed = tablet.post(f"{sheet}/sign", data={"expected_version": version, "confirmed": "yes"})
    report = signed.headers["location"]
    assert tablet.get(sheet).headers["location"] == report
    assert tablet.get(f"{sheet}/sign").headers["location"] == report

    read = words(as_person(day.student).get(report))
    assert "Competent 6 of 8 points" in read
    assert "Steady hands" in read
    again = words(tablet.get(start))
    assert "Earlier tries" in again
    assert "Try 1" in again


def test_a_stale_mark_shows_both_and_a_choice(tablet, assessment_id):
    mark(tablet, assessment_id, mark="prompted", note="Reminded of thumbs")
    page = mark(tablet, assessment_id, mark="not_done", note="Left out")
    assert page.status_code == 409
    assert "With prompt" in words(page)
    assert "Reminded of thumbs" in words(page)
    assert "Left out" in words(page)
    form = html.document_fromstring(page.text).xpath("//form[contains(@action, '/steps/')]")[0]
    chosen = tablet.post(form.get("action"), data=dict(form.form_values()))
    assert chosen.status_code == 303
    with_choice = tablet.get(f"/assessments/{assessment_id}")
    assert "Left out" in with_choice.text


def test_a_stale_comment_shows_both_and_keeps_what_was_typed(tablet, assessment_id):
    address = f"/assessments/{assessment_id}/comment"
    tablet.post(address, data={"comment": "First", "expected_revision": "0"})
    page = tablet.post(address, data={"comment": "Second", "expected_revision": "0"})
    assert page.status_code == 409
    assert "First" in words(page)
    assert "Second" in page.text


def test_what_was_typed_is_kept_when_it_is_refused(tablet, assessment_id):
    long = "n" * 2001
    page = mark(tablet, assessment_id, note=long)
    assert page.status_code == 422
    assert long in page.text
    assert 'href="#f-note-hands"' in page.text
    assert 'id="f-note-hands"' in page.text
    assert mark(tablet, assessment_id, mark="excellent").status_code == 422
    page = tablet.post(
        f"/assessments/{assessment_id}/comment",
        data={"comment": "c" * 4001, "expected_revision": "0"},
    )
    assert page.status_code == 422
    assert "c" * 4001 in page.text


def test_a_mark_after_the_page_was_shown_stops_the_signature(tablet, database, day, assessment_id):
    with database.write() as db:
        marked(db, day, assessment_id)
        seen = queries.bedside_sheet(db, day.instructor, assessment_id).version
    mark(tablet, assessment_id, mark="not_done", expected_revision="1")
    page = tablet.post(
        f"/assessments/{assessment_id}/sign",
        data={"expected_version": str(seen), "confirmed": "yes"},
    )
    assert page.status_code == 409
    assert "Check the marks again" in words(page)


def test_a_stop_for_safety_is_said_in_the_report(database, day, as_person):
    with database.write() as db:
        done = a_signed_assessment(db, day, identity=Mark.not_done)
    read = words(as_person(day.student).get(f"/reports/{done}"))
    assert "Critical step not done: The wrong person would be treated" in read


def test_reports_are_for_those_they_concern(database, day, as_person):
    with database.write() as db:
        done = a_signed_assessment(db, day)
        stranger = a_user(db, "Una Unknown")
        admin = a_user(db, "Ada Admin", roles=("admin",))
        other = a_user(db, "Otto Other", roles=("instructor",))
    assert as_person(day.student).get(f"/reports/{done}").status_code == 200
    assert as_person(day.instructor).get(f"/reports/{done}").status_code == 200
    assert as_person(admin).get(f"/reports/{done}").status_code == 200
    assert as_person(stranger).get(f"/reports/{done}").status_code == 404
    assert as_person(other).get(f"/reports/{done}").status_code == 404
    assert as_person(other).get(f"/assessments/{done}").status_code == 404


def test_a_report_as_paper_says_what_its_page_says(database, day, as_person):
    with database.write() as db:
        done = a_signed_assessment(db, day, identity=Mark.not_done)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        other = a_user(db, "Otto Other", roles=("instructor",))
    path = f"/reports/{done}/report.pdf"
    for actor in (day.student, day.instructor, admin):
        browser = as_person(actor)
        assert path in browser.get(f"/reports/{done}").text
        answer = browser.get(path)
        assert answer.headers["content-disposition"].startswith(
            'attachment; filename="assessment-report-20'
        )
    assert b"pdfuaid" in answer.content
    said = text_of(answer.content)
    for phrase in (
        *("Not yet competent. A critical step was not done.", "Critical step"),
        *("Critical step not done: The wrong person would be treated", "Not done", "Try 1"),
        *("Iris Instructor assessed", "Cleans their hands Done", "London time", "Room 2"),
    ):
        assert phrase in said
    assert as_person(other).get(path).status_code == 404


def test_a_report_is_in_the_language_of_its_reader_and_its_steps_in_that_of_the_course(
    database, day, as_person, speak
):
    with database.write() as db:
        done = a_signed_assessment(db, day)
    speak(in_three(ACADEMY))
    answer = as_person(day.student).get(
        f"/reports/{done}/report.pdf", headers={"accept-language": "de"}
    )
    assert (answer.status_code, answer.headers["content-language"]) == (200, "de")
    assert "⟦Assessment report⟧" in text_of(answer.content)
    assert {("H1", "en-GB"), ("TD", "en-GB"), ("H2", "")} <= set(elements_of(answer.content))


def test_an_unsigned_report_is_nowhere(day, assessment_id, as_person):
    assert as_person(day.student).get(f"/reports/{assessment_id}").status_code == 404
    assert as_person(day.student).get(f"/reports/{assessment_id}/report.pdf").status_code == 404
    assert as_person(day.student).get(f"/assessments/{assessment_id}").status_code == 403


def test_who_is_not_on_the_roster_cannot_be_started(tablet, day):
    start = "/teach/practicals/{}/students/{}/assess"
    assert tablet.get(start.format(day.practical_id, new_uuid())).status_code == 404
    assert tablet.get(start.format(new_uuid(), day.seat_id)).status_code == 404


def test_oneself_cannot_be_started(tablet, database, day):
    """R-045."""
    with database.write() as db:
        seat_id = a_seat(db, day.practical_id, day.instructor)
    answer = tablet.post(f"/teach/practicals/{day.practical_id}/students/{seat_id}/assess")
    assert answer.status_code == 403
    assert "Ask another instructor" in words(answer)


def test_the_api_does_the_same(tablet, day, as_person):
    started = tablet.post(
        "/api/v1/assessments",
        json={"practical_id": str(day.practical_id), "seat_id": str(day.seat_id)},
    )
    assert started.status_code == 201
    sheet = f"/api/v1/assessments/{started.json()['assessment_id']}"
    for key in ("identity", "hands", "sharps", "aftercare"):
        saved = tablet.put(
            f"{sheet}/steps/{key}", json={"mark": "done", "note": "", "expected_revision": 0}
        )
        assert saved.json()["revision"] == 1
    stale = tablet.put(f"{sheet}/steps/hands", json={"mark": "not_done", "expected_revision": 0})
    assert stale.status_code == 409
    assert "On record: Done, revision 1" in stale.json()["errors"][0]["message"]
    assert (
        tablet.put(
            f"{sheet}/comment", json={"comment": "Well done", "expected_revision": 0}
        ).json()["revision"]
        == 1
    )
    sheet_read = tablet.get(sheet).json()
    assert sheet_read["outcome"] is None
    signed = tablet.post(f"{sheet}/signature", json={"expected_version": sheet_read["version"]})
    assert signed.json()["outcome"] == "competent"
    student = as_person(day.student)
    (report,) = student.get("/api/v1/reports").json()
    assert report["headline"] == "Competent"
    shown = student.get(f"/api/v1/reports/{report['assessment_id']}").json()
    assert [step["mark"] for step in shown["steps"]] == ["done"] * 4


@pytest.mark.parametrize("people", [1, 10])
def test_the_pages_ask_few_questions(people, tablet, database, day, assessment_id):
    with database.write() as db:
        for number in range(people):
            seat_id = a_seat(db, day.practical_id, a_user(db, f"Student {number}"))
            other = type(day)(
                day.course_key,
                day.revision_id,
                day.practical_id,
                seat_id,
                day.instructor,
                day.student,
            )
            marked(db, day, an_assessment(db, other))
        marked(db, day, assessment_id)
    for address in (f"/assessments/{assessment_id}", f"/assessments/{assessment_id}/sign"):
        tablet.get(address)
        assert statements_of(tablet.get(address)) <= 6
    answer = mark(tablet, assessment_id, mark="prompted", expected_revision="1")
    assert statements_of(answer) <= 5
    start = f"/teach/practicals/{day.practical_id}/students/{day.seat_id}/assess"
    assert statements_of(tablet.get(start)) <= 8


def test_nobody_is_assessed_before_the_day(tablet, database, day):
    """R-044: an assessment requires attendance, which cannot be recorded before the day."""
    with database.write() as db:
        later = a_day(
            db,
            revision_id=day.revision_id,
            instructor=day.instructor,
            starts_at=NOW + timedelta(days=2),
        )
    answer = tablet.post(f"/teach/practicals/{later.practical_id}/students/{later.seat_id}/assess")
    assert answer.status_code == 409
    assert "from the day of the practical" in words(answer)


def test_roles_are_asked_before_anything_else(as_person, database):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    assert Role.instructor not in admin.roles
    assert as_person(admin).get(f"/assessments/{new_uuid()}").status_code == 403


def test_stopping_without_scripts(tablet, database, day, assessment_id):
    """T2: the button in the step, the page with its note, taking the stop back, and the signature."""
    sheet = f"/assessments/{assessment_id}"
    mark(tablet, assessment_id, "identity", mark="not_done", note="Asked no name")
    page = tablet.get(sheet)
    assert "Critical step 1 not done: this assessment cannot pass." in words(page)
    assert f'href="{sheet}/stop?step=identity"' in page.text
    form = tablet.get(f"{sheet}/stop?step=identity")
    assert "3 steps have no mark yet" in words(form)
    assert "Asked no name" in form.text
    refused = tablet.post(f"{sheet}/stop", data={"step": "identity", "note": ""})
    assert refused.status_code == 422
    assert "Write what happened at this step." in words(refused)
    with database.read() as db:
        assert len(queries.marks_of(db, assessment_id)) == 1
    stopped = tablet.post(f"{sheet}/stop", data={"step": "identity", "note": "No name, no ID"})
    assert stopped.headers["location"] == f"{sheet}/sign"
    assert "stopped for safety" in words(tablet.get(f"{sheet}/sign"))
    assert "was stopped at step 1" in words(tablet.get(sheet))
    assert tablet.get(f"{sheet}/stop").headers["location"] == f"{sheet}/sign"

    assert tablet.post(f"{sheet}/resume").headers["location"] == sheet
    assert "1 of 4 marked" in words(tablet.get(sheet))
    tablet.post(f"{sheet}/stop", data={"step": "identity", "note": "No name, no ID"})
    version = re.search(r'name="expected_version" value="(\d+)"', tablet.get(f"{sheet}/sign").text)[
        1
    ]
    signed = tablet.post(f"{sheet}/sign", data={"expected_version": version, "confirmed": "yes"})
    report = words(tablet.get(signed.headers["location"]))
    assert "Stopped for safety: 3 steps were not observed." in report
    assert "Not observed" in report
    paper = text_of(tablet.get(f"{signed.headers['location']}/report.pdf").content)
    assert "Not observed" in paper
    shape = tablet.get(f"/api/v1{signed.headers['location']}").json()
    assert [step["mark"] for step in shape["steps"]] == ["not_done"] + ["not_observed"] * 3


def test_taking_a_mark_back_and_a_note_alone_without_scripts(tablet, database, assessment_id):
    mark(tablet, assessment_id, "hands", mark="done")
    page = mark(
        tablet, assessment_id, "hands", mark="unmarked", note="Later", expected_revision="1"
    )
    assert page.status_code == 303
    sheet = tablet.get(f"/assessments/{assessment_id}")
    assert "0 of 4 marked" in words(sheet)
    assert "Later" in sheet.text
    refused = mark(tablet, assessment_id, "sharps", mark="not_observed", note="Kept words")
    assert refused.status_code == 409
    assert "Only stopping the assessment makes a step not observed." in words(refused)
    assert "Kept words" in refused.text
    with database.read() as db:
        assert set(queries.marks_of(db, assessment_id)) == {"hands"}


def test_discarding_without_scripts(tablet, database, day, assessment_id, as_person):
    """T23."""
    url = f"/assessments/{assessment_id}/discard"
    assert "Discard the sheet of Sam Student?" in words(tablet.get(url))
    refused = tablet.post(url, data={"reason": " "})
    assert refused.status_code == 422
    assert "Write why this sheet is discarded." in words(refused)
    with database.write() as db:
        other = a_user(db, "Otto Other", roles=("instructor",))
    for actor in (other, day.student):
        assert as_person(actor).post(url, data={"reason": "Mine"}).status_code in (403, 404)
    done = tablet.post(url, data={"reason": "Wrong Sam"})
    assert done.headers["location"] == f"/teach/practicals/{day.practical_id}"
    closed = tablet.get(f"/assessments/{assessment_id}")
    assert closed.status_code == 409
    assert "This sheet was discarded." in words(closed)
    assert tablet.get(url).status_code == 404
    answer = tablet.put(
        f"/api/v1/assessments/{assessment_id}/steps/hands",
        json={"mark": "done", "expected_revision": 0},
    )
    assert (answer.status_code, answer.json()["reason"]) == (409, "closed")


def test_what_another_person_marked_is_refused_by_json(tablet, day, assessment_id, database):
    body = {"mark": "done", "expected_revision": 0, "person_id": str(day.student.user_id)}
    answer = tablet.put(f"/api/v1/assessments/{assessment_id}/steps/hands", json=body)
    assert (answer.status_code, answer.json()["reason"]) == (403, "other-person")
    comment = {"comment": "x", "expected_revision": 0, "person_id": str(day.student.user_id)}
    answer = tablet.put(f"/api/v1/assessments/{assessment_id}/comment", json=comment)
    assert (answer.status_code, answer.json()["reason"]) == (403, "other-person")
    with database.read() as db:
        assert queries.marks_of(db, assessment_id) == {}
