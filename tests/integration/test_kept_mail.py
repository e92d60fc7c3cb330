"""The mails that are kept where no mail server is set."""

import pytest
from fastapi.testclient import TestClient

from app.kit.ids import new_uuid
from app.main import create_app
from app.outbox.service import send_mail
from app.settings import Settings
from tests.make import NOW
from tests.make.mail import mails_to


def test_kept_mails_are_listed_and_read(app, client, database):
    assert "No mail yet" in client.get("/dev/mail").text
    with database.write() as db:
        values = {"name": "<b>Ned</b>", "inviter": "Ada", "link_id": str(new_uuid())}
        send_mail(db, "ned@example.org", "accounts/invitation", values, now=NOW)
    (mail,) = mails_to(app, "ned@example.org")
    assert "Your account at Preceptor Academy" in client.get("/dev/mail").text
    page = client.get(f"/dev/mail/{mail.id}").text
    assert "Hello &lt;b&gt;Ned&lt;/b&gt;" in page
    assert '<a href="http://testserver/invitation?token=' in page
    assert client.get("/dev/mail/01a2055b-e776-7988-9877-cb5c547b8740").status_code == 404


@pytest.mark.parametrize("path", ["/dev/mail", "/dev/mail/01a2055b-e776-7988-9877-cb5c547b8740"])
def test_production_has_no_such_page(settings, path):
    production = Settings(
        env="production",
        database_url=settings.database_url,
        base_url="https://testserver",
        secret_key="a-secret-that-is-long-enough-to-be-one",
        mail_url="smtp://localhost",
    )
    with TestClient(create_app(production), base_url="https://testserver") as client:
        assert client.get(path).status_code == 404
