"""The search of staff: who finds what, in which order, in how many statements."""

from datetime import timedelta

import pytest
from lxml import html

from app.accounts import groups
from app.certificates.models import Certificate
from app.enrolments.domain import IntakeStatus
from app.kit.actor import Role
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import PracticalRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.enquiries import an_enquiry
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import a_practical, a_ready_student, a_seat

EARLIER = {
    "starts_at": NOW - timedelta(days=3),
    "ends_at": NOW - timedelta(days=3) + timedelta(hours=6),
}
EVERYTHING = ["People", "Practicals", "Intakes", "Certificates", "Enquiries"]


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def ina(database):
    with database.write() as db:
        return a_user(db, "Ina Instructor", roles=("instructor",))


def hits(response) -> dict[str, list[str]]:
    """Return the titles of the rows under each heading of the page, with their details."""
    assert response.status_code == 200
    page = html.document_fromstring(response.text)
    return {
        section.xpath("./h2")[0].text.strip(): [
            " | ".join(" ".join(part.text_content().split()) for part in row.xpath(".//bdi"))
            for row in section.xpath("./ul/li")
        ]
        for section in page.xpath("//main/section")
    }


def leads(response) -> dict[str, str]:
    """Return where each title of the page leads."""
    links = html.document_fromstring(response.text).xpath(
        "//main//a[contains(@class, 'task-link')]"
    )
    return {link.text_content(): link.get("href") for link in links}


def search(browser, typed: str):
    return browser.get("/search", params={"q": typed})


@pytest.fixture
def quince(database, ina):
    """Something of each kind that has the word “Quince”."""
    with database.write() as db:
        earned = an_earner(db, "Ann Quince", instructor=ina)
        certificate = db.get_one(Certificate, a_certificate(db, earned))
        a_practical(db, title="Skills", room="Quince room", instructors=(ina,))
        an_intake(db, title="Quince term")
        an_enquiry(db, name="Bo Quince", email="bo@example.org")
        return earned.student, certificate.serial


class TestOffice:
    def test_everything_that_has_the_word_is_found(self, as_person, ada, quince):
        found_rows = hits(search(as_person(ada), "quince"))
        assert list(found_rows) == EVERYTHING
        assert found_rows["People"] == [f"Ann Quince | {quince[0].email} | Student"]
        assert found_rows["Practicals"][0].startswith("Skills | ")
        assert found_rows["Practicals"][0].endswith(" | Quince room | Ina Instructor")
        assert found_rows["Intakes"][0].startswith("Quince term | ")
        assert found_rows["Certificates"][0].startswith("Ann Quince | ")
        assert found_rows["Enquiries"][0].startswith("Bo Quince | bo@example.org | ")

    def test_each_row_leads_to_a_page(self, as_person, ada, quince):
        browser = as_person(ada)
        paths = leads(search(browser, "quince"))
        assert len(paths) == 4  # the certificate and its holder have one title
        assert {browser.get(path).status_code for path in paths.values()} == {200}

    @pytest.mark.parametrize("typed", ["{serial}", "Certificate {serial}"])
    def test_the_number_of_a_certificate_goes_first(self, as_person, ada, quince, typed):
        found_rows = hits(search(as_person(ada), typed.format(serial=quince[1])))
        assert next(iter(found_rows)) == "Certificates"
        assert len(found_rows["Certificates"]) == 1

    def test_an_address_goes_first(self, as_person, database, ada, quince):
        with database.write() as db:
            a_user(db, "Aa Aa", email="xbo@example.org")
            an_enquiry(db, name="Other", message="Write to bo@example.org", received_at=NOW)
        found_rows = hits(search(as_person(ada), "Bo <BO@example.org>"))
        assert list(found_rows) == ["Enquiries", "People"]
        assert [row.split(" | ")[0] for row in found_rows["Enquiries"]] == ["Bo Quince", "Other"]

    def test_the_person_with_the_address_goes_before_those_that_have_it_inside(
        self, as_person, database, ada
    ):
        with database.write() as db:
            a_user(db, "Aa Aa", email="xann@example.org")
            a_user(db, "Zz Zz", email="ann@example.org")
        rows = hits(search(as_person(ada), "ann@example.org"))["People"]
        assert [row.split(" | ")[0] for row in rows] == ["Zz Zz", "Aa Aa"]

    def test_twins_are_told_apart(self, as_person, database, ada):
        with database.write() as db:
            a_user(db, "Ann Lee", email="first@example.org")
            a_user(db, "Ann Lee", email="second@example.org", disabled_at=NOW)
        page = search(as_person(ada), "ann lee")
        assert hits(page)["People"] == [
            "Ann Lee | first@example.org | Student",
            "Ann Lee | second@example.org | Student",
        ]
        assert words(page).index("first@example.org") < words(page).index("Closed")

    def test_practicals_to_come_stand_first_and_name_their_lists(self, as_person, database, ada):
        with database.write() as db:
            a_practical(db, room="Pear, past", **EARLIER)
            a_practical(db, room="Pear, next")
            a_practical(db, room="Pear, draft", status=PracticalStatus.draft)
            for row in db.query(PracticalRow).where(PracticalRow.room == "Pear, draft"):
                row.starts_at, row.ends_at = NOW + timedelta(90), NOW + timedelta(91)
        page = search(as_person(ada), "pear")
        rooms = [row.split(" | ")[2] for row in hits(page)["Practicals"]]
        assert rooms == ["Pear, next", "Pear, draft", "Pear, past"]
        links = html.document_fromstring(page.text).xpath("//a[@class='lone-link']")
        assert [(link.text, link.get("href")) for link in links] == [
            ("1 coming", "/admin/practicals?show=coming&q=pear"),
            ("1 past", "/admin/practicals?show=past&q=pear"),
            ("1 draft", "/admin/practicals?show=draft&q=pear"),
        ]

    def test_more_than_the_page_shows_lead_to_the_list(self, as_person, database, ada):
        with database.write() as db:
            for number in range(9):
                a_user(db, f"Plum {number}")
                an_intake(db, title=f"Plum {number}")
        page = search(as_person(ada), "plum")
        assert {kind: len(rows) for kind, rows in hits(page).items()} == {"People": 8, "Intakes": 8}
        assert "People 9" in words(page)
        assert 'href="/admin/people?q=plum"' in page.text
        assert "The first 8 are shown. Add a word to see fewer." in words(page)

    def test_an_intake_is_found_by_the_title_of_its_course(self, as_person, database, ada, quince):
        found_rows = hits(search(as_person(ada), "small course quince"))
        assert list(found_rows) == ["Intakes"]

    def test_a_changed_intake_is_found_by_its_new_title(self, as_person, database, ada):
        with database.write() as db:
            intake_id = an_intake(db, title="Medlar term", status=IntakeStatus.draft)
        browser = as_person(ada)
        form = html.document_fromstring(browser.get(f"/admin/intakes/{intake_id}/edit").text)
        (edit,) = form.xpath("//main//form")
        values = {**dict(edit.form_values()), "title": "Damson term"}
        assert browser.post(edit.action, data=values).status_code == 303
        assert list(hits(search(browser, "damson"))) == ["Intakes"]
        assert hits(search(browser, "medlar")) == {}


class TestInstructor:
    @pytest.fixture
    def people(self, database, ada, ina):
        """Pia is on Ina's practical, Gil in her group, Otto with somebody else."""
        with database.write() as db:
            other = a_user(db, "Otis Instructor", roles=("instructor",))
            pia, gil, otto = (
                a_ready_student(db, f"{name} Quince") for name in ("Pia", "Gil", "Otto")
            )
            taught = a_practical(db, title="Skills", room="Quince room", instructors=(ina,))
            untaught = a_practical(db, title="Theirs", room="Quince hall", instructors=(other,))
            a_practical(
                db,
                title="Draft",
                room="Quince cellar",
                instructors=(ina,),
                status=PracticalStatus.draft,
            )
            a_seat(db, taught, pia.user_id)
            a_seat(db, untaught, otto.user_id)
            group_id = groups.make_group(db, ada, name="Evening", now=NOW)
            for person, role in ((gil, Role.student), (ina, Role.instructor)):
                groups.add_member(db, ada, group_id, email=person.email, role=role, now=NOW)
            an_intake(db, title="Quince term")
            an_enquiry(db, name="Bo Quince")
        return taught, group_id, otto

    def test_only_their_own_people_and_practicals_are_found(self, as_person, ina, people):
        taught, group_id, _ = people
        page = search(as_person(ina), "quince")
        found_rows = hits(page)
        assert list(found_rows) == ["People", "Practicals"]
        assert [row.split(" | ")[0] for row in found_rows["People"]] == ["Gil Quince", "Pia Quince"]
        assert [row.split(" | ")[0] for row in found_rows["Practicals"]] == ["Skills"]
        assert "Group Evening" in found_rows["People"][0]
        assert "Skills, " in found_rows["People"][1]
        assert leads(page) == {
            "Gil Quince": f"/teach/groups/{group_id}",
            "Pia Quince": f"/teach/practicals/{taught}",
            "Skills": f"/teach/practicals/{taught}",
        }

    def test_each_row_leads_to_a_page_of_theirs(self, as_person, ina, people):
        browser = as_person(ina)
        paths = leads(search(browser, "quince")).values()
        assert [browser.get(path).status_code for path in paths] == [200, 200, 200]

    def test_an_exact_address_of_somebody_else_finds_nobody(self, as_person, ina, people):
        page = search(as_person(ina), people[2].email)
        assert hits(page) == {}
        assert "You find only the students of your practicals and groups" in words(page)

    def test_fellow_students_of_their_own_are_not_found(self, as_person, database, ada):
        """Who teaches may learn too: to be in a group, or to have a place, is not to look after it."""
        with database.write() as db:
            both = a_user(db, "Bea Both", roles=("instructor", "student"))
            fellow = a_user(db, "Fay Quince")
            group_id = groups.make_group(db, ada, name="Morning", now=NOW)
            for person in (both, fellow):
                groups.add_member(db, ada, group_id, email=person.email, role=Role.student, now=NOW)
            practical_id = a_practical(db)
            for person in (both, fellow):
                a_seat(db, practical_id, person.user_id)
        assert hits(search(as_person(both), "quince")) == {}

    def test_who_gave_a_place_back_is_not_found(self, as_person, database, ina):
        with database.write() as db:
            gone = a_user(db, "Gus Quince")
            practical_id = a_practical(db, instructors=(ina,))
            a_seat(db, practical_id, gone.user_id, state=SeatState.cancelled_by_student)
        assert hits(search(as_person(ina), "quince")) == {}


class TestWhatIsTyped:
    def test_nothing_yet(self, as_person, ada, ina):
        page = search(as_person(ada), "  ")
        assert "Type a part of a name" in words(page)
        assert "You find the students of your practicals" in words(search(as_person(ina), ""))

    @pytest.mark.parametrize("typed", ["?!…", "\u0301", "\u200b", "%", "__", "🎓"])
    def test_without_a_letter_nothing_is_looked_for(self, as_person, ada, typed):
        page = search(as_person(ada), typed)
        assert page.status_code == 200
        assert "There is no letter and no number in what you typed." in words(page)
        assert statements_of(page) == 1

    @pytest.mark.parametrize("typed", ["word " * 200, "x" * 5000, "'; DROP TABLE users; --"])
    def test_strange_searches_are_answered_calmly(self, as_person, ada, typed):
        page = search(as_person(ada), typed)
        assert page.status_code == 200
        assert "Nothing found for" in words(page)


def test_the_statements_do_not_grow_with_the_rows(as_person, database, ada, ina, quince):
    office, teacher = as_person(ada), as_person(ina)
    assert len(hits(search(office, "quince"))) == 5
    few = [statements_of(search(browser, "quince")) for browser in (office, teacher)]
    with database.write() as db:
        for number in range(9):
            student = a_user(db, f"Quince {number}")
            practical = a_practical(db, room=f"Quince {number}", instructors=(ina,))
            a_seat(db, practical, student.user_id)
            an_intake(db, title=f"Quince {number}")
            an_enquiry(db, name=f"Quince {number}")
    pages = [search(browser, "quince") for browser in (office, teacher)]
    assert [len(hits(page)["People"]) for page in pages] == [8, 8]
    assert [statements_of(page) for page in pages] == few
    assert max(few) <= 8


class TestApi:
    def test_it_finds_the_same(self, as_person, ada, quince):
        answer = as_person(ada).get("/api/v1/search", params={"q": quince[1]})
        assert answer.status_code == 200
        (group,) = answer.json()["groups"]
        assert (group["kind"], group["total"]) == ("certificates", 1)
        (row,) = group["rows"]
        assert (row["title"], row["is_exact"], row["state"]) == ("Ann Quince", True, "Valid")
        assert row["path"] == f"/admin/certificates/{row['id']}"

    def test_an_instructor_finds_no_enquiry(self, as_person, ina, quince):
        answer = as_person(ina).get("/api/v1/search", params={"q": "quince"})
        assert [group["kind"] for group in answer.json()["groups"]] == ["people", "practicals"]

    def test_a_long_text_is_refused_with_its_limit(self, as_person, ada):
        answer = as_person(ada).get("/api/v1/search", params={"q": "x" * 201})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "q"
