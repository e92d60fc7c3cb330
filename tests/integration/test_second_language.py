"""A second language from the beginning, as docs/languages.md says: a made-up one, spoken by nobody."""

from babel.messages.pofile import read_po, write_po
from sqlalchemy import select

from app.catalogues import FILE
from app.languages import Languages, languages_of
from app.main import make_mailer
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.people import a_user
from tests.messages import main

FROM_THIS_SITE = {"sec-fetch-site": "same-origin"}
TRANSLATIONS = {
    "Your account": "Zub konto",
    "Save the profile": "Zub & zub",
    "Sign in to open this page.": "Zub, zub.",
    "Choose a new password for %(academy)s": "Zub: %(academy)s",
}


def with_a_new_language(folder, tag: str) -> Languages:
    """Add a language, translate a few texts, and return what the next start of a process speaks."""
    locales = folder / "locales"
    assert main([tag], locales=locales) == 0
    path = locales / tag / FILE
    with path.open("rb") as source:
        catalogue = read_po(source, locale=tag)
    for text, translation in TRANSLATIONS.items():
        assert catalogue[text].string == ""
        catalogue[text].string = translation
    with path.open("wb") as target:
        write_po(target, catalogue)
    assert main([], locales=locales) == 0
    return languages_of(ACADEMY, locales, folder / "compiled")


def test_a_new_language_is_read_on_pages_and_by_programs(
    client, as_person, database, speak, tmp_path
):
    with database.write() as db:
        student = a_user(db, language="eo")
    speak(with_a_new_language(tmp_path, "eo"))
    page = as_person(student).get("/me").text
    assert '<html lang="eo" dir="ltr"' in page
    assert "Zub konto</h1>" in page
    assert "Zub &amp; zub" in page
    assert "Access needs" in page  # not translated yet, so it is read in English
    assert '<option value="eo" selected lang="eo">Esperanto</option>' in page
    problem = client.get("/api/v1/me", headers={"accept-language": "eo"})
    assert (problem.status_code, problem.json()["detail"]) == (401, "Zub, zub.")
    assert client.get("/api/v1/me").json()["detail"] == "Sign in to open this page."


def test_a_mail_is_in_the_new_language(app, client, database, speak, tmp_path):
    with database.write() as db:
        student = a_user(db, language="eo")
    speak(with_a_new_language(tmp_path, "eo"))
    form = {"email": student.email}
    assert client.post("/forgot", data=form, headers=FROM_THIS_SITE).status_code == 303
    with database.read() as db:
        mail = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail")).one()
        mailer = make_mailer(app.state.app_context.settings, app.state.app_context)
        message = mailer.build(mail.id, mail.payload, now=NOW)
    assert message["Subject"] == f"Zub: {ACADEMY.name}"
    assert message["Content-Language"] == "eo"
    page = message.get_body(("html",)).get_content()
    assert '<html lang="eo" dir="ltr">' in page
    assert "A new password was asked for your account" in page  # not translated yet
