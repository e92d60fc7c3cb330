"""The mails that are kept where no mail server is set."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.db.paging import PAGE_SIZE
from app.kit.ids import new_uuid
from app.main import create_app
from app.outbox.service import keep_mail, send_to_address
from app.settings import Settings
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.mail import mails_to
from tests.make.mails import an_invitation_mail
from tests.make.settings import production_settings


def test_kept_mails_are_listed_and_read(app, client, database):
    assert "No mail yet" in client.get("/dev/mail").text
    with database.write() as db:
        send_to_address(db, "ned@example.org", an_invitation_mail("<b>Ned</b>"), now=NOW)
    (mail,) = mails_to(app, "ned@example.org")
    assert "Your account at Preceptor Academy" in client.get("/dev/mail").text
    page = client.get(f"/dev/mail/{mail.id}").text
    assert "Hello &lt;b&gt;Ned&lt;/b&gt;" in page
    assert '<a href="http://testserver/invitation?token=' in page
    document = client.get(f"/dev/mail/{mail.id}/html")
    assert "Hello &lt;b&gt;Ned&lt;/b&gt;" in document.text
    assert "script-src" not in document.headers["content-security-policy"]
    assert document.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "sandbox" in document.headers["content-security-policy"]
    assert client.get("/dev/mail/01a2055b-e776-7988-9877-cb5c547b8740").status_code == 404


def test_a_mail_has_both_parts_plain_first_and_its_invite_as_the_last_of_them(app):
    """R-107, R-108: no line break of a value reaches a header, and every link is our own address."""
    calendar = {
        **dict.fromkeys(("uid", "summary", "location", "description", "attendee_name"), "Day"),
        "method": "REQUEST",
        "sequence": 0,
        "zone": "Europe/London",
        "starts_at": NOW.isoformat(),
        "ends_at": NOW.isoformat(),
        "stamped_at": NOW.isoformat(),
        "attendee": "ned@example.org",
        "path": "/practicals/1",
    }
    values = {"name": "Ned", "title": "Day\r\nBcc: eve@example.org", "assessment_id": "7"}
    payload = {"to": "ned@example.org", "template": "assessments/signed", "values": values}
    message = app.state.mailer.build(new_uuid(), payload | {"calendar": calendar}, now=NOW)
    assert message.get_content_type() == "multipart/mixed"
    body, attached = message.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    plain, html, invite = body.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert (invite.get_content_type(), invite.get_param("method")) == ("text/calendar", "REQUEST")
    assert invite.get_filename() is None
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/ics",
        "invite.ics",
    )
    assert attached.get_payload(decode=True) == invite.get_payload(decode=True)
    assert message["Subject"] == "Your assessment report is ready: Day Bcc: eve@example.org"
    assert message["Bcc"] is None
    html = message.get_body(("html",)).get_content()
    assert 'href="http://testserver/reports/7"' in html
    only_plain = app.state.mailer.build(new_uuid(), payload | {"calendar": None}, now=NOW)
    assert only_plain.get_content_type() == "multipart/alternative"


def test_a_mail_kept_before_mails_had_html_has_no_such_page(client, database):
    mail_id = new_uuid()
    with database.write() as db:
        mail = {
            "to": "ned@example.org",
            "subject": "Old",
            "text": "Old",
            "source": "Subject: Old\n\nOld",
        }
        keep_mail(db, mail_id, **mail, now=NOW)
    assert client.get(f"/dev/mail/{mail_id}/html").status_code == 404


def test_many_kept_mails_have_pages_newest_first(client, database):
    with database.write() as db:
        for number in range(PAGE_SIZE + 3):
            words = {"subject": f"Mail {number:03}", "text": "", "source": ""}
            at = NOW + timedelta(minutes=number)
            keep_mail(db, new_uuid(), to="ned@example.org", **words, now=at)
    first = client.get("/dev/mail")
    assert f"Mail {PAGE_SIZE + 2:03}" in first.text
    assert "Mail 002" not in first.text
    assert statements_of(first) <= 2
    assert 'href="?page=2"' in first.text
    second = client.get("/dev/mail?page=2").text
    assert [f"Mail {number:03}" in second for number in range(4)] == [True, True, True, False]
    assert client.get("/dev/mail?page=0").status_code == 422


UNKNOWN = "/dev/mail/01a2055b-e776-7988-9877-cb5c547b8740"


def test_an_unknown_mail_has_no_html(client):
    assert client.get(f"{UNKNOWN}/html").status_code == 404


@pytest.mark.parametrize("path", ["/dev/mail", UNKNOWN, f"{UNKNOWN}/html"])
def test_production_has_no_such_page(settings, path, tmp_path):
    changes = {"database_url": settings.database_url, "base_url": "https://testserver"}
    production = Settings(**production_settings(tmp_path, **changes))
    with TestClient(create_app(production), base_url="https://testserver") as client:
        assert client.get(path).status_code == 404
