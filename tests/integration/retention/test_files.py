"""The PDFs of certificates: deleted after a year, and made again when somebody opens one."""

import os
from datetime import timedelta

from app import jobs
from app.certificates import printing
from app.certificates.printing import FILE_LASTS, HALF_LASTS, delete_old_files
from tests.make import NOW
from tests.make.keys import ISSUER

SECOND = timedelta(seconds=1)


def a_file(folder, name, at):
    path = folder / "certificates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"%PDF")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def names(folder):
    return sorted(path.name for path in (folder / "certificates").iterdir())


def test_old_files_and_half_written_ones_go(tmp_path):
    assert delete_old_files(tmp_path, now=NOW) == 0
    a_file(tmp_path, "old.pdf", NOW - FILE_LASTS)
    a_file(tmp_path, "young.pdf", NOW - FILE_LASTS + SECOND)
    a_file(tmp_path, "half.0123abcd", NOW - HALF_LASTS)
    a_file(tmp_path, "being-written.0123abcd", NOW - HALF_LASTS + SECOND)
    assert delete_old_files(tmp_path, now=NOW) == 2
    assert names(tmp_path) == ["being-written.0123abcd", "young.pdf"]


def test_many_go_some_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "MOST_FILES", 2)
    for number in range(3):
        a_file(tmp_path, f"{number}.pdf", NOW - FILE_LASTS)
    assert [delete_old_files(tmp_path, now=NOW) for _ in range(3)] == [2, 1, 0]


def test_the_worker_does_it(database, tmp_path):
    a_file(tmp_path, "old.pdf", NOW - FILE_LASTS)
    passed = iter([0.0, 59.0, 60.0])
    work = jobs.FactWork(database, lambda: NOW, ISSUER, lambda: next(passed), files=tmp_path)
    for seconds in (0, 59):
        work.round(NOW + seconds * SECOND)
    assert names(tmp_path) == ["old.pdf"]
    work.round(NOW + 60 * SECOND)
    assert names(tmp_path) == []
