"""One effect for a form that arrives twice, at once or later, on both databases."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from app.db.idempotency import KEPT, IdempotencyKey, once
from app.kit.errors import Invalid
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.lock_waits import another_process


def send(database, effect, *, key="key", body="body", now=NOW) -> str:
    with database.write() as db:
        return once(db, effect, principal="me", route="r", key=key, body=body, now=now)


def test_a_repeat_gets_the_first_answer(database):
    assert send(database, lambda: "/first") == "/first"
    assert send(database, lambda: "/second") == "/first"
    assert send(database, lambda: "/other", key="other") == "/other"


def test_the_same_key_with_other_contents_is_refused(database):
    send(database, lambda: "/first")
    with pytest.raises(Invalid, match="other contents"):
        send(database, lambda: "/second", body="changed")


def test_a_key_is_forgotten_after_a_day(database):
    send(database, lambda: "/first")
    assert send(database, lambda: "/again", now=NOW + KEPT) == "/again"
    sweep(database, now=NOW + KEPT + KEPT + timedelta(seconds=1))
    with database.read() as db:
        assert db.query(IdempotencyKey).count() == 0


def test_a_refused_effect_leaves_no_key(database):
    def refuse() -> str:
        raise Invalid("Not so.")

    with pytest.raises(Invalid, match="Not so"):
        send(database, refuse)
    assert send(database, lambda: "/first") == "/first"


def test_two_at_the_same_moment_have_one_effect(database):
    start = Barrier(4)
    effects: list[str] = []
    answers: list[str] = []

    def window(number: int) -> None:
        own = another_process(database.url)
        start.wait()

        def effect() -> str:
            effects.append(f"/{number}")
            return f"/{number}"

        try:
            answers.append(send(own, effect))
        finally:
            own.close()

    threads = [Thread(target=window, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(effects) == 1
    assert answers == effects * 4
