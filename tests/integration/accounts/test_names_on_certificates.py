"""When people save a name that certificates print, the printer checks it (B6, S12, N2)."""

import sys

import pytest

from app.accounts import printable_names, queries, service
from app.accounts.models import User
from app.documents import glyph_check
from app.kit.actor import Role
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import sealing_keys
from tests.make.mail import mails_to
from tests.make.names import PRINTED, REFUSED
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.versions import version_on

ONE_OF_EACH_KIND = ("Welsh", "Yoruba", "Persian", "Hindi", "Khmer", "Chinese, traditional")
ADVICE = "Write the name in Latin letters, as in the machine-readable lines of your passport"


def save(browser, **changed):
    fields = {"name": "Sam Student", "certificate_name": "Sam Student", "is_medical": "no"}
    return browser.post("/me", data={**fields, **changed, "version": version_on(browser, "/me")})


def stored(database, actor):
    with database.read() as db:
        profile = queries.profile(db, actor.user_id, sealing_keys())
    return profile.name, profile.certificate_name


@pytest.mark.parametrize("language", ONE_OF_EACH_KIND)
def test_a_name_that_is_printed_is_saved(as_person, database, sam, language):
    name = dict(PRINTED)[language]
    assert save(as_person(sam), certificate_name=name).status_code == 303
    assert stored(database, sam) == ("Sam Student", name)


@pytest.mark.parametrize(("script", "name", "letters"), REFUSED[:3])
def test_a_name_that_cannot_be_printed_is_refused_in_letters(
    as_person, database, sam, script, name, letters
):
    page = save(as_person(sam), certificate_name=name)
    assert page.status_code == 422
    text = words(page)
    assert f"Our certificates cannot print “{letters}”. {ADVICE}" in text
    assert "U+" not in text
    assert f'value="{name}"' in page.text
    assert stored(database, sam) == ("Sam Student", "Sam Student")


def test_a_name_has_no_pictures(as_person, database, sam):
    page = save(as_person(sam), certificate_name="Sam 😀")
    assert page.status_code == 422
    assert "has no pictures or signs, but this one has “😀”" in words(page)
    assert stored(database, sam) == ("Sam Student", "Sam Student")


def test_the_api_refuses_it_too(as_person, database, sam):
    browser = as_person(sam)
    version = browser.get("/api/v1/me").json()["profile"]["version"]
    sent = {"name": "Sam Student", "certificate_name": "Ana ꦗꦮ", "version": version}
    refused = browser.put("/api/v1/me/profile", json=sent)
    assert refused.status_code == 422
    assert refused.json()["reason"] == printable_names.REASON
    assert "“ꦗꦮ”" in refused.text
    assert stored(database, sam) == ("Sam Student", "Sam Student")


def test_a_student_may_be_called_anything_and_an_instructor_what_can_be_printed(
    as_person, database, sam, ina
):
    """Only assessors are printed by the name that others see."""
    assert save(as_person(sam), name="ꦗꦮ").status_code == 303
    browser = as_person(ina)
    short = {"name": "ꦗꦮ", "theme": "auto", "version": version_on(browser, "/me")}
    refused = browser.post("/me", data=short)
    assert refused.status_code == 422
    assert "cannot print “ꦗꦮ”" in words(refused)
    assert stored(database, ina)[0] == "Ina Instructor"


def test_what_was_saved_before_keeps_nobody_from_the_rest(as_person, database):
    with database.write() as db:
        earlier = a_user(db, "Ana", certificate_name="ꦗꦮ")
    browser = as_person(earlier)
    assert save(browser, name="Ana", certificate_name="ꦗꦮ", theme="dark").status_code == 303


def test_an_instructor_is_not_invited_by_a_name_that_cannot_be_printed(as_person, database, ada):
    browser = as_person(ada)
    fields = {"name": "ꦗꦮ", "email": "new@example.org"}
    refused = browser.post("/admin/people/invite", data={**fields, "roles": "instructor"})
    assert refused.status_code == 422
    assert "machine-readable lines of the person’s passport" in words(refused)
    with database.read() as db:
        assert db.query(User).filter(User.email == "new@example.org").count() == 0
    assert browser.post("/admin/people/invite", data={**fields, "roles": "student"}).is_redirect


def printer_that_cannot_start(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")


def printer_that_is_slow(monkeypatch):
    monkeypatch.setattr(glyph_check, "WITHIN", 0.0)


@pytest.mark.parametrize("break_it", [printer_that_cannot_start, printer_that_is_slow])
def test_a_printer_that_is_away_keeps_nobody_from_saving_and_tells_later(
    app, as_person, database, sam, monkeypatch, break_it
):
    # A name for each kind of database, because the process remembers checked names.
    name = f"ꦗꦮ {break_it.__name__} {database.url.get_backend_name()}"
    browser = as_person(sam)
    with monkeypatch.context() as patch:
        break_it(patch)
        assert save(browser, certificate_name=name).status_code == 303
    assert stored(database, sam) == ("Sam Student", name)
    (mail,) = mails_to(app, sam.email)
    assert mail.subject == "Your name on certificates"
    assert "cannot print “ꦗꦮ” in your name" in mail.text
    assert ADVICE in mail.text


def test_who_becomes_an_instructor_is_told(app, database, ada):
    with database.write() as db:
        person = a_user(db, "ꦗꦮ", certificate_name=None)
        version = queries.person_story(db, ada, person.user_id, now=NOW).roles_version
        service.change_roles(
            db,
            ada,
            person.user_id,
            roles={Role.student, Role.instructor},
            reason="Teaches from now on",
            expected_version=version,
            now=NOW,
        )
    (mail,) = mails_to(app, person.email)
    assert "cannot print “ꦗꦮ” in your name" in mail.text


class TestIssuedBefore:
    """N2: a changed name changes no certificate, and the pages say so."""

    @pytest.fixture
    def holder(self, database):
        with database.write() as db:
            earned = an_earner(db)
            a_certificate(db, earned)
        return earned.student

    def test_saving_a_new_name_says_that_certificates_keep_the_old_one(self, as_person, holder):
        browser = as_person(holder)
        save(browser, certificate_name="Samira Student")
        said = "Your certificate keeps the name of the day of issue."
        assert said in words(browser.get("/me"))
        save(browser, certificate_name="Samira Student", theme="dark")
        assert said not in words(browser.get("/me"))
        save(browser, certificate_name="Sam Student")
        assert said not in words(browser.get("/me"))

    def test_the_office_that_corrects_it_is_told_so(self, as_person, database, holder, ada):
        browser = as_person(ada)
        path = f"/admin/people/{holder.user_id}/details"
        fields = {"name": "Sam Student", "email": holder.email, "reason": "A slip"}

        def correct(certificate_name):
            version = version_on(browser, path)
            sent = {**fields, "certificate_name": certificate_name, "version": version}
            return words(browser.post(path, data=sent, follow_redirects=True))

        told = correct("Samira Student")
        assert "1 certificate keeps the name of the day of issue: replace it" in told
        again = correct("Sam Student")
        assert "Corrected: name on the certificate." in again
        assert "keeps the name" not in again

    def test_the_pages_of_the_certificate_say_so_too(self, as_person, database, holder, ada):
        browser = as_person(holder)
        assert "keeps its name" not in words(browser.get("/certificates"))
        save(browser, certificate_name="Samira Student")
        own = words(browser.get("/certificates"))
        assert "Your profile names you Samira Student now" in own
        assert "write to the academy" in own
        office = as_person(ada)
        listed = office.get("/admin/certificates")
        path = listed.text.partition('href="/admin/certificates/')[2].partition('"')[0]
        assert "The profile says Samira Student by now." in words(
            office.get(f"/admin/certificates/{path}")
        )

    def test_who_has_none_is_told_nothing(self, as_person, sam):
        browser = as_person(sam)
        save(browser, certificate_name="Samira Student")
        page = browser.get("/me")
        assert page.status_code == 200
        assert "Samira Student" in page.text
        assert "keeps the name" not in words(page)


def test_a_name_is_asked_about_once(monkeypatch):
    name = "Asked Once"
    assert glyph_check.letters_not_drawn([name])[name] == ()
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    assert glyph_check.letters_not_drawn([name])[name] == ()
    with pytest.raises(glyph_check.PrinterAway):
        glyph_check.letters_not_drawn(["Never Asked"])


def test_all_names_are_asked_about_together_and_each_has_its_answer():
    names = [name for _, name in PRINTED] + [name for _, name, _ in REFUSED]
    answers = glyph_check.letters_not_drawn(names)
    assert {name for name in names if not answers[name]} == {name for _, name in PRINTED}
    for _, name, letters in REFUSED:
        assert set(answers[name]) == set(letters.replace(" ", ""))
