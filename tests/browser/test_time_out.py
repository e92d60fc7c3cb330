"""What the page of a question does at the end of the time, with a network, where the answers are not sent by
themselves. The clocks of the page and of the academy are moved by hand."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.db.database import Database
from tests.browser.test_quiz import SPOKEN
from tests.make import NOW
from tests.make.patience import until
from tests.sight.quiz_states import NEEDLE, a_pupil, needle_course

pytestmark = pytest.mark.browser
DUE = timedelta(minutes=10, seconds=1)
TOLERANCE = timedelta(seconds=11)
"""How long the page waits after the end, so that answers that were under way still count."""
TOLD = "Time is up. In a few seconds you see what you can do now."
RULES = {
    "grace": ("at_time_out: grace\ngrace: 5\n", "You can send what you answered in time until"),
    "abandon": ("at_time_out: abandon\n", "Your last attempt was not sent"),
}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Browsers see no difference between the kinds of database."""
    return sqlite_database


def pass_time(page: Page, moved: timedelta) -> None:
    page.clock.fast_forward(int(moved.total_seconds() * 1000))


@pytest.mark.parametrize("rule", RULES)
def test_the_page_says_that_the_time_is_over_and_leads_on(database, open_here, clock_file, rule):
    line, words = RULES[rule]
    pupil = a_pupil(database, needle_course("minutes: 10\n", f"minutes: 10\n{line}"), "skin")
    attempt_id = pupil.start(NEEDLE)
    pupil.save(attempt_id, 1, pupil.right_answer(pupil.attempt(attempt_id), 1))
    page = open_here(pupil.actor, "/cookies")
    page.clock.install(time=NOW)
    page.goto(f"/attempts/{attempt_id}/questions/1")
    page.locator("html[data-scripts=attached]").wait_for()
    page.evaluate(SPOKEN)
    expect(page.get_by_role("timer")).to_contain_text("10:00")

    clock_file.write_text((NOW + DUE).isoformat())
    pass_time(page, DUE)
    expect(page.get_by_role("timer")).to_contain_text("00:00")
    until(lambda: TOLD in page.evaluate("spoken"))
    expect(page.locator("#question-form")).to_be_visible()

    clock_file.write_text((NOW + DUE + TOLERANCE).isoformat())
    pass_time(page, TOLERANCE)
    expect(page.locator("main")).to_contain_text(words)
