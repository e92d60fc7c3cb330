"""The service worker that holds a running attempt: what it holds is there, and it can be taken away."""

import json
import re

import pytest

from app.web.request_context import SERVICE_WORKER
from app.web.service_worker import BEHAVIOURS


def behaviours_of(page: str) -> set[str]:
    return set(" ".join(re.findall(r'data-behaviour="([^"]+)"', page)).split())


def release_in(script: str) -> dict[str, list[str]]:
    return json.loads(re.match(r"const RELEASE = (.*);\n", script)[1])


def test_a_browser_asks_for_the_worker_anew_and_every_file_of_it_is_there(client):
    answer = client.get(SERVICE_WORKER)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    files = release_in(answer.text)["files"]
    assert len(files) == len(set(files)) > 15
    assert {client.get(file).status_code for file in files} == {200}


def test_it_holds_the_scripts_of_all_pages_of_an_attempt(pupil, as_person):
    attempt_id = pupil.start()
    browser = as_person(pupil.actor)
    for path in ("questions/1", "check"):
        page = browser.get(f"/attempts/{attempt_id}/{path}")
        assert page.status_code == 200
        assert f'data-worker="{SERVICE_WORKER}"' in page.text
        assert behaviours_of(page.text) <= BEHAVIOURS


def test_no_other_page_registers_it(pupil, as_person):
    browser = as_person(pupil.actor)
    for path in ("/home", "/learn/small-course/quizzes/skin-quiz"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "data-worker" not in page.text


def test_the_page_without_a_network_is_that_of_a_visitor(client):
    page = client.get("/offline")
    assert page.status_code == 200
    assert "There is no network" in page.text
    assert "data-person" not in page.text


class TestSwitchedOff:
    @pytest.fixture
    def settings(self, settings_for, database):
        return settings_for(database).model_copy(update={"offline_attempts": "off"})

    def test_the_worker_takes_itself_away(self, client):
        script = client.get(SERVICE_WORKER)
        assert script.status_code == 200
        assert "registration.unregister()" in script.text
        assert "RELEASE" not in script.text

    def test_no_page_registers_one(self, pupil, as_person):
        page = as_person(pupil.actor).get(f"/attempts/{pupil.start()}/questions/1")
        assert page.status_code == 200
        assert "data-worker" not in page.text
