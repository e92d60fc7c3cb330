"""Bar 5: setting up a second factor, signing in with each kind of code, and recovering from a lost
phone: by keyboard alone, with scripts and without. Every page on the way is checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import update

from app.accounts.factors.models import TotpFactor
from app.accounts.passwords import hash_of_password
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import Actor
from app.kit.ids import new_uuid
from app.outbox.queries import KeptMailSummary, kept_mails
from tests.make.factors import an_app_factor, code_at, codes_on, recovery_codes, secret_on
from tests.make.mail import link_in
from tests.make.patience import until
from tests.make.people import A_PASSWORD, a_sign_in, a_user
from tests.make.server import Server, a_server
from tests.sight import checks
from tests.sight.keyboard import Keys

pytestmark = pytest.mark.browser
THEMES = {"light": 820, "dark": 1280}
"""Each with the width, in CSS pixels, at which axe looks."""


@dataclass(frozen=True)
class Academy:
    """An academy that demands a second factor of its staff."""

    server: Server
    database: Database

    def somebody(self, *roles: str, has_factor: bool = False) -> Actor:
        now, name = datetime.now(UTC), str(new_uuid())
        with self.database.write() as db:
            actor = a_user(
                db,
                "Ina Instructor",
                email=f"{name}@example.org",
                roles=roles,
                password_hash=hash_of_password(A_PASSWORD),
                now=now,
            )
            if has_factor:
                an_app_factor(db, actor, now=now)
                recovery_codes(db, actor, now=now)
        return actor

    def signed_in(self, context: BrowserContext, actor: Actor) -> None:
        token = str(new_uuid())
        with self.database.write() as db:
            a_sign_in(db, actor, token=token, now=datetime.now(UTC))
        cookie = {"name": "preceptor-sid", "value": token, "url": self.server.url}
        context.add_cookies([cookie])  # type: ignore[list-item] # a plain dict will do

    def later(self, actor: Actor) -> None:
        """Let time pass, so that the last used code is no longer current."""
        with self.database.write() as db:
            mine = TotpFactor.user_id == actor.user_id
            db.execute(update(TotpFactor).where(mine).values(last_step=1))


@dataclass
class Hands(Keys):
    """A person at a keyboard, whose browser runs scripts or not."""

    scripts: bool = True


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Academy]:
    folder: Path = tmp_path_factory.mktemp("second-factor")
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    upgrade(database)
    server = a_server(str(database.url), folder, second_factor="staff")
    server.start()
    yield Academy(server, database)
    server.stop()
    database.close()


@pytest.fixture
def keys_of(academy: Academy, new_context) -> Callable[[bool], Hands]:
    """Return a visitor's keyboard, in a browser with scripts or without."""

    def sit_down(scripts: bool) -> Hands:
        context = new_context(base_url=academy.server.url, java_script_enabled=scripts)
        return Hands(context.new_page(), scripts)

    return sit_down


def look(hands: Hands, shots, name: str, wrong: list[str]) -> None:
    """Check the page in both themes, at the narrowest width and for fingers, and keep pictures. Without
    scripts axe cannot run; the page is the same."""
    page = hands.page
    wrong += [f"{name}: {fault}" for fault in checks.shape(page)]
    if not hands.scripts:
        return
    for theme, width in THEMES.items():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # one of the two
        page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{name}, {theme}: {fault}" for fault in checks.axe(page)]
        shots(page, f"{name}-{theme}", 360, 820, 1280)
    wrong += [f"{name}: {fault}" for fault in (*checks.reflow(page), *checks.targets(page))]
    page.set_viewport_size({"width": 820, "height": 800})


def heading(keys: Keys, words: str) -> None:
    expect(keys.page.get_by_role("heading", level=1)).to_have_text(words)


def password(keys: Keys, actor: Actor) -> None:
    keys.page.goto("/sign-in")
    keys.write("E-mail address", actor.email)
    keys.write("^Password", A_PASSWORD)
    keys.follow("^Sign in$", "button")


def now_on(secret: str) -> str:
    return code_at(datetime.now(UTC), secret)


@pytest.mark.parametrize("scripts", [True, False])
def test_enrolling_and_signing_in_by_keyboard(academy, keys_of, shots, scripts):
    """From the password of a new instructor to work: no mouse, and without scripts as well."""
    ina, keys, wrong = academy.somebody("instructor"), keys_of(scripts), list[str]()
    page = keys.page
    password(keys, ina)
    heading(keys, "Second factor")
    look(keys, shots, "demanded", wrong)
    keys.skip()
    keys.follow("^Set up an authenticator app$", "button")
    heading(keys, "Set up an authenticator app")
    look(keys, shots, "app", wrong)
    secret = secret_on(page.content())
    keys.write("^Code from your app", "000 000")
    keys.follow("^Finish$", "button")
    expect(page.locator(".error-summary")).to_contain_text("This code is not right.")
    look(keys, shots, "wrong-code", wrong)
    keys.to("^Code from your app")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(now_on(secret))
    keys.follow("^Finish$", "button")
    heading(keys, "Recovery codes")
    look(keys, shots, "codes", wrong)
    codes = codes_on(page.content())
    assert len(codes) == 10
    keys.skip()
    keys.to("^Save as a text file$", "link")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert codes_on(saved.value.path().read_text()) == codes
    keys.follow("^I have kept them$", "button")
    heading(keys, "Second factor")
    look(keys, shots, "in-use", wrong)
    sign_in_with_code(academy, keys, ina, secret, shots, wrong)
    sign_in_with_recovery_code(keys, ina, codes[0], shots, wrong)
    assert wrong == []


def sign_in_with_code(academy, keys, ina, secret, shots, wrong) -> None:
    academy.later(ina)
    keys.page.context.clear_cookies()
    password(keys, ina)
    heading(keys, "Your second factor")
    look(keys, shots, "step", wrong)
    keys.skip()
    keys.write("^Code from your app", now_on(secret))
    keys.follow("^Go on$", "button")
    keys.page.wait_for_url("**/home")


def sign_in_with_recovery_code(keys, ina, code, shots, wrong) -> None:
    page = keys.page
    page.context.clear_cookies()
    password(keys, ina)
    keys.press("^I do not have my phone$", "summary")
    keys.write("^Recovery code", "AAAA-BBBB")
    keys.follow("^Use this code$", "button")
    expect(page.locator(".error-summary")).to_contain_text("Check each letter")
    look(keys, shots, "wrong-recovery-code", wrong)
    keys.to("^Recovery code")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(code.lower().replace("-", " "))
    keys.follow("^Use this code$", "button")
    page.wait_for_url("**/home")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_way_back_after_a_lost_phone(academy, keys_of, new_context, shots, scripts):
    """An admin begins the reset; its owner stops it from the mail, and then from their own page."""
    olga, ada = (
        academy.somebody("student", has_factor=True),
        academy.somebody("admin", has_factor=True),
    )
    office, wrong = keys_of(scripts), list[str]()
    academy.signed_in(office.page.context, ada)
    begin_reset(office, olga, shots, wrong)
    owner = keys_of(scripts)
    owner.page.goto(link_to_stop(academy, olga))
    heading(owner, "Stop the reset of your second factor")
    look(owner, shots, "stop", wrong)
    owner.skip()
    owner.follow("^Stop the reset$", "button")
    expect(owner.page.locator("main")).to_contain_text("your second factor stays")
    begin_reset(office, olga, shots, wrong)
    academy.signed_in(owner.page.context, olga)
    owner.page.goto("/me/second-factor")
    expect(owner.page.locator("main")).to_contain_text("A reset is under way")
    look(owner, shots, "reset-under-way", wrong)
    owner.follow("^Stop the reset$", "button")
    expect(owner.page.locator("main")).to_contain_text("The reset is stopped.")
    assert wrong == []


def begin_reset(office: Hands, olga: Actor, shots, wrong: list[str]) -> None:
    office.page.goto(f"/admin/people/{olga.user_id}")
    office.follow("^Show.* second factor", "link")
    look(office, shots, "person", wrong)
    office.write("^Reason", "Rang her on the number we know")
    office.follow("^Start the reset$", "button")
    expect(office.page.locator("main")).to_contain_text("A reset is under way")
    look(office, shots, "person-waiting", wrong)


def link_to_stop(academy: Academy, olga: Actor) -> str:
    """Wait for the worker to deliver the mail, and return its link."""

    def mails() -> tuple[KeptMailSummary, ...]:
        with academy.database.read() as db:
            return kept_mails(db, to=olga.email)

    until(mails, "the mail")
    return link_in(mails()[0])


def test_removing_the_app(academy, keys_of, shots):
    sam, keys, wrong = academy.somebody("student", has_factor=True), keys_of(True), list[str]()
    academy.signed_in(keys.page.context, sam)
    keys.page.goto("/me")
    keys.follow("Show.*your second factor", "link")
    keys.follow("^Remove the app$", "link")
    look(keys, shots, "remove", wrong)
    keys.write("^Current password", A_PASSWORD)
    keys.follow("^Remove the app$", "button")
    expect(keys.page.locator("main")).to_contain_text("Your authenticator app is removed.")
    look(keys, shots, "none", wrong)
    assert wrong == []
