"""Certificates as their holders, strangers and admins meet them."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pypdfium2
import pytest
import zxingcpp
from lxml import html
from PIL import Image
from sqlalchemy import update

from app.certificates import serials, service
from app.certificates.models import Certificate
from app.certificates.rate_limits import VERIFY
from app.kit.actor import SystemActor
from app.kit.ids import CertificateId, new_uuid
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_user


@pytest.fixture
def earned(database):
    with database.write() as db:
        return an_earner(db)


@pytest.fixture
def certificate(database, earned):
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
    with database.read() as db:
        return db.get(Certificate, certificate_id)


@pytest.fixture
def office(database, as_person):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    return as_person(admin)


def words(response):
    return " ".join(" ".join(html.document_fromstring(response.text).itertext()).split())


class TestOwn:
    def test_the_way_lists_every_step_in_order(self, database, as_person):
        with database.write() as db:
            student = a_user(db)
            a_learner_place(db, student, a_published_course(db))
        page = as_person(student).get("/certificates")
        assert "A small course in skin and needles 1 of 6" in words(page)
        steps = html.document_fromstring(page.text).xpath("//ol/li[@data-state]//a/text()")
        assert [" ".join(step.split()) for step in steps] == [
            "Your place on the course",
            "The skin",
            "Needles",
            "Final test",
            "Practice day",
            "Your assessment: Practice day",
        ]

    def test_nothing_yet_says_what_to_do(self, database, as_person):
        with database.write() as db:
            student = a_user(db)
        assert "Reserve a place on a course" in words(as_person(student).get("/certificates"))

    def test_while_it_is_made_the_page_says_so(self, as_person, earned):
        assert "is being made" in words(as_person(earned.student).get("/certificates"))

    def test_the_report_leads_to_the_certificate_once_there_is_one(
        self, database, as_person, earned
    ):
        browser, report = as_person(earned.student), f"/reports/{earned.assessment_id}"
        before = words(browser.get(report))
        assert "See the way to your certificate" in before
        assert "Open your certificate" not in before
        with database.write() as db:
            a_certificate(db, earned)
        after = words(browser.get(report))
        assert "Open your certificate" in after
        assert "See the way to your certificate" not in after

    def test_a_certificate_is_downloaded(self, as_person, earned, certificate):
        browser = as_person(earned.student)
        page = browser.get("/certificates")
        assert serials.grouped(certificate.serial) in words(page)
        assert f"/certificates/{certificate.id}.pdf" in page.text
        answer = browser.get(f"/certificates/{certificate.id}.pdf")
        assert answer.headers["content-type"] == "application/pdf"

    def test_a_name_that_waits_is_said(self, database, as_person):
        with database.write() as db:
            blocked = an_earner(db, certificate_name="ꦗꦮ")
            service.issue_if_complete(
                db, SystemActor.worker, blocked.student.user_id, blocked.course_key, ISSUER, now=NOW
            )
        page = words(as_person(blocked.student).get("/certificates"))
        assert "it cannot be printed yet" in page


class TestDocument:
    def test_it_is_tagged_and_its_qr_leads_to_the_check(
        self, as_person, earned, certificate, settings
    ):
        browser = as_person(earned.student)
        content = browser.get(f"/certificates/{certificate.id}.pdf").content
        document = pypdfium2.PdfDocument(content)
        try:
            assert len(document) == 1
            assert pypdfium2.raw.FPDFCatalog_IsTagged(document)
            assert document.get_metadata_dict()["Title"].startswith("Certificate: ")
            text = document[0].get_textpage().get_text_bounded()
            picture = document[0].render(scale=3).to_pil()
        finally:
            document.close()
        assert b"pdfuaid" in content
        assert "Sam Student" in text
        assert "It is not a licence" in text
        assert "Iris Instructor" in text
        assert serials.grouped(certificate.serial) in text
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == f"{settings.base_url}/verify/{certificate.serial}"
        shown = browser.get(code.text.removeprefix(settings.base_url))
        assert "This certificate is valid" in words(shown)

    def test_its_picture_shows_the_same_paper(self, as_person, earned, certificate, settings):
        """On the page of its holder, light enough for a phone, and the code in it can be read."""
        browser = as_person(earned.student)
        page = browser.get("/certificates")
        assert f'src="/certificates/{certificate.id}.png"' in page.text
        answer = browser.get(f"/certificates/{certificate.id}.png")
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"].startswith("inline")
        assert len(answer.content) < 70_000
        with Image.open(BytesIO(answer.content)) as picture:
            assert f'width="{picture.width}"' in page.text
            assert f'height="{picture.height}"' in page.text
            (code,) = zxingcpp.read_barcodes(picture.convert("RGB"))
        assert code.text == f"{settings.base_url}/verify/{certificate.serial}"

    def test_it_is_printed_once(self, as_person, earned, certificate, settings):
        browser = as_person(earned.student)
        first = browser.get(f"/certificates/{certificate.id}.pdf").content
        (pdf,) = Path(settings.files_url).rglob("*.pdf")
        stamp = pdf.stat().st_mtime_ns
        assert browser.get(f"/certificates/{certificate.id}.pdf").content == first
        assert pdf.stat().st_mtime_ns == stamp

    def test_a_folder_that_cannot_be_used_costs_only_time(
        self, as_person, earned, certificate, settings
    ):
        """O13: pages of certificates answered 500 when the folder of files was not writable or not
        readable."""
        browser, address = as_person(earned.student), f"/certificates/{certificate.id}.pdf"
        folder = Path(settings.files_url)
        folder.write_text("a file where the folder should be")
        assert browser.get(address).content.startswith(b"%PDF")
        folder.unlink()
        first = browser.get(address).content
        (stored_file,) = folder.rglob("*.pdf")
        stored_file.unlink()
        stored_file.symlink_to("/proc/self/mem")  # a file, and reading it fails
        second = browser.get(address)
        assert second.status_code == 200
        assert stored_file.read_bytes() == second.content
        assert len(second.content) == len(first)

    @pytest.mark.parametrize("kind", ["pdf", "png"])
    def test_it_is_for_its_holder_and_admins(
        self, as_person, database, certificate, office, client, kind
    ):
        with database.write() as db:
            stranger = a_user(db, "Una Unknown")
        address = f"/certificates/{certificate.id}.{kind}"
        assert as_person(stranger).get(address).status_code == 404
        assert office.get(address).status_code == 200
        assert client.get(address).status_code == 303
        assert office.get(f"/certificates/{new_uuid()}.{kind}").status_code == 404

    @pytest.mark.parametrize("kind", ["pdf", "png"])
    def test_a_revoked_or_altered_one_is_not_handed_out(
        self, as_person, database, earned, certificate, office, kind
    ):
        address = f"/certificates/{certificate.id}.{kind}"
        with database.write() as db:
            db.execute(update(Certificate).values(holder_name="Somebody Else"))
        assert office.get(address).status_code == 409
        with database.write() as db:
            db.execute(update(Certificate).values(holder_name="Sam Student"))
        office.post(
            f"/admin/certificates/{certificate.id}/revoke", data={"reason": "Issued in error"}
        )
        browser = as_person(earned.student)
        assert browser.get(address).status_code == 409
        assert "Issued in error" in words(browser.get("/certificates"))


class TestVerifying:
    def test_anybody_finds_it_however_it_is_typed(self, client, certificate):
        typed = serials.grouped(certificate.serial).lower().replace("-", " ")
        answer = client.post("/verify", data={"serial": typed})
        assert answer.headers["location"] == f"/verify/{certificate.serial}"
        page = client.get(answer.headers["location"])
        assert page.status_code == 200
        assert "This certificate is valid" in words(page)
        assert "Sam Student" in words(page)
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert "noindex" in page.text

    @pytest.mark.parametrize(
        "typed",
        [
            "Certificate number {0}.",
            "http://testserver/verify/{1}?utm_source=cv",
            "\u200e{0}\u200e",
            "({0})",
        ],
    )
    def test_it_is_read_out_of_what_surrounds_it(self, client, office, certificate, typed):
        """B24: on the page, in the address, in the API and in the office's search."""
        number = serials.grouped(certificate.serial)
        pasted = typed.format(number, certificate.serial)
        answer = client.post("/verify", data={"serial": pasted})
        assert answer.headers["location"] == f"/verify/{certificate.serial}"
        segment = quote(f"{number}).", safe="")
        assert client.get(f"/verify/{segment}").status_code == 200
        answer_read = client.get(f"/api/v1/certificates/{segment}").json()
        assert answer_read["serial"] == number
        listed = office.get("/admin/certificates", params={"q": pasted})
        assert "1 certificate" in words(listed)

    def test_only_what_is_printed_is_shown(self, client, earned, certificate):
        """R-114: no address, no number of a person, no evidence."""
        page = client.get(f"/verify/{certificate.serial}")
        assert page.status_code == 200
        assert "Sam Student" in words(page)
        for secret in (
            earned.student.email,
            str(earned.student.user_id),
            str(earned.assessment_id),
            str(certificate.id),
        ):
            assert secret not in page.text

    def test_a_number_that_cannot_be_one_is_kept_and_explained(self, client):
        page = client.post("/verify", data={"serial": "No. 7K2Q-Ж?"})
        assert page.status_code == 422
        assert "you typed Ж" in words(page)
        assert "No. 7K2Q-Ж?" in page.text
        assert client.post("/verify", data={}).status_code == 422

    @pytest.mark.parametrize(
        ("serial", "said"),
        [
            ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "We cannot find that number"),
            ("nonsense", "has 26 letters and digits; you typed 8"),
        ],
    )
    def test_an_unknown_number_is_said_plainly(self, client, serial, said):
        page = client.get(f"/verify/{serial}")
        assert page.status_code == 404
        assert said in words(page)
        assert serial in page.text
        assert page.headers["x-robots-tag"] == "noindex, nofollow"

    def test_hit_and_miss_ask_the_database_alike(self, client, certificate):
        """R-114."""
        client.get("/verify/warm")
        hit = statements_of(client.get(f"/verify/{certificate.serial}"))
        miss = statements_of(client.get(f"/verify/{serials.new_serial()}"))
        malformed = statements_of(client.get("/verify/nonsense"))
        assert hit == miss == malformed
        assert hit <= 5

    def test_revoked_is_shown_with_its_date(self, client, database, certificate, office):
        office.post(
            f"/admin/certificates/{certificate.id}/revoke", data={"reason": "Issued in error"}
        )
        page = words(client.get(f"/verify/{certificate.serial}"))
        assert "This certificate was revoked" in page
        assert "Tue 1 Dec 2026" in page
        assert "Issued in error" not in page

    def test_an_altered_row_is_not_valid(self, client, database, certificate):
        """R-111, R-116."""
        with database.write() as db:
            db.execute(update(Certificate).values(holder_name="Somebody Else"))
        page = words(client.get(f"/verify/{certificate.serial}"))
        assert "This certificate is not valid" in page
        assert "Somebody Else" not in page
        assert "Sam Student" not in page

    def test_a_network_may_look_only_so_often(self, client, certificate):
        """R-114."""
        for _ in range(VERIFY.most):
            assert client.get("/verify/nonsense").status_code == 404
        refused = client.get(f"/verify/{certificate.serial}")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        api = client.get(f"/api/v1/certificates/{certificate.serial}")
        assert api.status_code == 429

    def test_the_api_says_the_same(self, client, database, certificate):
        answer_read = client.get(
            f"/api/v1/certificates/{serials.grouped(certificate.serial)}"
        ).json()
        assert answer_read["status"] == "valid"
        assert answer_read["name"] == "Sam Student"
        assert answer_read["practicals"][0]["on"] == "2026-12-01"
        refused = client.get("/api/v1/certificates/nonsense")
        assert refused.status_code == 404
        assert "you typed 8" in refused.json()["detail"]
        with database.write() as db:
            db.execute(update(Certificate).values(holder_name="Somebody Else"))
        altered = client.get(f"/api/v1/certificates/{certificate.serial}").json()
        assert (altered["status"], altered["name"]) == ("not_valid", "")


class TestOffice:
    def test_the_list_is_searched_by_name_and_number(self, database, office, certificate):
        for search, count in (
            ("", 1),
            ("STUDENT", 1),
            (serials.grouped(certificate.serial).lower(), 1),
            ("nobody", 0),
            ("%", 0),
        ):
            page = office.get("/admin/certificates", params={"q": search})
            assert page.text.count("Sam Student") == count, search
        assert "No certificate found" in words(office.get("/admin/certificates?q=nobody"))
        assert office.get("/admin/certificates?page=x").status_code == 422

    def test_the_list_shows_one_state(self, database, office, certificate):
        assert "Sam Student" in office.get("/admin/certificates?which=valid").text
        assert "Nothing was revoked" in office.get("/admin/certificates?which=revoked").text
        revoked = f"/admin/certificates/{certificate.id}/revoke"
        office.post(revoked, data={"reason": "A misspelt name"})
        assert "Sam Student" in office.get("/admin/certificates?which=revoked").text
        valid = office.get("/admin/certificates?which=valid")
        assert valid.status_code == 200
        assert "Sam Student" not in valid.text

    def test_a_long_list_has_pages(self, database, office, certificate):
        with database.write() as db:
            for number in range(50):
                db.add(
                    Certificate(
                        id=CertificateId(new_uuid()),
                        serial=f"{number:026}",
                        holder_name="Sam Student",
                        user_id=certificate.user_id,
                        course_key=f"course-{number}",
                        revision_id=certificate.revision_id,
                        snapshot={},
                        snapshot_hash="",
                        issued_at=NOW,
                    )
                )
        first = office.get("/admin/certificates?q=sam")
        assert "Page 1 of 2" in words(first)
        assert "/admin/certificates?which=all&amp;q=sam&amp;page=2" in first.text
        assert "Page 2 of 2" in words(office.get("/admin/certificates?q=sam&page=2"))

    def test_revoking_needs_a_reason_and_works_once(self, office, certificate):
        address = f"/admin/certificates/{certificate.id}"
        page = office.post(f"{address}/revoke", data={"reason": " "})
        assert page.status_code == 422
        assert "Enter the reason." in words(page)
        assert office.post(f"{address}/revoke", data={"reason": "In error"}).status_code == 303
        assert "In error" in words(office.get(address))
        assert office.post(f"{address}/revoke", data={"reason": "In error"}).status_code == 409

    def test_issuing_anew_is_refused_or_gets_a_new_number(
        self, office, database, certificate, earned
    ):
        address = f"/admin/certificates/{certificate.id}"
        refused = office.post(f"{address}/reissue")
        assert refused.status_code == 409
        assert "revoked first" in words(refused)
        office.post(f"{address}/revoke", data={"reason": "Wrong name"})
        answer = office.post(f"{address}/reissue")
        assert answer.status_code == 303
        assert answer.headers["location"] != address
        assert office.get(answer.headers["location"]).status_code == 200

    def test_what_is_blocked_is_on_top_and_tried_again(self, office, database):
        with database.write() as db:
            blocked = an_earner(db, "Li Xiaolong", certificate_name="ꦗꦮ")
            service.issue_if_complete(
                db, SystemActor.worker, blocked.student.user_id, blocked.course_key, ISSUER, now=NOW
            )
        page = office.get("/admin/certificates")
        assert "Waiting for you: 1" in words(page)
        assert "cannot print “ꦗꦮ” in the name of the holder" in words(page)
        fields = {"user_id": str(blocked.student.user_id), "course_key": blocked.course_key}
        again = office.post("/admin/certificates/blocked", data=fields)
        assert again.headers["location"] == "/admin/certificates"
        assert "cannot print “ꦗꦮ” in the name of the holder" in words(
            office.get("/admin/certificates")
        )
        with database.write() as db:
            db.connection().exec_driver_sql("UPDATE users SET certificate_name = 'Li Xiaolong'")
        issued = office.post("/admin/certificates/blocked", data=fields)
        assert re.fullmatch(r"/admin/certificates/[0-9a-f-]{36}", issued.headers["location"])
        listed = office.get("/admin/certificates")
        assert "Li Xiaolong" in words(listed)
        assert "Waiting for you" not in words(listed)

    def test_an_altered_row_is_shown_as_one(self, office, database, certificate):
        with database.write() as db:
            db.execute(update(Certificate).values(snapshot={}))
        assert "Altered certificate" in words(office.get("/admin/certificates"))
        page = words(office.get(f"/admin/certificates/{certificate.id}"))
        assert "is not what was issued" in page

    @pytest.mark.parametrize("people", [1, 10])
    def test_the_pages_ask_few_questions(self, office, database, as_person, people):
        with database.write() as db:
            first = an_earner(db)
            for number in range(people):
                blocked = an_earner(
                    db, f"Name {number}", published=first.published, certificate_name="ꦗ"
                )
                service.issue_if_complete(
                    db,
                    SystemActor.worker,
                    blocked.student.user_id,
                    blocked.course_key,
                    ISSUER,
                    now=NOW,
                )
                a_certificate(db, an_earner(db, f"Person {number}", published=first.published))
        for browser, address, most in (
            (office, "/admin/certificates?q=person", 8),
            (as_person(first.student), "/certificates", 8),
        ):
            browser.get(address)
            assert statements_of(browser.get(address)) <= most
