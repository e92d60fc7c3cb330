"""R-028 in a real browser: Chromium with a virtual device adds a passkey, signs in with password and passkey
and with the passkey alone, and gives a fresh proof. Also what the pages say where passkeys do not
work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from sqlalchemy import update

from app.accounts.models import SignIn
from app.accounts.passwords import hash_of_password
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import Actor
from app.kit.ids import new_uuid
from tests.make.factors import a_passkey, an_app_factor
from tests.make.people import A_PASSWORD, a_sign_in, a_user
from tests.make.server import a_server
from tests.sight import checks

pytestmark = pytest.mark.browser
HERE = "/me/second-factor"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True)
class Academy:
    """A server at a name to which passkeys can be bound."""

    url: str
    database: Database

    def somebody(self) -> Actor:
        with self.database.write() as db:
            return a_user(
                db,
                "Sam Student",
                email=f"{new_uuid()}@example.org",
                password_hash=hash_of_password(A_PASSWORD),
                now=datetime.now(UTC),
            )

    def remember(self, context: BrowserContext, actor: Actor) -> None:
        token = str(new_uuid())
        with self.database.write() as db:
            a_sign_in(db, actor, token=token, now=datetime.now(UTC))
        cookie = {"name": "preceptor-sid", "value": token, "url": self.url}
        context.add_cookies([cookie])  # type: ignore[list-item] # a plain dict will do

    def age(self, actor: Actor) -> None:
        """Set the last fresh proof of a person to 16 minutes ago."""
        before = datetime.now(UTC) - timedelta(minutes=16)
        mine = update(SignIn).where(SignIn.user_id == actor.user_id)
        with self.database.write() as db:
            db.execute(mine.values(proved_at=before))


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Academy]:
    folder: Path = tmp_path_factory.mktemp("passkeys")
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    upgrade(database)
    server = a_server(str(database.url), folder)
    url = f"http://localhost:{server.port}"
    server.environment = {**server.environment, "PRECEPTOR_BASE_URL": url}
    server.start()
    yield Academy(url, database)
    server.stop()
    database.close()


@pytest.fixture
def with_device(new_context, academy) -> Callable[..., tuple[Page, CDPSession]]:
    """Open a page in a browser that has a device for passkeys."""

    def opened(actor: Actor | None = None) -> tuple[Page, CDPSession]:
        context = new_context(base_url=academy.url)
        if actor is not None:
            academy.remember(context, actor)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return page, session

    return opened


def added(page: Page) -> None:
    page.goto(f"{HERE}/passkeys/new")
    page.get_by_label("A name for it").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()


def looked_at(page: Page) -> None:
    assert checks.axe(page) == []
    assert checks.shape(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert checks.reflow(page) == []
    page.set_viewport_size({"width": 1280, "height": 720})


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_passkey_from_adding_to_each_door(academy, with_device):
    sam = academy.somebody()
    page, _ = with_device(sam)
    page.goto(f"{HERE}/passkeys/new")
    looked_at(page)
    added(page)
    page.goto(HERE)
    expect(page.get_by_role("link", name="Remove My phone")).to_be_visible()
    looked_at(page)
    sign_out(page)

    page.goto("/sign-in?next=/me")
    page.get_by_label("E-mail address").fill(sam.email)
    page.get_by_label("Password", exact=True).fill(A_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor")
    looked_at(page)
    page.get_by_role("button", name="Use your passkey").press("Enter")
    expect(page).to_have_url(f"{academy.url}/me")
    sign_out(page)

    page.goto("/sign-in?next=/me")
    looked_at(page)
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    expect(page).to_have_url(f"{academy.url}/me")

    academy.age(sam)
    page.goto(f"{HERE}/passkeys/new")
    expect(page.get_by_role("heading", level=1)).to_have_text("Type your password to go on")
    looked_at(page)
    page.get_by_role("button", name="Use your passkey instead").press("Enter")
    expect(page).to_have_url(f"{academy.url}{HERE}/passkeys/new")


def test_a_device_without_a_passkey_leads_on(academy, with_device):
    """The person is told what to do, and the password still works."""
    page, _ = with_device()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-problem]")).to_have_text(
        "We could not reach the academy. Try again."
    )
    page.context.set_offline(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-problem]")).to_contain_text("Try again, or go on another way.")
    assert checks.axe(page) == []
    sam = academy.somebody()
    page.get_by_label("E-mail address").fill(sam.email)
    page.get_by_label("Password", exact=True).fill(A_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{academy.url}/home")


def test_a_proof_that_ran_out_while_the_name_was_typed_is_asked_for(academy, with_device):
    sam = academy.somebody()
    page, _ = with_device(sam)
    page.goto(f"{HERE}/passkeys/new")
    academy.age(sam)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Type your password to go on")


def test_without_scripts_the_page_offers_the_code(academy, new_context):
    sam = academy.somebody()
    with academy.database.write() as db:
        an_app_factor(db, sam, now=datetime.now(UTC))
        a_passkey(db, sam, now=datetime.now(UTC))
    page = new_context(base_url=academy.url, java_script_enabled=False).new_page()
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.get_by_label("E-mail address").fill(sam.email)
    page.get_by_label("Password", exact=True).fill(A_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Use the code from your app instead.")).to_be_visible()
    expect(page.get_by_role("button", name="Use your passkey")).to_be_hidden()
    expect(page.get_by_label("Code from your app")).to_be_visible()
