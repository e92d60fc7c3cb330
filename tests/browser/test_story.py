"""The whole story with four people in a real Chromium, with JavaScript and without."""

import os
import shutil
import subprocess

import pytest

from tests.browser.story import people
from tests.make import NOW
from tests.make.courses import SMALL_COURSE
from tests.make.server import PRECEPTOR, a_server


@pytest.mark.parametrize(
    "javascript",
    [pytest.param(True, id="javascript"), pytest.param(False, id="plain", marks=pytest.mark.deep)],
)
def test_from_the_catalogue_to_a_verified_certificate(
    new_context, academy_template, tmp_path, javascript
):
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    database = shutil.copy(academy_template, tmp_path / "preceptor.db")
    server = a_server(f"sqlite:///{database}", tmp_path, prepare=True, test_clock=str(clock))
    folder = shutil.copytree(SMALL_COURSE, tmp_path / "small-course")
    try:
        server.start()
        subprocess.run(
            [PRECEPTOR, "content", "publish", str(folder)],
            env={**os.environ, **server.environment},
            check=True,
        )
        serial = people(new_context, server.url, javascript=javascript).whole()
        assert len(serial) >= 26
        audit = subprocess.run(
            [PRECEPTOR, "audit"],
            env={**os.environ, **server.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert audit.stdout.strip() == "Every invariant holds."
    finally:
        server.stop()
