"""What of a page no translator gets: `python -m tests.sight.brackets ROLE PATH…` prints the texts outside of
brackets of the demo academy. Roles: those of `tests/integration/routes/test_crawl.py`, and `learner`."""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from app import key_files
from app.academy_file import load_academy
from app.accounts import queries as people
from app.cli.running import _prepare
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS
from app.main import create_app
from app.settings import Settings
from tests.make.brackets import names_of, outside, outside_in_text
from tests.make.browsing import a_browser
from tests.make.people import a_sign_in
from tests.make.pseudo_languages import bracketed

PEOPLE = {
    "student": STUDENTS[1],
    "learner": STUDENTS[0],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
HOST = "http://127.0.0.1:8000"


def main(role: str, paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, start_blocking_portal() as portal:
        os.environ |= {
            "PRECEPTOR_ENV": "demo",
            "PRECEPTOR_BASE_URL": HOST,
            "PRECEPTOR_DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "PRECEPTOR_FILES_URL": str(Path(folder, "files")),
            "PRECEPTOR_SIGNING_KEYS": str(Path(folder, "signing.keys")),
            "PRECEPTOR_SEALING_KEYS": str(Path(folder, "sealing.keys")),
        }
        settings = Settings()
        key_files.make_missing(settings, on=datetime.now(UTC).date())
        _prepare(settings)
        academy = load_academy(settings)
        app = create_app(settings, languages=bracketed(academy))
        database = app.state.app_context.database
        token = None
        if role in PEOPLE:
            with database.write() as db:
                token = a_sign_in(db, people.person_by_email(db, PEOPLE[role].email), token=role)  # type: ignore[arg-type] # only the id is read
        browser, names = (
            a_browser(app, portal, token=token, address=HOST),
            names_of(database, academy),
        )
        for path in paths:
            response = browser.get(path)
            is_html = response.headers.get("content-type", "").startswith("text/html")
            pieces = (outside if is_html else outside_in_text)(response.text)
            print(f"{path}: {response.status_code}")
            for piece in names.untold(pieces):
                print(f"    {piece}")
        database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
