"""The visitor's site: what its pages say, cost, and tell search engines."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html

from app.courses import service as courses
from app.enrolments.domain import EnrolmentState
from app.home.search_engines import PUBLIC
from app.kit.actor import SystemActor
from app.kit.paths import COURSES
from app.practicals.domain.seats import PracticalStatus
from app.retention.rules import RULES
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.courses import changed_course, small_course
from tests.make.enrolments import an_enrolment
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import STARTS, a_practical, the_course

AWKWARD = "Winter </script><script>alert(1)</script> & more"


@pytest.fixture
def course(database):
    with database.write() as db:
        the_course(db)


@pytest.fixture
def dates(database, course):
    """Two starts, one of them full with a queue, and two practical days, one of them full."""
    with database.write() as db:
        student, waiter = a_user(db, "Stu Student"), a_user(db, "Wally Waiter")
        full = an_intake(db, title="Evening", places=1)
        an_enrolment(db, full, student)
        an_enrolment(db, full, waiter, EnrolmentState.waiting)
        an_intake(
            db,
            title=AWKWARD,
            places=12,
            starts_on=(NOW + timedelta(days=90)).date(),
            closes_at=NOW + timedelta(days=80),
        )
        a_practical(db, capacity=4)
        later = STARTS + timedelta(days=40)
        a_practical(db, capacity=1, taken=1, starts_at=later, ends_at=later + timedelta(hours=7))
        a_practical(db, status=PracticalStatus.draft, room="Secret room")


def structured(response):
    (block,) = html.document_fromstring(response.text).xpath(
        "//script[@type='application/ld+json']"
    )
    return json.loads(block.text)


class TestPreviews:
    @pytest.mark.parametrize("path", [*PUBLIC, "/courses/small-course"])
    def test_public_pages_say_what_they_are(self, client, course, path):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["x-robots-tag"] == "all"
        page = html.document_fromstring(response.text)
        assert page.xpath("//meta[@name='robots']") == []
        assert page.xpath("//link[@rel='canonical']/@href") == [f"http://testserver{path}"]
        (described,) = page.xpath("//meta[@name='description']/@content")
        assert 30 <= len(described) <= 300
        tags = {tag.get("property"): tag.get("content") for tag in page.xpath("//meta[@property]")}
        assert tags["og:description"] == described
        assert tags["og:url"] == f"http://testserver{path}"
        assert tags["og:title"]
        assert tags["og:type"] == "website"

    @pytest.mark.parametrize(
        "path", ["/sign-in", "/register", "/enquiry/sent", "/no-such-page", "/verify/ABC", "/_kit"]
    )
    def test_every_other_page_is_kept_from_search_engines(self, client, path):
        response = client.get(path)
        assert response.headers["x-robots-tag"] == "noindex, nofollow"
        (tag,) = html.document_fromstring(response.text).xpath("//meta[@name='robots']/@content")
        assert tag == "noindex, nofollow"

    def test_pages_of_members_are_kept_from_search_engines(self, as_person, database):
        with database.write() as db:
            actor = a_user(db, roles=("student", "instructor", "admin"))
        member = as_person(actor)
        for path in ("/home", "/me", "/learn", "/admin/people", "/teach/practicals"):
            response = member.get(path)
            assert response.status_code == 200
            assert response.headers["x-robots-tag"] == "noindex, nofollow"
            assert 'name="robots" content="noindex' in response.text

    def test_a_description_cannot_leave_its_attribute(self, client, database):
        summary = '5"><script>alert(1)</script> & two modules to try things out.'  # stays straight
        parsed = small_course()
        assert parsed.course is not None
        course = parsed.course.model_copy(update={"summary": summary})  # the parser refuses tags
        with database.write() as db:
            courses.publish(db, SystemActor.command_line, replace(parsed, course=course), now=NOW)
        response = client.get("/courses/small-course")
        assert response.status_code == 200
        page = html.document_fromstring(response.text)
        for tag in ("@name='description'", "@property='og:description'"):
            assert page.xpath(f"//meta[{tag}]/@content") == [summary]
        assert "<script>alert(1)" not in response.text

    def test_the_sitemap_lists_what_is_there(self, client, course):
        response = client.get("/sitemap.xml")
        assert response.headers["content-type"].startswith("application/xml")
        addresses = html.fromstring(response.content).xpath("//loc/text()")
        assert "http://testserver/courses/small-course" in addresses
        for address in addresses:
            path = address.removeprefix("http://testserver")
            assert client.get(path).headers["x-robots-tag"] == "all"
        assert statements_of(response) == 1

    def test_robots_shuts_no_page_of_the_sitemap(self, client, app):
        text = client.get("/robots.txt").text
        assert "Sitemap: http://testserver/sitemap.xml" in text
        shut = [line.partition(": ")[2] for line in text.splitlines() if "Disallow" in line]
        assert {"/admin/", "/me/", "/home$", "/teach/"} <= set(shut)
        assert not any(path.startswith(area) for area in shut for path in PUBLIC)


class TestHome:
    def test_it_says_for_whom_how_and_when(self, client, dates):
        text = words(client.get("/"))
        for said in (
            "A small course in skin and needles",
            "4. Show what you did",
            "With a medical background",
            "Without a medical background",
            "not a licence to practise",
            "We promise no clients and no income",
            "12 places left",
            "Full, 1 person waits",
            "Join the waiting list",
            "4 of 4 places left",
        ):
            assert said in text
        assert "Secret room" not in text

    def test_it_has_one_primary_action(self, client, dates):
        page = html.document_fromstring(client.get("/").text)
        (button,) = page.xpath("//main//*[contains(@class, 'button-primary')]")
        assert button.get("href") == "/courses/small-course"

    def test_an_empty_academy_has_a_way_on(self, client):
        text = client.get("/").text
        assert "New courses are being prepared" in text
        assert "/enquiry?topic=course" in text

    def test_what_it_claims_is_what_the_course_says(self, client):
        """The page speaks of four students per instructor and of live models."""
        for kind in (COURSES / "mesotherapy" / "practicals").glob("*.yaml"):
            said = kind.read_text()
            assert "students_per_instructor: 4" in said
            assert "live_models: true" in said

    def test_it_costs_five_statements(self, client, dates):
        client.get("/")  # brings the course into memory
        assert statements_of(client.get("/")) <= 5

    def test_it_names_the_academy_to_search_engines(self, client):
        document = structured(client.get("/"))
        assert document["@type"] == "EducationalOrganization"
        assert document["url"] == "http://testserver/"


class TestDates:
    def test_course_and_month_are_chosen_in_the_address(self, client, dates):
        everything = words(client.get("/dates"))
        assert "4 of 4 places left" in everything
        assert "Full" in everything
        december = words(client.get("/dates?month=2026-12&course=small-course"))
        assert "4 of 4 places left" in december
        assert "No start is planned for this choice" in december
        january = words(client.get("/dates?month=2027-01"))
        assert "Evening" in january
        assert "4 of 4" not in january
        for path in ("/dates?month=2027-05", "/dates?course=no-course"):
            page = client.get(path)
            assert "No dates match" in words(page)
            assert 'href="/dates"' in page.text

    @pytest.mark.parametrize("query", ["month=soon", "month=2026-13", "page=0", "month=0000-01"])
    def test_a_wild_address_is_refused_with_a_way_on(self, client, dates, query):
        refused = client.get(f"/dates?{query}")
        assert refused.status_code == 422
        assert "Go to the home page" in words(refused)

    def test_nothing_planned_has_a_way_on(self, client, course):
        page = client.get("/dates")
        assert "No dates yet" in words(page)
        assert "/enquiry?topic=dates" in page.text

    def test_the_state_of_a_day_is_part_of_its_name(self, client, dates):
        """Y8: people who jump from heading to heading hear the day, and whether it is full."""
        titles = {
            "/dates": "Tue 15 Dec 2026, 09:00 to 16:00, London time",
            "/": "Practice day, Tue 15 Dec 2026, 09:00",
        }
        for path, title in titles.items():
            tree = html.document_fromstring(client.get(path).text)
            names = [" ".join(heading.text_content().split()) for heading in tree.xpath("//h3")]
            days = [name for name in names if " 2026, " in name or " 2027, " in name]
            assert f"{title}, 4 of 4 places left" in days
            assert [name for name in days if name.endswith(", full")]
            assert len(set(days)) == len(days)

    def test_events_are_whole_and_cannot_end_their_block(self, client, dates):
        response = client.get("/dates")
        assert "<script>alert" not in response.text
        events = structured(response)["@graph"]
        assert len(events) == 4
        for event in events:
            assert event["@type"] == "EducationEvent"
            assert event["name"]
            assert event["startDate"]
            assert event["location"]
            assert event["organizer"]["name"] == "Preceptor Academy"
            assert 0 <= event["remainingAttendeeCapacity"] <= event["maximumAttendeeCapacity"]
        evening, winter, day, full = events
        assert evening["offers"]["availability"] == "https://schema.org/SoldOut"
        assert winter["name"].endswith(AWKWARD)
        assert winter["offers"]["price"] == "1250.00"
        assert day["startDate"] == "2026-12-15T09:00:00+00:00"
        assert full["remainingAttendeeCapacity"] == 0

    def test_statements_stay_the_same(self, client, dates, as_person, database):
        client.get("/dates")  # brings the course into memory
        assert statements_of(client.get("/dates")) <= 4
        with database.write() as db:
            actor = a_user(db)
        student = as_person(actor)
        assert statements_of(student.get("/dates")) <= 6


class TestCourse:
    def test_it_sells_nothing_it_cannot_keep(self, client, dates):
        page = client.get("/courses/small-course")
        text = words(page)
        for said in (
            "What you will be able to do",
            "Who may take it",
            "What is not included",
            "What it is, and is not",
            "Ask about this course",
            "Join the waiting list",
            "Reserve your place",
        ):
            assert said in text
        assert "/enquiry?topic=course&amp;course=small-course" in page.text
        assert statements_of(page) <= 4

    def test_the_course_is_described_with_its_offers(self, client, dates):
        response = client.get("/courses/small-course")
        assert "<script>alert" not in response.text
        document = structured(response)
        assert document["@context"] == "https://schema.org"
        assert document["@type"] == "Course"
        assert document["provider"]["@type"] == "EducationalOrganization"
        assert [instance["startDate"] for instance in document["hasCourseInstance"]] == [
            "2027-01-11",
            "2027-03-01",
        ]
        assert [offer["availability"].rpartition("/")[2] for offer in document["offers"]] == [
            "SoldOut",
            "InStock",
        ]
        assert {offer["priceCurrency"] for offer in document["offers"]} == {"GBP"}

    def test_the_window_is_part_of_the_offer(self, client, database, course):
        with database.write() as db:
            an_intake(db, title="Soon", opens_at=NOW + timedelta(days=1))
            an_intake(db, title="Gone", closes_at=NOW)
        offers = structured(client.get("/courses/small-course"))["offers"]
        assert {offer["name"]: offer["availability"].rpartition("/")[2] for offer in offers} == {
            "Soon": "PreSale",
        }

    def test_without_dates_there_is_no_offer(self, client, course):
        document = structured(client.get("/courses/small-course"))
        assert document["@type"] == "Course"
        assert "offers" not in document


class TestInformation:
    def test_the_cookies_named_are_the_cookies_set(self, client, database):
        """Name and lifetime as the code sets them."""
        response = client.get("/cookies")
        page, fresh = words(response), response.headers["set-cookie"]
        assert fresh.startswith("preceptor-visitor=")
        assert "Max-Age=86400" in fresh
        assert "preceptor-visitor" in page
        assert "1 day." in page
        flash = client.post("/sign-out").headers.get_list("set-cookie")
        (shown,) = [cookie for cookie in flash if cookie.startswith("preceptor-flash=")]
        assert "Max-Age=60" in shown
        assert "after 1 minute" in page
        assert "preceptor-sid" in page
        assert "at most 30 days" in page
        names = {cookie.partition("=")[0] for cookie in [fresh, *flash]}
        assert names <= {
            "preceptor-visitor",
            "preceptor-sid",
            "preceptor-device",
            "preceptor-flash",
        }
        assert all("HttpOnly" in cookie for cookie in [fresh, *flash])

    @pytest.mark.parametrize(
        ("path", "most"),
        [("/about", 0), ("/contact", 0), ("/privacy", 2), ("/cookies", 0), ("/accessibility", 0)],
    )
    def test_every_page_links_to_it_and_it_asks_the_database_nothing(self, client, path, most):
        """But for privacy, which names proofs of life support only where a course or a person has to do
        with them."""
        assert f'href="{path}"' in client.get("/").text
        assert statements_of(client.get(path)) <= most

    def test_the_page_about_privacy_says_of_everything_how_long_and_why(self, client, database):
        """O17: every retention rule that the worker follows has a row on the page."""
        asking = {"practicals/practice-day.yaml": ("bring:", "basic_life_support: true\nbring:")}
        with database.write() as db:
            courses.publish(db, SystemActor.command_line, changed_course(asking), now=NOW)
        rows = html.document_fromstring(client.get("/privacy").text).xpath(
            "//*[@id='how-long']//tbody/tr"
        )
        told = {tuple(" ".join(cell.text_content().split()) for cell in row) for row in rows}
        assert told == {tuple(map(str, (rule.what, rule.how_long, rule.why))) for rule in RULES}

    @pytest.mark.parametrize("path", ["/contact", "/privacy", "/accessibility", "/enquiry"])
    def test_the_academy_can_be_written_to(self, client, path):
        assert "mailto:academy@preceptor.example" in client.get(path).text


class TestErrors:
    def test_a_missing_page_offers_what_a_visitor_may_want(self, client):
        text = words(client.get("/no-such-page"))
        assert "Page not found" in text
        assert "verifying a certificate" in text

    def test_a_member_stays_among_their_own_pages(self, as_person, database):
        with database.write() as db:
            actor = a_user(db, "Sam Student")
        student = as_person(actor)
        response = student.get("/admin/people")
        assert response.status_code == 403
        assert "You are signed in as Sam Student" in words(response)
        assert 'href="/home"' in response.text
        assert "Create an account" not in response.text

    @pytest.mark.parametrize(
        ("status", "said", "request_of"),
        [
            (405, "Open it from a link", lambda client: client.post("/courses")),
            (
                413,
                "1 MiB at most",
                lambda client: client.post("/enquiry", content=b"x" * 1_100_000),
            ),
            (414, "Open the page from a link", lambda client: client.get("/" + "x" * 8_100)),
            (415, "Send a form", lambda client: client.post("/enquiry", json={"name": "V"})),
            (
                403,
                "our own pages",
                lambda client: client.post("/enquiry", headers={"origin": "https://x.example"}),
            ),
        ],
    )
    def test_what_is_refused_early_is_a_page_with_a_way_on(self, client, status, said, request_of):
        response = request_of(client)
        assert response.status_code == status
        assert said in words(response)
        assert "Go to the home page" in words(response)
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]

    def test_too_large_for_the_api_is_a_problem_document(self, client):
        response = client.post("/api/v1/assessments", content=b"x" * 1_100_000)
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
