"""Today in each stage of a student, and with each state of a weekly plan: one heading, one primary action, no
finding of axe, at every width and in both themes. `make test` takes a few, `make test-deep` all."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.enrolments.models import IntakeRow, StudyPlanRow
from app.home.next_thing import JourneyStage
from app.home.student_home import student_home
from app.kit.actor import Actor
from app.learning import planning
from app.quizzes.models import AttemptRow
from tests.integration.home.test_today import (
    SKIN,
    STAGES,
    a_learner,
    at_the_final_test,
    who_tried,
)
from tests.make import NOW
from tests.make.keys import signing_keys
from tests.sight import checks
from tests.sight.matrix import VIEWS

pytestmark = pytest.mark.browser
LONDON = ZoneInfo("Europe/London")
Maker = Callable[[Session], Actor]


def whose_time_ran_out(db: Session) -> Actor:
    student = who_tried(db, at_the_final_test, "final-test", 1, runs=True)
    db.execute(update(AttemptRow).values(due_at=NOW - timedelta(minutes=1)))
    return student


def before_the_first_day(db: Session) -> Actor:
    """Somebody who may read ahead of their group."""
    student = a_learner(db)
    db.execute(update(IntakeRow).values(starts_on=NOW.date() + timedelta(days=20)))
    return student


def with_a_plan(**columns: object) -> Maker:
    """A learner who planned two hours a week."""

    def make(db: Session) -> Actor:
        student = a_learner(db, lessons=SKIN[:1])
        planning.choose_hours(db, student, "small-course", Decimal(2), today=NOW.date())
        if columns:
            db.execute(update(StudyPlanRow).values(**columns))
        return student

    return make


CASES: dict[str, tuple[JourneyStage, Maker]] = {
    "new": (JourneyStage.reserve, STAGES["new"][0]),
    "requested": (JourneyStage.requested, STAGES["requested"][0]),
    "waiting": (JourneyStage.waiting, STAGES["waiting"][0]),
    "confirmed": (JourneyStage.begin, STAGES["confirmed"][0]),
    "before the first day": (JourneyStage.begin, before_the_first_day),
    "learning": (JourneyStage.learn, STAGES["learning"][0]),
    "on plan": (JourneyStage.learn, with_a_plan()),
    "behind plan": (
        JourneyStage.learn,
        with_a_plan(counted_from=NOW.date() - timedelta(days=60)),
    ),
    "paused": (JourneyStage.learn, with_a_plan(paused_until=NOW.date() + timedelta(days=20))),
    "at a quiz": (JourneyStage.quiz, STAGES["at a quiz"][0]),
    "quiz not passed": (JourneyStage.quiz_again, STAGES["quiz not passed"][0]),
    "attempt in progress": (JourneyStage.resume, STAGES["attempt in progress"][0]),
    "at the final test": (JourneyStage.final, STAGES["at the final test"][0]),
    "final test not passed": (JourneyStage.final_again, STAGES["final test not passed"][0]),
    "time ran out": (JourneyStage.ended, whose_time_ran_out),
    "attempts used up": (JourneyStage.used_up, STAGES["attempts used up"][0]),
    "theory complete": (JourneyStage.book, STAGES["theory complete"][0]),
    "booked": (JourneyStage.booked, STAGES["booked"][0]),
    "today": (JourneyStage.today, STAGES["today"][0]),
    "queued": (JourneyStage.queued, STAGES["on the waiting list of a day"][0]),
    "offered": (JourneyStage.offered, STAGES["offered a place"][0]),
    "day over": (JourneyStage.day_over, STAGES["day over"][0]),
    "being assessed": (JourneyStage.being_assessed, STAGES["being assessed"][0]),
    "not yet competent": (JourneyStage.book_again, STAGES["not yet competent"][0]),
    "everything done": (JourneyStage.issuing, STAGES["everything done"][0]),
    "cannot be printed": (JourneyStage.blocked, STAGES["cannot be printed"][0]),
    "certified": (JourneyStage.certified, STAGES["certified"][0]),
    "revoked": (JourneyStage.revoked, STAGES["revoked"][0]),
}
FEW = ("requested", "day over")
PARTS = [case if case in FEW else pytest.param(case, marks=pytest.mark.deep) for case in CASES]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Browsers see no difference between the kinds of database."""
    return sqlite_database


def faults_of(page: Page) -> list[str]:
    problems = list(checks.shape(page))
    for width, theme in VIEWS:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        problems += [*checks.axe(page), *checks.sideways(page), *checks.cut_off(page)]
    return [*problems, *checks.targets(page)]


@pytest.mark.parametrize("case", PARTS)
def test_each_stage_has_one_heading_and_one_thing_to_do(database, open_here, shots, case):
    stage, make = CASES[case]
    with database.write() as db:
        student = make(db)
        shown = student_home(db, student, LONDON, signing_keys(), NOW)
    assert shown.next.stage is stage
    page = open_here(student, "/home")
    assert faults_of(page) == []
    card = page.locator("section[aria-labelledby=next]")
    assert card.locator(":is(h1, h2)").count() == 1
    assert page.locator("main .button-primary").count() == 1
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        shots(page, f"{case}-{theme}", 360, 820, 1280)


def test_every_stage_is_looked_at():
    assert {stage for stage, _ in CASES.values()} == set(JourneyStage)
