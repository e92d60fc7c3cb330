"""What the doctor tries on the disk."""

from pathlib import Path

import pytest

from app.db.database import Database
from app.doctor.folders import look_at_disk
from app.settings import Settings

SOMEWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"


def examined(monkeypatch: pytest.MonkeyPatch, files: str) -> tuple[str, bool]:
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    database = Database(SOMEWHERE)  # nothing is asked there
    (finding,) = look_at_disk(database, Settings(files_url=files))
    database.close()
    return finding.detail, finding.fine


def test_beside_postgresql_it_writes_where_the_files_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wrote to the folder in which it was started: that of a release belongs to root, and it ended in a
    traceback."""
    monkeypatch.chdir("/proc")
    detail, _ = examined(monkeypatch, str(tmp_path / "not" / "yet"))
    assert detail.startswith("a flush takes ")


def test_a_folder_that_it_may_not_write_to_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    detail, fine = examined(monkeypatch, "/proc/files")
    assert detail.startswith("nothing can be written to /proc: ")
    assert not fine
