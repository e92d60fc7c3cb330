"""`preceptor content preview`: a course’s folder as staff read it, before it is published."""

import os
import signal
import subprocess
import urllib.request
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from starlette.testclient import TestClient

from app.cli.previewing import READS_ONLY, preview_of
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from tests.make import NOW
from tests.make.courses import SMALL_COURSE
from tests.make.patience import SECONDS
from tests.make.server import PRECEPTOR, free_port

BASE = "/teach/courses/small-course/revisions"
PORT = 8123


@pytest.fixture
def folder(tmp_path) -> Path:
    return copytree(SMALL_COURSE, tmp_path / "small-course")


@pytest.fixture
def browser(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", f"sqlite:///{tmp_path}/academy.db")

    def parse():
        return parse_course("small-course", read_folder(folder))

    with preview_of(folder, parse, port=PORT, now=NOW) as preview:
        client = TestClient(preview, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)
        yield client
    assert not (tmp_path / "academy.db").exists()


def edit(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text()
    assert old in text
    before = file.stat().st_mtime_ns
    file.write_text(text.replace(old, new, 1))
    os.utime(file, ns=(before + 1_000_000, before + 1_000_000))


def test_it_leads_to_the_course_and_shows_what_staff_read(browser):
    home = browser.get("/")
    assert (home.status_code, home.headers["location"]) == (303, f"{BASE}/1")
    assert "A small course in skin and needles" in browser.get(f"{BASE}/1").text
    lesson = browser.get(f"{BASE}/1/lessons/skin-layers")
    assert "The skin has layers." in lesson.text
    assert "Mark as done" not in lesson.text
    assert "Vessels run in the dermis" in browser.get(f"{BASE}/1/quizzes/skin-quiz").text
    assert browser.get(f"{BASE}/1/checklists/first-session").status_code == 200
    assert browser.get(f"{BASE}/1/search?q=epidermis").status_code == 200


def test_a_changed_file_shows_at_the_next_page(browser, folder):
    assert browser.get("/").headers["location"] == f"{BASE}/1"
    edit(folder, "lessons/skin-layers.md", "The skin has layers.", "The skin has many layers.")
    home = browser.get("/").headers["location"]
    assert home == f"{BASE}/2"
    assert "The skin has many layers." in browser.get(f"{home}/lessons/skin-layers").text


def test_problems_stand_in_the_place_of_pages_until_they_are_mended(browser, folder):
    edit(folder, "course.yaml", "final_test: final-test", "final_test: final-tset")
    page = browser.get(f"{BASE}/1")
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/plain")
    lines = page.text.splitlines()
    assert any(
        line.startswith(f"{folder}/course.yaml:") and "Did you mean `final-test`?" in line
        for line in lines
    )
    assert lines[-1].startswith(f"{folder}: ")
    edit(folder, "course.yaml", "final_test: final-tset", "final_test: final-test")
    assert browser.get("/").status_code == 303


def test_stated_hours_that_differ_are_a_problem(browser, folder):
    edit(folder, "course.yaml", "modules:", "hours: 54\nmodules:")
    page = browser.get("/")
    assert page.status_code == 422
    assert "`hours` says 54, but what is written takes 7." in page.text
    assert page.text.splitlines()[-1] == f"{folder}: 1 problem"


def a_link(folder: Path) -> None:
    (folder / "lessons" / "link.md").symlink_to("/etc/hostname")


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "lessons" / "pipe.md")


def no_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (a_link, "{folder}/lessons/link.md is a link or a special file."),
        (a_pipe, "{folder}/lessons/pipe.md is a link or a special file."),
        (no_folder, "There is no folder {folder}."),
    ],
)
def test_why_it_is_no_course_any_more_stands_there_until_it_is_one(browser, folder, damage, why):
    assert browser.get(f"{BASE}/1").status_code == 200
    whole = copytree(folder, folder.with_name("whole"))
    damage(folder)
    page = browser.get(f"{BASE}/1")
    assert page.status_code == 422
    assert page.text.startswith(why.format(folder=folder))
    rmtree(folder, ignore_errors=True)
    copytree(whole, folder)
    assert browser.get(f"{BASE}/1").status_code == 200


def test_a_file_that_is_taken_away_while_it_is_read_is_read_again(folder):
    """Editors write a new file and put it in the place of the old one."""
    gone = iter([OSError(2, "No such file", f"{folder}/course.yaml")])

    def parse():
        for error in gone:
            raise error
        return parse_course("small-course", read_folder(folder))

    with preview_of(folder, parse, port=PORT, now=NOW) as preview:
        client = TestClient(preview, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)
        first = client.get("/")
        assert (first.status_code, client.get("/").status_code) == (422, 303)
        assert first.text == (
            f"{folder}/course.yaml was changed while it was read. Open the page again.\n"
        )


@pytest.mark.parametrize("path", ["/", f"{BASE}/1", f"{BASE}/1/quizzes/skin-quiz"])
def test_a_site_that_leads_its_own_name_here_reads_nothing(browser, folder, path):
    edit(folder, "course.yaml", "final_test: final-test", "final_test: final-tset")
    strange = browser.get(path, headers={"host": "evil.example"})
    assert (strange.status_code, strange.text) == (400, "This host name is not served here.")
    assert browser.get(path, headers={"host": f"localhost:{PORT}"}).status_code == 422


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_takes_nothing(browser, method):
    refused = getattr(browser, method)("/learn/small-course/lessons/skin-layers/done")
    assert (refused.status_code, refused.text) == (405, READS_ONLY)


def test_what_is_no_course_is_said_plainly(tmp_path):
    said = subprocess.run(
        [PRECEPTOR, "content", "preview", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert said.stderr == f"preceptor: There is no folder {tmp_path / 'none'}.\n"


@pytest.fixture
def heeds_a_closed_terminal():
    """What is started ends with its terminal, also where the tests themselves do not."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heeds_a_closed_terminal")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_or_a_closed_terminal_ends_it_and_leaves_nothing(folder, tmp_path, how):
    port = free_port()
    command = [PRECEPTOR, "content", "preview", str(folder), "--port", str(port)]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as run:
        try:
            assert run.stdout is not None
            first = run.stdout.readline()
            assert first == f"{folder} is at http://127.0.0.1:{port} (Ctrl-C ends the preview)\n"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as page:
                assert page.url.endswith(f"{BASE}/1")
            assert [place.name[:18] for place in temporary.iterdir()] == ["preceptor-preview-"]
            run.send_signal(how)
            _, errors = run.communicate(timeout=SECONDS)
        finally:
            run.kill()  # or a failure would wait for it for ever
    assert (run.returncode, errors) == (0, "")
    assert list(temporary.iterdir()) == []
