"""B17: a sign-in that ends while somebody types loses nothing. Every form of the demo academy is sent after
its sender's sign-in has ended; after signing in again every word stands on a page."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import delete, func, select, text, update

from app import jobs
from app.accounts import queries as people
from app.accounts.models import KeptFormRow, SignIn, User
from app.demo.people import ADMIN, INSTRUCTORS, PASSWORD, STUDENTS, DemoPerson
from app.retention.sweeping import sweep
from tests.house_rules.policy_table import EVERYONE
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.forms import PageForm, forms_of, forms_on_the_way
from tests.make.pages import words

WHO: dict[str, DemoPerson] = {
    "learner": STUDENTS[0],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
FORM = {"content-type": "application/x-www-form-urlencoded"}
ORIGIN = "http://testserver"
TYPED = "Zoë said:\n“half a <dose> & no more”"
BACK = "You were signed out before this was saved."
EXEMPT = {"kept_forms"}


@pytest.fixture
def browser_of(as_demo_person) -> Callable[[str], TestClient]:
    return lambda who: as_demo_person(WHO[who])


@pytest.fixture
def end_sign_ins(academy_database) -> Callable[[], None]:
    """End every sign-in by the time without activity, and let the worker see it."""

    def end() -> None:
        with academy_database.write() as db:
            db.execute(update(SignIn).values(idle_ends_at=NOW))
        jobs.end_sign_ins(academy_database, now=NOW)

    return end


@pytest.fixture
def forms_kept(academy_database) -> Callable[[], int]:
    def count() -> int:
        with academy_database.read() as db:
            return db.scalar(select(func.count()).select_from(KeptFormRow)) or 0

    return count


def send(browser: TestClient, page: str, form: PageForm, **typed: str):
    headers = {**FORM, "referer": ORIGIN + page}
    return browser.post(form.action, content=form.sent(**typed), headers=headers)


def sign_in(browser: TestClient, person: DemoPerson, address: str):
    """Sign in by the page at this address, as a browser without scripts does."""
    page = browser.get(address)
    assert page.status_code == 200
    form = next(form for form in forms_of(page.text) if form.action == "/sign-in")
    typed = {"email": person.email, "password": PASSWORD}
    return browser.post("/sign-in", content=form.sent(**typed), headers=FORM)


def rows_but_kept(database) -> dict[str, str]:
    return {name: rows for name, rows in fingerprint(database).items() if name not in EXEMPT}


def test_every_form_is_kept_through_signing_in(
    browser_of, academy_database, end_sign_ins, forms_kept
):
    lost, tried = [], 0
    for who, person in WHO.items():
        browser = browser_of(who)
        for page, form in list(forms_on_the_way(browser, "/", "/home", "/me")):
            secret = {field.name for field in form.fields if field.kind == "password"}
            typed = dict.fromkeys(set(form.typed) - secret, TYPED)
            if not typed or f"POST {form.action}" in EVERYONE:
                continue  # nothing to type, or no sign-in is asked for
            tried += 1
            end_sign_ins()
            before = rows_but_kept(academy_database)
            answer = send(browser, page, form, **typed, **dict.fromkeys(secret, PASSWORD))
            assert answer.status_code == 303, form.action
            address = urlsplit(answer.headers["location"])
            assert address.path == "/sign-in"
            assert rows_but_kept(academy_database) == before, form.action
            back = sign_in(browser, person, answer.headers["location"])
            assert back.status_code == 303
            shown = browser.get(back.headers["location"])
            assert shown.status_code == 200, form.action
            if BACK not in shown.text:
                lost.append(f"{form.action}: does not say that it was not saved")
            standing = [
                each_form.typed.get(name) for each_form in forms_of(shown.text) for name in typed
            ]
            listed = [
                each.text_content()
                for each in html.document_fromstring(shown.text).xpath("//*[@data-text]")
            ]
            if standing.count(TYPED) + listed.count(TYPED) < len(typed):
                lost.append(f"{form.action} on {page}: words are lost")
    assert lost == []
    assert tried >= 20


def an_enquiry(browser: TestClient) -> tuple[str, PageForm]:
    return next(
        (page, form)
        for page, form in forms_on_the_way(browser, "/admin/enquiries")
        if form.action.endswith("/answered")
    )


def test_the_page_to_sign_in_says_why_and_what_is_kept(browser_of, end_sign_ins, as_demo_person):
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    end_sign_ins()
    address = send(browser, page, form, note=TYPED).headers["location"]
    said = words(browser.get(address))
    assert "Your sign-in ended after 60 minutes without activity." in said
    assert "What you typed is kept for 30 minutes." in said
    wrong = {"email": ADMIN.email, "password": "a wrong password", "next": "/home"}
    wrong |= {"ended": "idle-staff", "kept": "yes"}
    refused = browser.post("/sign-in", data=wrong)
    assert "Your sign-in ended after 60 minutes without activity." in words(refused)
    back = sign_in(browser, ADMIN, address).headers["location"]
    assert urlsplit(back).path == page
    assert "Check it, then press the button again" in words(browser.get(back))
    saved = send(browser, page, forms_of(browser.get(back).text)[-1], note="Answered by phone")
    assert saved.headers["location"] == "/admin/enquiries"


def test_nobody_else_sees_what_was_typed(browser_of, end_sign_ins, forms_kept):
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    end_sign_ins()
    address = send(browser, page, form, note="Only for Ada").headers["location"]
    assert forms_kept() == 1
    back = sign_in(browser, STUDENTS[0], address).headers["location"]
    assert "Only for Ada" not in browser.get(back).text
    kept_id = parse_qs(urlsplit(back).query)["kept"][0]
    for path in ("/home", "/me", "/enrolments"):
        shown = browser.get(f"{path}?kept={kept_id}")
        assert shown.status_code == 200
        assert "Only for Ada" not in shown.text
        assert BACK not in shown.text


@pytest.mark.parametrize("kept_id", ["", "x", "01a2281c-1e1e-71f7-a98c-d351c45ddf5f"])
def test_an_id_of_nothing_changes_no_page(browser_of, kept_id):
    shown = browser_of("admin").get(f"/me?kept={kept_id}")
    assert shown.status_code == 200
    assert BACK not in shown.text


def test_it_is_sealed_small_short_lived_and_few(
    browser_of, academy_database, end_sign_ins, forms_kept
):
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    end_sign_ins()
    for number in range(7):
        send(browser, page, form, note=f"canary {number}")
    assert forms_kept() == 5
    with academy_database.read() as db:
        rows = db.scalars(select(KeptFormRow)).all()
        assert all(b"canary" not in row.sealed for row in rows)
        assert {row.ends_at - row.created_at for row in rows} == {timedelta(minutes=30)}
    too_long = send(browser, page, form, note="x" * 70_000)
    assert parse_qs(urlsplit(too_long.headers["location"]).query)["kept"] == ["no"]
    assert "could not be kept" in words(browser.get(too_long.headers["location"]))
    with academy_database.write() as db:
        db.execute(update(KeptFormRow).values(ends_at=NOW))
    send(browser, page, form, note="the newest")
    assert forms_kept() == 1


def test_a_sealed_form_of_another_row_or_secret_cannot_be_opened(
    browser_of, academy_client, academy_database, end_sign_ins
):
    keeper = academy_client.app.state.app_context.kept_forms
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    end_sign_ins()
    send(browser, page, form, note="first")
    send(browser, page, form, note="second")
    with academy_database.read() as db:
        first_row, other = db.scalars(select(KeptFormRow).order_by(KeptFormRow.id)).all()
    read = keeper.read(academy_database, str(first_row.id), first_row.user_id, now=NOW)
    assert read.fields["note"] == ("first",)
    assert "first" not in repr(read)
    later = NOW + timedelta(minutes=31)
    assert keeper.read(academy_database, str(first_row.id), first_row.user_id, now=later) is None
    with academy_database.write() as db:
        db.execute(
            update(KeptFormRow).where(KeptFormRow.id == first_row.id).values(sealed=other.sealed)
        )
    assert keeper.read(academy_database, str(first_row.id), first_row.user_id, now=NOW) is None
    another = type(keeper)("another secret, after it was changed")
    assert another.read(academy_database, str(other.id), other.user_id, now=NOW) is None


def test_passwords_are_never_kept(browser_of, academy_client, academy_database, end_sign_ins):
    browser = browser_of("admin")
    end_sign_ins()
    fields = {
        "email": "new@example.org",
        "current_password": "canary one",
        "password": "canary two",
    }
    browser.post("/me/email", data=fields, headers={"referer": f"{ORIGIN}/me/email"})
    with academy_database.read() as db:
        (row,) = db.scalars(select(KeptFormRow)).all()
    keeper = academy_client.app.state.app_context.kept_forms
    form_read = keeper.read(academy_database, str(row.id), row.user_id, now=NOW)
    assert dict(form_read.fields) == {"email": ("new@example.org",)}


def test_a_pressed_button_has_nothing_to_keep_and_leads_back(browser_of, end_sign_ins, forms_kept):
    browser = browser_of("instructor")
    end_sign_ins()
    answer = browser.post(
        "/me/sign-ins/end-others", headers={"referer": f"{ORIGIN}/me/sign-ins?page=2&kept=x"}
    )
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["next"], query["kept"]) == (["/me/sign-ins?page=2"], ["nothing"])
    assert "What you pressed was not done." in words(browser.get(answer.headers["location"]))
    assert forms_kept() == 0


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("https://evil.example/admin/people", "/me"),
        ("//evil.example/x", "/me"),
        ("javascript:alert(1)", "/me"),
        (f"{ORIGIN}//evil.example", "/me"),
        (f"{ORIGIN}/me/sign-ins/end-others", "/me"),
        ("", "/me"),
    ],
)
def test_a_strange_address_leads_nowhere_else(browser_of, end_sign_ins, referer, leads_to):
    browser = browser_of("instructor")
    end_sign_ins()
    answer = browser.post("/me", data={"name": "Ines"}, headers={"referer": referer})
    (to,) = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert to.partition("?")[0] == leads_to


@pytest.mark.parametrize(
    ("action", "leads_to"),
    [
        ("/me/sign-ins/end-others", "/me/sign-ins"),
        ("/me/second-factor/codes/new", "/me/second-factor/codes"),
        ("/sign-out", "/home"),
    ],
)
def test_the_page_of_a_refusal_leads_to_the_page_that_the_form_belongs_to(
    browser_of, end_sign_ins, action, leads_to
):
    """A refusal stands at the address of the form, which cannot be opened again."""
    browser = browser_of("instructor")
    end_sign_ins()
    answer = browser.post(action, headers={"referer": ORIGIN + action})
    to = parse_qs(urlsplit(answer.headers["location"]).query).get("next", ["/home"])
    assert to == [leads_to]


def test_it_says_honestly_when_the_database_cannot_be_written(
    browser_of, academy_database, end_sign_ins
):
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    end_sign_ins()
    with academy_database.write() as db:
        db.execute(text("DROP TABLE kept_forms"))
    answer = send(browser, page, form, note=TYPED)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["next"], query["kept"]) == ([page], ["no"])
    assert "Back button" in words(browser.get(answer.headers["location"]))


@pytest.mark.parametrize("end", ["signed out elsewhere", "account closed"])
def test_nothing_is_kept_for_who_was_signed_out_on_purpose(
    browser_of, academy_database, forms_kept, end
):
    browser = browser_of("admin")
    page, form = an_enquiry(browser)
    with academy_database.write() as db:
        ada = people.person_by_email(db, ADMIN.email)
        if end == "account closed":
            db.execute(update(User).where(User.id == ada.user_id).values(disabled_at=NOW))
        else:
            db.execute(delete(SignIn))
    answer = send(browser, page, form, note=TYPED)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["ended"], query["kept"]) == (["gone"], ["no"])
    assert forms_kept() == 0


def test_a_stale_form_stays_stale_through_signing_in(browser_of, academy_database, end_sign_ins):
    browser, path = browser_of("instructor"), "/me"
    form = next(form for form in forms_of(browser.get(path).text) if form.action == path)
    elsewhere = browser_of("instructor")
    end_sign_ins()
    address = send(browser, path, form, name="Typed before").headers["location"]
    with academy_database.write() as db:
        person = people.person_by_email(db, INSTRUCTORS[0].email)
        db.execute(update(User).where(User.id == person.user_id).values(name="Saved elsewhere"))
    del elsewhere
    back = sign_in(browser, INSTRUCTORS[0], address).headers["location"]
    again = next(f for f in forms_of(browser.get(back).text) if f.action == path)
    assert again.typed["name"] == "Typed before"
    assert send(browser, path, again).status_code == 409


def test_an_ended_sign_in_stays_ended_when_the_clock_is_set_back(
    browser_of, academy_database, end_sign_ins
):
    browser = browser_of("instructor")
    assert browser.get("/me").status_code == 200
    end_sign_ins()
    with academy_database.write() as db:  # as if the clock went back an hour
        db.execute(update(SignIn).values(idle_ends_at=NOW + timedelta(hours=1)))
    assert browser.get("/me").status_code == 303
    with academy_database.read() as db:
        rows = len(db.scalars(select(SignIn.id)).all())
    assert rows > 0
    sweep(academy_database, now=NOW + timedelta(days=1, seconds=1))
    with academy_database.read() as db:
        assert db.scalars(select(SignIn.ended_at)).all().count(NOW) == 0


def test_staying_signed_in_moves_the_end(browser_of, academy_database):
    browser = browser_of("instructor")
    with academy_database.write() as db:
        db.execute(update(SignIn).values(idle_ends_at=NOW + timedelta(minutes=4), seen_at=NOW))
    page = html.document_fromstring(browser.get("/home").text)
    (bar,) = page.xpath("//*[@data-behaviour='sign-in-ends']")
    assert (bar.get("data-seconds"), bar.get("hidden")) == ("240", "")
    renewed = browser.post(bar.get("data-renew"), json={})
    assert renewed.json()["seconds"] == 3600
    with academy_database.read() as db:
        assert max(db.scalars(select(SignIn.idle_ends_at))) == NOW + timedelta(hours=1)


def test_staying_cannot_pass_the_longest_time(browser_of, academy_database):
    browser = browser_of("instructor")
    with academy_database.write() as db:
        db.execute(update(SignIn).values(ends_at=NOW + timedelta(minutes=3)))
    assert browser.post("/api/v1/me/sign-in/renew", json={}).json()["seconds"] == 180


def test_a_student_is_not_warned_of_an_end_in_days(browser_of):
    page = browser_of("learner").get("/home")
    assert page.status_code == 200
    assert "sign-in-ends" not in page.text
