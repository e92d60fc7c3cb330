"""How many presses the tasks of an admin's day take at most. A test signs in, opens the page on which the
task begins, does it with `Presses`, and asserts that it is done and what it took."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from app.kit.actor import Actor
from app.kit.ids import new_uuid
from tests.browser.conftest import SmallAcademy
from tests.browser.presses import Presses
from tests.make.people import a_sign_in, a_user
from tests.make.practicals import a_practical, a_seat
from tests.make.quizzes import a_place, a_sent_attempt
from tests.sight.people import sign_in_as

HOURS = timedelta(hours=7)
SOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=30)


def opened(new_context, server, role: str, path: str, **options) -> Page:
    """Return the page on which a task begins, with its scripts attached."""
    context = new_context(base_url=server.url, **options)
    sign_in_as(context, server.url, role)
    page = context.new_page()
    page.goto(path)
    page.wait_for_selector("html[data-scripts=attached]")
    return page


@pytest.mark.browser
def test_clicks_and_enter_are_counted_and_typing_is_not(new_context):
    page = new_context().new_page()
    page.set_content(
        '<form action="about:blank#sent"><input id="name"><button>Send</button></form>'
    )
    presses = Presses(page)
    presses.click(page.locator("#name"))
    presses.type("Ann Lee")
    expect(page.locator("#name")).to_have_value("Ann Lee")
    assert presses.count == 1
    presses.enter()
    page.wait_for_url("about:blank?#sent", wait_until="commit")
    assert presses.count == 2


@pytest.mark.browser
@pytest.mark.parametrize(
    ("role", "path", "name", "leads_to"),
    [
        ("admin", "/admin/intakes", "Priya Sandhu", r"/admin/people/[\w-]+$"),
        ("instructor", "/results", "Hassan Qureshi", r"/teach/(practicals|groups)/[\w-]+$"),
    ],
)
def test_a_person_is_found_from_any_page_in_two_presses(
    demo_server, new_context, role, path, name, leads_to
):
    page = opened(new_context, demo_server, role, path)
    presses = Presses(page)
    presses.type("/")
    expect(page.locator("#site-search")).to_be_focused()
    presses.type(name.lower())
    presses.enter()
    presses.click(page.get_by_role("main").get_by_role("link", name=name))
    page.wait_for_url(re.compile(leads_to))
    assert presses.count <= 2


@pytest.mark.browser
def test_the_slash_is_typed_where_something_is_typed(demo_server, new_context):
    """Negative control of the shortcut; on a phone it opens the page of the search."""
    page = opened(new_context, demo_server, "admin", "/admin/people")
    page.locator("#f-q").press("/")
    expect(page.locator("#f-q")).to_have_value("/")
    expect(page.locator("#f-q")).to_be_focused()
    page.set_viewport_size({"width": 320, "height": 740})
    page.locator("#f-q").blur()
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.locator("#f-q")).to_be_focused()


def an_admin_at(academy: SmallAcademy, new_context, address: str) -> Page:
    """Sign an admin in and open a page."""
    now, token = datetime.now(UTC), str(new_uuid())
    with academy.database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",), email=f"{token}@example.org", now=now)
        a_sign_in(db, admin, token=token, now=now)
    context = new_context(base_url=academy.server.url)
    academy.remember(context, token)
    page: Page = context.new_page()
    page.goto(address)
    return page


@pytest.fixture
def without_attempts(small_academy: SmallAcademy) -> Actor:
    """A student who has used every attempt at the quiz on needles."""
    student, _ = small_academy.somebody(f"Nell {new_uuid().hex[-6:]}")
    with small_academy.database.write() as db:
        a_place(db, student, small_academy.revision_id)
        for number in (1, 2, 3):
            a_sent_attempt(
                db, student, small_academy.revision_id, "needle-quiz", number=number, right=False
            )
    return student


def allow_one_more(page: Page, presses: Presses, way_there: Locator) -> None:
    presses.click(way_there)
    presses.click(page.get_by_label("Reason", exact=True))
    presses.type("The network failed.")
    presses.click(page.get_by_role("button", name="Allow one more attempt"))
    expect(page.get_by_text("One more attempt is allowed.")).to_be_visible()
    expect(page.get_by_text("Attempts used: 3 of 4.")).to_be_visible()
    assert presses.count <= 3


@pytest.mark.browser
def test_one_more_attempt_from_the_results(small_academy, new_context, without_attempts):
    page = an_admin_at(small_academy, new_context, f"/results?q={without_attempts.name}")
    allow_one_more(page, Presses(page), page.get_by_role("link", name="No attempt left"))


@pytest.mark.browser
def test_one_more_attempt_from_the_page_of_a_person(small_academy, new_context, without_attempts):
    page = an_admin_at(small_academy, new_context, f"/admin/people/{without_attempts.user_id}")
    allow_one_more(page, Presses(page), page.get_by_role("link", name="Allow one more attempt"))


@pytest.mark.browser
def test_a_name_is_corrected_from_any_page_in_four_presses(small_academy, new_context):
    """The link leads to the field itself, so that nobody has to press it; Tab leads on to the reason."""
    person, _ = small_academy.somebody("Leila Haddad")
    page = an_admin_at(small_academy, new_context, "/admin/intakes")
    page.wait_for_selector("html[data-scripts=attached]")
    presses = Presses(page)
    presses.type("/")
    presses.type("leila haddad")
    presses.enter()
    presses.click(page.get_by_role("main").get_by_role("link", name=person.name))
    presses.click(page.get_by_role("link", name="Correct the details"))
    expect(page.locator("#f-name")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    presses.type("Leila Hadad")
    for _ in range(10):
        if page.locator("#f-reason").evaluate("field => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    presses.type("Her passport has one d")
    presses.click(page.get_by_role("button", name="Save the details"))
    page.wait_for_url(f"**/admin/people/{person.user_id}")
    expect(page.get_by_role("heading", name="Leila Hadad")).to_be_visible()
    assert presses.count <= 4


@pytest.mark.browser
def test_twelve_days_are_planned_and_published_in_ten_presses(small_academy, new_context):
    """The bar is 10, it was 96."""
    with small_academy.database.write() as db:
        teacher = a_user(db, f"Tess {new_uuid().hex[-6:]}", roles=("instructor",))
        room = f"Room {new_uuid().hex[-6:]}"
        a_practical(db, instructors=(teacher,), room=room, starts_at=SOON, ends_at=SOON + HOURS)
    page = an_admin_at(small_academy, new_context, f"/admin/practicals?q={room}")
    page.wait_for_selector("html[data-scripts=attached]")
    presses = Presses(page)
    presses.click(page.get_by_role("table").get_by_role("link").first)
    presses.click(page.get_by_role("link", name="Repeat"))
    presses.click(page.get_by_label("How many days"))
    presses.type("12")
    presses.enter()
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(12)
    for index in range(12):
        if not boxes.nth(index).is_checked():
            page.locator("tbody label").nth(index).click()
            presses.count += 1
    presses.click(page.get_by_role("button", name="Save and publish 12 days"))
    expect(page.get_by_text("12 days are published. Students see them now.")).to_be_visible()
    assert presses.count <= 10


@pytest.mark.browser
def test_a_day_with_six_people_is_moved_in_five_presses(small_academy, new_context):
    """With the preview of who is told what."""
    name = f"Tess {new_uuid().hex[-6:]}"
    with small_academy.database.write() as db:
        teachers = tuple(a_user(db, name, roles=("instructor",)) for _ in range(2))
        times = {"starts_at": SOON, "ends_at": SOON + HOURS}
        day = a_practical(db, instructors=teachers, room=f"Room of {name}", capacity=6, **times)
        for number in range(6):
            a_seat(db, day, a_user(db, f"Guest {number} of {name}").user_id)
    page = an_admin_at(small_academy, new_context, f"/admin/practicals/{day}")
    presses = Presses(page)
    presses.click(page.get_by_role("link", name="Change", exact=True))
    presses.click(page.get_by_label("Place and room"))
    page.keyboard.press("ControlOrMeta+a")
    presses.type(f"Loft of {name}")
    presses.enter()
    expect(page.get_by_text("6 people with a place and 2 instructors get a mail.")).to_be_visible()
    expect(page.get_by_text(f"Guest 5 of {name}")).to_be_visible()
    presses.click(page.get_by_label("Reason (optional)"))
    presses.type("The boiler is broken")
    presses.click(page.get_by_role("button", name="Save and send the mails"))
    expect(page.get_by_text("The practical is changed.")).to_be_visible()
    assert presses.count <= 5
