"""Papers are made in a queue: a few at a time, one for each person, and without blocking a thread
that serves pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic, sleep

import anyio
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI

from app.documents import papers, pdf_queue
from app.documents.pdf_queue import AT_ONCE, PdfQueue
from app.kit.errors import TooMany
from app.kit.ids import UserId, new_uuid
from app.kit.words import ENGLISH_WORDS
from app.practicals.models import PracticalRow
from tests.make import NOW
from tests.make.patience import SECONDS, until
from tests.make.pdf import text_of
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat
from tests.make.threads import in_its_own_thread

PEOPLE = 61


class Work:
    """Makes documents; knows how many it makes at once, in all and for each person."""

    def __init__(self) -> None:
        self.all_at_work = Event()
        self.lock, self.now, self.most = Lock(), dict[UserId, int](), dict[object, int]()

    def make(self, whose: UserId) -> Callable[..., bytes]:
        def produce(*, within: float) -> bytes:
            assert 0 < within <= pdf_queue.WITHIN
            with self.lock:
                self.now[whose] = self.now.get(whose, 0) + 1
                self.most[whose] = max(self.most.get(whose, 0), self.now[whose])
                self.most["all"] = max(self.most.get("all", 0), sum(self.now.values()))
                if sum(self.now.values()) == AT_ONCE:
                    self.all_at_work.set()
            assert self.all_at_work.wait(SECONDS)
            sleep(0.05)
            with self.lock:
                self.now[whose] -= 1
            return b"%PDF"

        return produce


def test_each_person_gets_one_paper_at_a_time_and_few_are_made_at_once():
    desk, work = PdfQueue(), Work()
    people = [UserId(new_uuid()) for _ in range(3)]

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            for whose in sorted(people * 4):
                group.start_soon(desk.printed, whose, work.make(whose))

    in_its_own_thread(lambda: anyio.run(ask))
    assert work.most == {"all": AT_ONCE, **dict.fromkeys(people, 1)}
    assert not desk._turns
    assert not desk._waiting


def test_whose_turn_does_not_come_in_time_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(pdf_queue, "WITHIN", 1.0)
    desk, whose, begun, end = PdfQueue(), UserId(new_uuid()), Event(), Event()

    def endless(*, within: float) -> bytes:
        begun.set()
        end.wait(SECONDS)
        return b"%PDF"

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(desk.printed, whose, endless)
            assert await anyio.to_thread.run_sync(begun.wait, SECONDS)
            try:
                with pytest.raises(TooMany, match="Wait until they have come") as refused:
                    await desk.printed(whose, endless)
            finally:
                end.set()
            assert refused.value.retry_after == int(pdf_queue.WITHIN)

    in_its_own_thread(lambda: anyio.run(ask))
    assert not desk._turns


def test_a_paper_that_takes_too_long_is_stopped():
    began = monotonic()
    with pytest.raises(papers.TakesTooLong, match="Wait a minute and ask for it again"):
        papers.paper("attendance", {"academy": "A"}, ENGLISH_WORDS, at=NOW, within=0.001)
    assert monotonic() - began < SECONDS


@pytest.fixture
def full_day(database):
    """A day with more people than one page of the roster holds, and its instructor."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,))
        for number in range(PEOPLE):
            a_seat(db, practical_id, a_user(db, f"Student {number:03}").user_id)
        day = db.get_one(PracticalRow, practical_id)
        day.capacity = day.taken = PEOPLE
    return f"/teach/practicals/{practical_id}", teacher


def test_a_full_day_is_printed_in_parts_that_say_so(full_day, as_person):
    path, teacher = full_day
    browser = as_person(teacher)
    first, second = browser.get(path).text, browser.get(f"{path}?page=2").text
    assert "Blank checklists of these 50 (PDF)" in first
    assert f'href="{path}/checklists.pdf"' in first
    assert "Blank checklists of these 11 (PDF)" in second
    assert f'href="{path}/checklists.pdf?page=2"' in second
    for page, people, name in (
        ("", range(50), "checklists-2026-12-15-1-of-2"),
        ("?page=2", range(50, PEOPLE), "checklists-2026-12-15-2-of-2"),
    ):
        answer = browser.get(f"{path}/checklists.pdf{page}")
        assert name in answer.headers["content-disposition"]
        words = text_of(answer.content)
        assert words.count("Opens this sheet") == len(people)
        printed = [number for number in range(PEOPLE) if f"Student {number:03}" in words]
        assert printed == list(people)
    assert browser.get(f"{path}/checklists.pdf?page=3").status_code == 404
    assert browser.get(f"{path}/checklists.pdf?page=x").status_code == 422


def test_papers_that_wait_hold_no_thread_of_a_page(
    app: FastAPI, portal: BlockingPortal, full_day, as_person, monkeypatch
):
    """Every thread that makes pages would be taken if papers were made in them."""
    monkeypatch.setattr(pdf_queue, "WITHIN", SECONDS)
    path, teacher = full_day
    end, begun = Event(), [Event() for _ in range(AT_ONCE)]

    def slow(mark: Event) -> Callable[..., bytes]:
        def produce(*, within: float) -> bytes:
            mark.set()
            end.wait(SECONDS)
            return b"%PDF"

        return produce

    desk: PdfQueue = app.state.print_desk
    browser = as_person(teacher)
    browser.get("/courses")
    slow_ones = [
        portal.start_task_soon(desk.printed, UserId(new_uuid()), slow(mark)) for mark in begun
    ]
    with ThreadPoolExecutor(9) as people:
        try:
            assert all(mark.wait(SECONDS) for mark in begun)
            papers_asked = [people.submit(browser.get, f"{path}/attendance.pdf") for _ in range(8)]
            until(lambda: sum(desk._waiting.values()) >= AT_ONCE + app.state.readers.total_tokens)
            assert people.submit(browser.get, "/courses").result(SECONDS).status_code == 200
            assert not any(future.done() for future in papers_asked)
        finally:
            end.set()
        statuses = {future.result(SECONDS).status_code for future in papers_asked}
        assert statuses <= {200, 429}
        assert 200 in statuses
    assert [task.result(SECONDS) for task in slow_ones] == [b"%PDF"] * AT_ONCE
