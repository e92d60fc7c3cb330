"""An academy of its own whose database may be copied and replaced, and its commands."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app.accounts.models import User
from app.backups.copies import LOCK, make_backup
from app.db.database import Database
from app.kit.keys import Keys
from app.settings import Settings
from tests.make import NOW
from tests.make.keys import sealing_keys, signing_keys
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.server import outside

KEYS = Keys(signing_keys(), sealing_keys())


@dataclass
class Installation:
    """One academy of its own, whose database may be replaced."""

    settings: Settings
    folder: Path

    @contextmanager
    def open(self) -> Iterator[Database]:
        database = Database(self.settings.database_url, pool_size=4)
        try:
            yield database
        finally:
            database.close()

    def people(self) -> int:
        with self.open() as database, database.read() as db:
            return db.scalar(select(func.count()).select_from(User)) or 0

    def back_up(self, name: str = "one.backup") -> Path:
        return make_backup(self.settings, KEYS, self.folder / name, now=NOW).path

    def add_people(self, count: int = 1) -> None:
        with self.open() as database, database.write() as db:
            for _ in range(count):
                a_user(db)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **outside(),
            "PRECEPTOR_ENV": "test",
            "PRECEPTOR_BASE_URL": "http://testserver",
            "PRECEPTOR_DATABASE_URL": self.settings.database_url,
            "PRECEPTOR_FILES_URL": self.settings.files_url,
        }

    def run(self, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this academy; further settings with their whole names."""
        return subprocess.run(
            command(*words),
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def left_behind(self) -> list[str]:
        """Return whatever lies in the folder that is neither database, files nor a backup."""
        names = {path.name for path in self.folder.rglob("*")}
        return sorted(name for name in names if name.startswith(".preceptor-") and name != LOCK)


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from app.cli import main; main()", *map(str, words)]
