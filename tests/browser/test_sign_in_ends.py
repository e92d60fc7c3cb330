"""Y2: staff are warned before their sign-in ends, and lose nothing when it has ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from app.accounts.models import SignIn, User
from app.accounts.passwords import hash_of_password
from tests.browser.conftest import SmallAcademy
from tests.make.people import A_PASSWORD
from tests.sight import checks

pytestmark = pytest.mark.browser
WARNING = "You will be signed out in"


@pytest.fixture
def instructor(
    small_academy: SmallAcademy, new_context
) -> Callable[..., tuple[BrowserContext, str]]:
    """Return the browser of an instructor whose sign-in ends in so many seconds, and their address."""

    def sign_in(seconds: int, **options: object) -> tuple[BrowserContext, str]:
        ina, token = small_academy.somebody("Ina Instructor")
        with small_academy.database.write() as db:
            roles = {"is_instructor": True, "password_hash": hash_of_password(A_PASSWORD)}
            db.execute(update(User).where(User.id == ina.user_id).values(**roles))
            end(db, ina.user_id, seconds)
        context = new_context(base_url=small_academy.server.url, **options)
        small_academy.remember(context, token)
        return context, ina.email

    return sign_in


def end(db, user_id, seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    db.execute(update(SignIn).where(SignIn.user_id == user_id).values(idle_ends_at=at))


def bar(page: Page):
    return page.get_by_role("region", name="Your sign-in")


def test_staying_signed_in_in_one_tab_is_known_in_the_others(instructor, shots):
    context, _ = instructor(200)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/me")
        expect(bar(page)).to_contain_text(f"{WARNING} 4 minutes")
    assert checks.axe(first) == []
    assert checks.shape(first) == []
    for theme in ("light", "dark"):
        first.emulate_media(color_scheme=theme)
        shots(first, f"warning-{theme}", 360, 1280)
    button = first.get_by_role("button", name="Stay signed in")
    assert (button.bounding_box() or {})["height"] >= 44
    context.set_offline(True)
    button.click()
    expect(bar(first)).to_contain_text("This could not be sent.")
    context.set_offline(False)
    with first.expect_response("**/api/v1/me/sign-in/renew") as answer:
        button.click()
    assert answer.value.status == 200
    for page in (first, second):
        expect(bar(page)).to_be_hidden()


def test_a_longer_sign_in_needs_no_warning(instructor):
    context, _ = instructor(600)
    page = context.new_page()
    page.goto("/me")
    page.wait_for_selector("html[data-scripts='attached']")
    expect(bar(page)).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_comes_back_after_signing_in(instructor, small_academy, scripts):
    context, email = instructor(3000, java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/me")
    page.get_by_label("Name", exact=True).fill("Ina, typed too late")
    with small_academy.database.write() as db:
        db.execute(update(SignIn).values(idle_ends_at=datetime.now(UTC) - timedelta(seconds=1)))
    page.get_by_role("button", name="Save the profile").click()
    page.wait_for_url("**/sign-in?**")
    said = page.locator("main").inner_text()
    assert "Your sign-in ended after 60 minutes without activity." in said
    assert "What you typed is kept" in said
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(A_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/me?kept=**")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ina, typed too late")
    expect(page.locator("main")).to_contain_text("You were signed out before this was saved.")
    page.get_by_role("button", name="Save the profile").click()
    page.wait_for_url("**/me")
    expect(page.locator("main")).to_contain_text("Your profile is saved.")


def test_a_press_after_the_end_says_so(instructor, small_academy):
    context, _ = instructor(200)
    page = context.new_page()
    page.goto("/me")
    with small_academy.database.write() as db:
        db.execute(update(SignIn).values(idle_ends_at=datetime.now(UTC) - timedelta(seconds=1)))
    page.get_by_role("button", name="Stay signed in").click()
    expect(bar(page)).to_contain_text("Your sign-in has ended.")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()
