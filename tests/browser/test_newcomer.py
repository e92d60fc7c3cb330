"""A newcomer who has typed `make run` and knows nothing else: from the address that it prints to a verified
certificate, by what the pages say. Every press and everything typed is one action."""

import re
import shutil
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import a_demo_server
from tests.make.patience import until

MOST_ACTIONS = 40
STUDENT, INSTRUCTOR = "Nora Whitcombe", "Ines Marlowe"
ADDRESS = re.compile(r"Preceptor is at (http://\S+)")
SERIAL = re.compile(r"\b(?:[0-9A-Z]{4}[ -]){6}[0-9A-Z]{2}\b")
MARKED = re.compile(r"^\d+ of \d+ marked$")


@dataclass
class Newcomer:
    """Finds each control by its role and its words, as a person who reads the page does. Two
    controls with the same words fail the test, because the person could not choose."""

    page: Page
    actions: int = 0

    def _act(
        self, role: str, words: str, part: str | None = None, *, exactly: bool = False
    ) -> None:
        where = self.page.get_by_role("navigation", name=part, exact=True) if part else self.page
        control = where.get_by_role(
            role, name=re.compile(f"^{re.escape(words)}{'$' if exactly else ''}")
        )  # type: ignore[arg-type] # a role's name
        expect(control).to_have_count(1)
        control.click()
        self.actions += 1

    def press(self, words: str, *, exactly: bool = False) -> None:
        self._act("button", words, exactly=exactly)

    def follow(self, words: str, part: str | None = None) -> None:
        self._act("link", words, part)

    def sign_out(self) -> None:
        self.follow("Me", "Main")
        self.press("Sign out")

    def tick(self, words: str) -> None:
        """Press the words beside a box."""
        self.page.get_by_text(words).click()
        self.actions += 1
        expect(self.page.get_by_role("checkbox", name=words)).to_be_checked()

    def write(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=True).fill(words)
        self.actions += 1

    def reads(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(words)

    def heads(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def sign_in_as(self, name: str) -> None:
        """Works on any page of the demo: the link in the first line leads to the list of its
        people."""
        self.follow("Choose who to be")
        self.press(f"Sign in as {name}")
        self.heads(re.compile(f"Good (morning|afternoon|evening), {name.split()[0]}"))


@pytest.mark.browser
@pytest.mark.parametrize(
    "javascript",
    [pytest.param(True, id="javascript"), pytest.param(False, id="plain", marks=pytest.mark.deep)],
)
def test_from_make_run_to_a_verified_certificate(new_context, demo_folder, tmp_path, javascript):
    server = a_demo_server(shutil.copytree(demo_folder, tmp_path / "own"))
    server.start()
    try:
        printed = ADDRESS.search(server.log.read_text())
        assert printed is not None
        page = new_context(
            java_script_enabled=javascript, reduced_motion="no-preference"
        ).new_page()
        page.goto(printed[1])
        newcomer = Newcomer(page)
        find_out_what_is_missing(newcomer)
        sign_the_assessment(newcomer)
        serial = look_at_the_certificate(newcomer)
        verify_as_a_stranger(newcomer, serial)
    finally:
        server.stop()
    print(f"{newcomer.actions} actions")
    assert newcomer.actions < MOST_ACTIONS


def find_out_what_is_missing(newcomer: Newcomer) -> None:
    newcomer.follow("Choose who to be")
    newcomer.reads("One step from her certificate")
    newcomer.press(f"Sign in as {STUDENT}")
    newcomer.follow("Certificate", "Main")
    newcomer.reads("Your assessment: ")
    newcomer.sign_out()


def sign_the_assessment(newcomer: Newcomer) -> None:
    newcomer.sign_in_as(INSTRUCTOR)
    newcomer.reads("Not signed yet")
    newcomer.follow(STUDENT)
    newcomer.heads(STUDENT)
    said = newcomer.page.get_by_text(MARKED).first.inner_text()
    marked, total = map(int, re.findall(r"\d+", said))
    assert marked < total
    for step in range(marked + 1, total + 1):
        newcomer.press(f"Done step {step}")
        newcomer.page.get_by_text(f"{step} of {total} marked").first.wait_for()
    newcomer.follow("Check and sign")
    newcomer.reads("Competent")
    newcomer.tick(f"I watched the whole session of {STUDENT}")
    newcomer.press("Sign")
    newcomer.reads("Signed. The student can read the report now.")
    newcomer.sign_out()


def look_at_the_certificate(newcomer: Newcomer) -> str:
    """Follow it to the page that anybody sees, and copy its number from there."""
    newcomer.sign_in_as(STUDENT)
    others_see = newcomer.page.get_by_role("link", name=re.compile("^See what others see"))
    newcomer.follow("Certificate", "Main")
    newcomer.page.wait_for_url("**/certificates")

    def is_issued() -> int:
        newcomer.page.reload()
        return others_see.count()

    if not others_see.count():  # it is made a moment after the signature
        until(is_issued, "the certificate")
    newcomer.follow("See what others see")
    newcomer.heads("This certificate is valid")
    newcomer.reads(STUDENT)
    match = SERIAL.search(newcomer.page.get_by_role("main").inner_text())
    assert match is not None
    newcomer.sign_out()
    return match.group()


def verify_as_a_stranger(newcomer: Newcomer, serial: str) -> None:
    newcomer.follow("Verify a certificate", "Main")
    newcomer.write("Certificate number", serial)
    newcomer.press("Check", exactly=True)
    newcomer.heads("This certificate is valid")
    newcomer.reads(STUDENT)
