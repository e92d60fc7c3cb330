"""After the upgrade people read the same in the academy that version 20261129_0200 stored as in
that version.

`tests/fixtures/stored/academy-20261129_0200` holds rows of every kind, and what fourteen students, an
instructor, an admin and a visitor read on every page of theirs, with the text of every mail. `INTENDED` lists
each difference that a later version wants. The pages are compared after the upgrade, and again after the way
back and a second upgrade.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from functools import cache
from time import monotonic

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select, update

from app import jobs
from app.accounts import queries as people
from app.certificates.late_signing import upgrade
from app.checks import broken_invariants
from app.courses.domain.typography import same_marks
from app.db.database import Database
from app.db.migrate import head
from app.db.migrator import revision_at
from app.db.way_back import go_back, way_back
from app.kit.actor import SystemActor
from app.outbox.models import OutboxEvent
from app.retention.sweeping import sweep
from tests.integration.upgrades.intended_differences import (
    INTENDED,
    NOT_READ_BEFORE,
    REBUILT,
    SAYS_MORE,
    SORTED_BY_KEY,
)
from tests.make import NOW, readings, release
from tests.make.browsing import a_browser
from tests.make.keys import ISSUER, KEYS
from tests.make.patience import SECONDS
from tests.make.people import a_sign_in
from tests.make.readings import Reading
from tests.make.stored_rows import lost, rows_of

REVISION = "20261129_0200"
HOST = "demo.preceptor.example"
SQLITE = pytest.param(("sqlite", REVISION), id="sqlite")
POSTGRES = pytest.param(("postgres", REVISION), id="postgres", marks=pytest.mark.postgres)
SAMPLE = {
    readings.VISITOR: (r"/verify/\w+",),
    "priya.sandhu": (
        *("/home", "/me", "/learn/mesotherapy"),
        *("/notices", r"/notices/[\w-]+", "/api/v1/notices"),
    ),
    "hassan.qureshi": (r"/attempts/[\w-]+", r"/api/v1/attempts/[\w-]+"),
    "oluwaseun.fairbairn": (r"/attempts/[\w-]+/check", r"/attempts/[\w-]+/questions/1"),
    "leila.haddad": ("/practicals", r"/attempts/[\w-]+"),
    "callum.birch": ("/certificates",),
    "ines.marlowe": (
        r"/assessments/[\w-]+",
        r"/teach/practicals/[\w-]+",
        r"/teach/practicals/[\w-]+/roster\.csv",
    ),
    "amara.oyelaran": (
        *(r"/admin/practicals/[\w-]+", "/admin/outbox"),
        *("/admin/life-support", r"/admin/intakes/[\w-]+/reserve"),
    ),
}
"""The newest page of each of these forms is compared in every run."""
HISTORY = re.compile(
    r" (?:History (?:What happened, newest first|Nothing has been recorded)"
    r"|What happened Acts, newest first).*?(?= Preceptor Academy Course catalogue Dates)"
)
"""What the audit trail says of a thing, at the end of its page."""
Wrong = list[str]


def everything() -> dict[str, Reading]:
    pages: dict[str, Reading] = release.readings(REVISION)["pages"]
    return pages


def sample() -> dict[str, Reading]:
    """Return one page of each form of SAMPLE: a few of every kind of stored document."""
    pages = everything()
    chosen: dict[str, Reading] = defaultdict(dict)
    for reader, forms in SAMPLE.items():
        for form in forms:
            path = next(path for path in reversed(pages[reader]) if re.fullmatch(form, path))
            chosen[reader][path] = pages[reader][path]
    return chosen


def one_mail_of_each_kind(database: Database) -> set[str]:
    with database.read() as db:
        # Columns by name: the database is not upgraded yet.
        columns = select(OutboxEvent.id, OutboxEvent.payload)
        mails = db.execute(columns.where(OutboxEvent.name == "mail")).all()
        return set({mail.payload["template"]: str(mail.id) for mail in mails}.values())


def expected(path: str, text: str) -> str:
    """Return what a page shows now that showed this before."""
    for difference in INTENDED:
        text = difference.applied(path, text)
    return text


def without_new(path: str, text: str) -> str:
    """Return a page without what it did not show before and nobody can foretell."""
    for difference in NOT_READ_BEFORE:
        text = difference.applied(path, text)
    return text


def without_history(path: str, text: str) -> str:
    """Return a page of the office without what the audit trail says of a thing: it was a list of words on
    the page of a person, and is sentences on four kinds of pages now (tests/integration/history)."""
    return HISTORY.sub("", text) if path.startswith("/admin/") else text


def title_of(text: str) -> str:
    """Return the status and the title of a page that was read."""
    return text.partition(" – ")[0]


def same_words(before: str, now: str) -> bool:
    """Return whether two texts have the same words, in any order."""
    return sorted(before.split()) == sorted(now.split())


def words_lost(before: str, now: str) -> list[str]:
    """Return the words that a page does not say any more, or not as often."""
    return sorted((Counter(before.split()) - Counter(now.split())).elements())


def with_same_marks(text: str) -> str:
    """Return a text with every quotation mark alike: those of courses are set as their language writes them
    now (tests/unit/courses/test_typography.py). JSON escapes the straight ones."""
    return same_marks(text.replace('\\"', '"'))


def demand_same(what: str, before: str, now: str) -> Wrong:
    """Return what differs, in a few words around the first place."""
    before, now = with_same_marks(before), with_same_marks(now)
    if before == now:
        return []
    if before.startswith("500 "):  # a page that failed in that version has nothing to keep
        return [] if now.startswith("200 ") else [f"{what}: {now[:200]}"]
    old, new = before.split(), now.split()
    changes = [
        f"“{' '.join(old[max(0, i1 - 4) : i2 + 2])}” → “{' '.join(new[max(0, j1 - 4) : j2 + 2])}”"
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    return [f"{what}: {'; '.join(changes[:3]) or 'other spaces'}"[:600]]


@pytest.fixture
def fetch_of(
    stored: Database, served: FastAPI, portal: BlockingPortal
) -> Callable[[str], Callable[[str], readings.Answer]]:
    """Return what opens a page as one of the readers."""

    @cache
    def browser_of(reader: str) -> TestClient:
        if reader == readings.VISITOR:
            return a_browser(served, portal)
        with stored.write() as db:
            account = people.person_by_email(db, f"{reader}@{HOST}")
            assert account is not None
            token = a_sign_in(db, account, token=f"reads:{reader}")  # type: ignore[arg-type] # only the id is read
        return a_browser(served, portal, token=token)

    def fetch_of(reader: str) -> Callable[[str], readings.Answer]:
        browser = browser_of(reader)

        def fetch(path: str) -> readings.Answer:
            answer = browser.get(path)
            ends = monotonic() + SECONDS
            may_wait = path.endswith(".pdf")  # a paper takes too long on a busy machine
            while may_wait and answer.status_code == 409 and monotonic() < ends:
                answer = browser.get(path)
            return answer.status_code, answer.headers.get("content-type", ""), answer.content

        return fetch

    return fetch_of


def differences_of_pages(pages: dict[str, Reading], fetch_of) -> Wrong:
    wrong = []
    for reader, before in pages.items():
        now = readings.read_pages(fetch_of(reader), before)
        for path, text in before.items():
            what = f"{reader or 'a visitor'} {path}"
            before = with_same_marks(without_history(path, expected(path, text)))
            shown = with_same_marks(without_history(path, without_new(path, now[path])))
            if re.fullmatch(SORTED_BY_KEY, path) and same_words(before, shown):
                continue
            if re.fullmatch(SAYS_MORE, path):
                lost_words = words_lost(before, shown)
                wrong += [f"{what} lost {lost_words[:20]}"] if lost_words else []
                continue
            if any(rebuilt.fits(path, text) for rebuilt in REBUILT):
                before, shown = title_of(before), title_of(shown)
            wrong += demand_same(what, before, shown)
    return wrong


def differences_of_mails(ids: Iterable[str], app: FastAPI, database: Database) -> Wrong:
    before: Reading = release.readings(REVISION)["mails"]
    with database.read() as db:
        events = {
            str(event.id): event
            for event in db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail"))
        }
    wrong = []
    for mail_id in ids:
        event = events[mail_id]
        message = app.state.mailer.build(event.id, event.payload, now=event.created_at)
        text = expected(event.payload["template"], before[mail_id])
        wrong += demand_same(
            f"mail {event.payload['template']}", text, readings.words_of_mail(message)
        )
    return wrong


def read_there_and_back(
    stored: Database,
    served: FastAPI,
    fetch_of: Callable[[str], Callable[[str], readings.Answer]],
    pages: dict[str, Reading],
    mails: set[str],
) -> None:
    """Upgrade, compare, go back, look for each row, upgrade again, compare again."""
    older = MetaData()
    older.reflect(stored.engine)
    at_first = rows_of(stored, columns=older)
    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    assert revision_at(stored) == head()
    assert lost(at_first, rows_of(stored, columns=older)) == {}
    sweep(stored, now=NOW)
    at_first = rows_of(stored, columns=older)
    demand_as_before(stored, served, fetch_of, pages, mails)
    served.state.app_context.database.close()
    if revision_at(stored) != REVISION:
        go_back(stored, way_back(stored, REVISION))
    assert lost(at_first, rows_of(stored)) == {}
    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    assert lost(at_first, rows_of(stored, columns=older)) == {}
    demand_as_before(stored, served, fetch_of, pages, mails)


WORKER_WAS_AWAY = "is over, and the worker has not recorded it."
"""No worker ran on the stored academy since its version filled it."""


def demand_as_before(
    stored: Database, served: FastAPI, fetch_of, pages: dict[str, Reading], mails: set[str]
) -> None:
    with stored.read() as db:
        sentences = broken_invariants(db, ISSUER.keys, now=NOW)
        assert [each for each in sentences if not each.endswith(WORKER_WAS_AWAY)] == []
    wrong = differences_of_pages(pages, fetch_of) + differences_of_mails(mails, served, stored)
    assert wrong == [], "\n".join([f"{len(wrong)} differ:", *wrong[:40]])


@pytest.mark.parametrize("case", [SQLITE])
def test_a_page_of_each_kind_reads_as_before(stored, served, fetch_of):
    read_there_and_back(stored, served, fetch_of, sample(), one_mail_of_each_kind(stored))


@pytest.mark.deep
@pytest.mark.parametrize("case", [SQLITE, POSTGRES])
def test_every_page_and_mail_reads_as_before(stored, served, fetch_of):
    mails = set(release.readings(REVISION)["mails"])
    read_there_and_back(stored, served, fetch_of, everything(), mails)


@pytest.mark.parametrize("case", [SQLITE])
def test_a_fact_of_each_name_is_acted_on(stored):
    """As that version recorded it; each was acted on before, so a second time changes nothing that counts."""
    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    sweep(stored, now=NOW)
    with stored.write() as db:
        facts = db.scalars(select(OutboxEvent).where(OutboxEvent.name != "mail")).all()
        one_of_each = {fact.name: fact.id for fact in facts}
        assert len(one_of_each) > 8
        db.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id.in_(one_of_each.values()))
            .values(done_at=None, available_at=NOW)
        )
    while jobs.deliver_facts(stored, ISSUER, now=NOW) + jobs.close_overdue_attempts(
        stored, now=NOW
    ):
        pass
    with stored.read() as db:
        undone = db.scalars(
            select(OutboxEvent.name).where(
                OutboxEvent.name != "mail", OutboxEvent.done_at.is_(None)
            )
        ).all()
        assert undone == []
        assert broken_invariants(db, ISSUER.keys, now=NOW) == []


def test_each_intended_difference_is_there():
    """A line that changes nothing any more is taken out."""
    document = release.readings(REVISION)
    texts = [(path, text) for pages in document["pages"].values() for path, text in pages.items()]
    texts += [("any/mail", text) for text in document["mails"].values()]
    idle = [
        difference.why
        for difference in INTENDED
        if not any(difference.applied(path, text) != text for path, text in texts)
    ]
    assert idle == []


def test_a_difference_is_seen():
    """Control: the comparison reports a changed word with the words around it."""
    assert demand_same("a page", "200 one two three", "200 one two three") == []
    (wrong,) = demand_same("a page", "200 one two three four", "200 one too three four")
    assert "“200 one two three four” → “200 one too three four”" in wrong
    assert demand_same("a page", "500 sorry", "200 here it is") == []
    assert demand_same("a page", "500 sorry", "500 sorry again") != []
