"""A copy, a proof and a restore that are stopped or killed at any moment leave everything whole."""

import fcntl
import os
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import psycopg
import pytest

from tests.make import postgres
from tests.make.backups import NEEDS_POSTGRES, Installation
from tests.make.forked import Ended, Forking, forking

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
WORDS = ("backup", "verify", "restore")
DEEP = [
    pytest.param(kind, word, 30, marks=[pytest.mark.deep, *marks])
    for kind, marks in (("sqlite", []), ("postgres", [pytest.mark.postgres]))
    for word in WORDS
]
ON_POSTGRES = pytest.param("postgres", "restore", 1, marks=pytest.mark.postgres)
SHORT = [*(("sqlite", word, 1) for word in WORDS), ON_POSTGRES]
in_turn = pytest.mark.parametrize(("live", "word", "many"), [*SHORT, *DEEP], indirect=["live"])


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forking]:
    with forking(tmp_path_factory.mktemp("forked")) as program:
        yield program


class Trial:
    """One command on one academy, run again and again. Its live database has a person more than the copy."""

    def __init__(self, live: Installation, forked: Forking, word: str) -> None:
        self.live, self.forked, self.word = live, forked, word
        self.copy = live.back_up("good.backup")
        self.new = live.folder / "new.backup"
        live.add_people()
        self.content = live.content()

    def run(self, after: float | None = None, send: signal.Signals = signal.SIGTERM) -> Ended:
        path = self.new if self.word == "backup" else self.copy
        return self.forked.run(self.live.environment, self.word, path, after=after, send=send)

    def demand_whole(self, ended: Ended) -> None:
        """Fail unless the command did everything or nothing."""
        done = ended.code == 0
        if self.word == "backup":
            assert self.new.exists() or not done
            if self.new.exists():
                assert self.live.run_here("verify", self.new).code == 0
                self.new.unlink()
        if self.word == "restore":
            people = self.live.people()
            assert people == 1 if done else people in (1, 2)
            assert (self.live.folder / "files" / "paper.pdf").read_bytes() == b"a paper"
            if people == 1:
                self.live.add_people()
                self.live.forget_what_was_put_aside()
                self.content = self.live.content()
        assert self.live.content() == self.content


@in_turn
def test_a_stop_at_any_moment_is_one_line_and_leaves_nothing(live, forked, word, many):
    trial, chance = Trial(live, forked, word), random.Random(many)  # noqa: S311 - moments, not secrets
    whole = trial.run()
    assert (whole.code, whole.complained) == (0, "")
    trial.demand_whole(whole)
    stopped = 0
    for number in range(many):
        send = STOPS[number % len(STOPS)]
        ended = trial.run(chance.uniform(0, whole.seconds), send)
        # Below zero: a signal came before the work began or after its end; from outside both look
        # the same.
        assert ended.code in (0, 128 + send, -send), ended
        # The command-line library handles Ctrl-C before the command starts, and prints nothing.
        is_early = send is signal.SIGINT and not ended.complained
        if ended.code > 0 and not is_early:
            stopped += 1
            assert ended.complained == (
                f"preceptor: Stopped by {send.name} before it was done. "
                "Nothing was changed, and nothing is left of it.\n"
            )
            assert trial.word != "restore" or live.people() == 2
            assert not trial.new.exists()
        trial.demand_whole(ended)
        assert live.left_behind() == []
    print(f"{word}: {stopped} of {many} stopped before the end")
    assert stopped or many == 1, "no signal ended the work"


@pytest.mark.parametrize(
    ("live", "word", "many"), [("sqlite", "restore", 1), *DEEP], indirect=["live"]
)
def test_what_a_killed_run_leaves_is_cleared_away_by_the_next(live, forked, word, many):
    trial, chance = Trial(live, forked, word), random.Random(many)  # noqa: S311 - moments, not secrets
    whole = trial.run()
    trial.demand_whole(whole)
    killed = 0
    for _ in range(many):
        ended = trial.run(chance.uniform(0, whole.seconds), signal.SIGKILL)
        assert ended.code in (0, -signal.SIGKILL)
        killed += ended.code != 0
        trial.demand_whole(ended)
        again = trial.run()
        assert (again.code, again.complained) == (0, "")
        trial.demand_whole(again)
        if live.left_behind():  # PostgreSQL was still creating a database for the killed process
            trial.demand_whole(trial.run())
        assert live.left_behind() == []
    print(f"{word}: {killed} of {many} killed before the end")


@pytest.mark.parametrize(("word", "kind"), [("backup", "copy"), ("verify", "scratch")])
def test_a_folder_in_which_nobody_works_is_removed_and_another_stays(live, word, kind):
    copy = live.back_up("good.backup")
    place = live.folder if word == "backup" else workshop(live)
    abandoned, used = (place / f".preceptor-{kind}-{end}{os.getpid()}" for end in ("a", "u"))
    for folder in (abandoned, used):
        folder.mkdir()
        (folder / "database").write_bytes(b"half")
    handle = os.open(used, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        told = live.run_here(word, live.folder / "new.backup" if word == "backup" else copy)
        assert (told.code, abandoned.exists(), used.exists()) == (0, False, True)
    finally:
        os.close(handle)
        shutil.rmtree(used)


def workshop(live: Installation) -> Path:
    return Path(gettempdir()) if live.server else live.folder / "data"


@pytest.mark.parametrize("live", [NEEDS_POSTGRES], indirect=True)
def test_a_scratch_database_that_nobody_holds_is_dropped_and_another_stays(live):
    copy = live.back_up()
    abandoned, held = (f"preceptor_scratch_{end}{os.getpid()}" for end in ("a", "h"))
    for name in (abandoned, held):
        postgres.new_database(live.server, name)
    try:
        with psycopg.connect(live.server, autocommit=True) as holder:
            holder.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (held,))
            assert live.run_here("verify", copy).code == 0
            there = {row[0] for row in holder.execute("SELECT datname FROM pg_database")}
        assert (abandoned in there, held in there) == (False, True)
    finally:
        for name in (abandoned, held):
            postgres.drop_database(live.server, name)
