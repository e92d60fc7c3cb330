"""The queue of those who have a name tried by the printer."""

import threading
from concurrent.futures import ThreadPoolExecutor

from app.documents import glyph_check
from app.documents.glyph_check import MOST_WAITING, PrinterAway
from tests.make.patience import SECONDS, until


def test_many_names_at_once_hold_few_threads(monkeypatch):
    """One person who sends many new names must not hold every thread of the pages."""
    may_end = threading.Event()

    def slow(texts, within):
        assert may_end.wait(SECONDS)
        return ()

    monkeypatch.setattr(glyph_check, "_try_to_print", slow)

    def ask(number):
        try:
            return glyph_check.letters_not_drawn([f"Queue {number}"], within=SECONDS)
        except PrinterAway:
            return None

    with ThreadPoolExecutor(12) as threads:
        requests = [threads.submit(ask, number) for number in range(12)]
        until(lambda: sum(each.done() for each in requests) >= 12 - MOST_WAITING, every=0.01)
        done = [each for each in requests if each.done()]
        held = [each for each in requests if each not in done]
        assert len(held) == MOST_WAITING
        assert [each.result() for each in done] == [None] * len(done)
        may_end.set()
        assert all(each.result() for each in held)
    assert glyph_check.letters_not_drawn(["Queue last"], within=5) == {"Queue last": ()}
