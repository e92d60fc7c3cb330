"""Many answers of one device at once, by the API."""

import json
import random
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kit.ids import AttemptId, EventId, new_uuid
from app.quizzes.domain.attempt import AnswerStanding
from app.quizzes.models import AnswerRow
from app.quizzes.saved_answers import MOST_AT_ONCE, stored_beside
from tests.conftest import statements_of
from tests.integration.quizzes.conftest import Pupil
from tests.integration.quizzes.test_pages import csrf
from tests.make import NOW
from tests.make.people import a_user

PHONE, DESK = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
VOLUME, LAYER = "total-volume", "bleeding-layer"


def an_item(number: int, position: int, response: Any, **rest: int) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "position": position,
        "sequence": 1,
        "made_from": 0,
        "response": response,
        **rest,
    }


def send(browser, attempt_id: AttemptId, items: Sequence[dict[str, Any]], device: str = PHONE):
    return browser.post(
        f"/api/v1/attempts/{attempt_id}/answers", json={"device": device, "answers": list(items)}
    )


def outcomes(answer) -> list[tuple[str, int, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(each["status"], each["sequence"], each["reason"]) for each in answer.json()["answers"]]


def rows(database) -> list[tuple[str, int, AnswerStanding | None, bool]]:
    with database.read() as db:
        stored = db.execute(
            select(
                AnswerRow.question_key, AnswerRow.sequence, AnswerRow.standing, AnswerRow.is_late
            ).order_by(AnswerRow.question_key, AnswerRow.sequence)
        )
        return [tuple(row) for row in stored]


@pytest.fixture
def attempt_id(pupil) -> AttemptId:
    return pupil.start()


@pytest.fixture
def volume(pupil, attempt_id) -> int:
    return pupil.position(attempt_id, VOLUME)


@pytest.fixture
def everything(pupil, attempt_id) -> list[dict[str, Any]]:
    """The right answer to each question of the attempt."""
    attempt = pupil.attempt(attempt_id)
    items = []
    for position, drawn in enumerate(attempt.drawn, start=1):
        typed = pupil.right_answer(attempt, position)
        response = {"options": typed} if drawn.options else {"text": typed[0]}
        items.append(an_item(position, position, response))
    return items


def test_all_answers_are_saved_at_once_and_once(browser, pupil, database, attempt_id, everything):
    answer = send(browser, attempt_id, everything)
    assert outcomes(answer) == [("saved", 1, None)] * 4
    body = answer.json()
    assert (body["state"], body["may"], body["ends_at"]) == (
        "in_progress",
        ["save", "submit"],
        None,
    )
    assert answer.headers["x-server-now"] == NOW.isoformat()
    assert [each["id"] for each in body["answers"]] == [each["id"] for each in everything]
    assert all(each["answered"] and each["saved_at"] for each in body["answers"])
    stored = rows(database)
    assert len(stored) == 4
    again = send(browser, attempt_id, reversed(everything))
    assert again.json()["answers"] == body["answers"][::-1]
    assert rows(database) == stored
    assert pupil.submit(attempt_id).passed


def test_a_batch_takes_the_statements_of_one_answer(browser, database, attempt_id, everything):
    send(browser, attempt_id, everything[:1])
    newer = [
        {**item, "id": str(UUID(int=90 + number)), "sequence": 2}
        for number, item in enumerate(everything)
    ]
    single = send(browser, attempt_id, newer[:1])
    many = send(browser, attempt_id, newer[1:])
    assert len(rows(database)) == 5
    assert statements_of(many) == statements_of(single)


def test_a_bad_item_says_why_and_the_others_are_saved(browser, database, attempt_id, volume):
    other = volume % 4 + 1
    items = [
        an_item(1, volume, {"text": "1,000"}),
        an_item(2, 5, {"text": "1"}),
        an_item(3, 0, {"text": "1"}),
        an_item(4, other, {"sketch": {"x": 1}}),
        an_item(5, volume, {"text": "2"}, sequence=2),
        an_item(5, volume, {"text": "3"}, sequence=3),
        an_item(6, volume, {"text": "3"}, sequence=2),
    ]
    answer = send(browser, attempt_id, items)
    assert outcomes(answer) == [
        ("unreadable", 1, "answer-unreadable"),
        ("refused", 0, "not-found"),
        ("refused", 0, "not-found"),
        ("refused", 0, "response-unknown"),
        ("saved", 2, None),
        ("refused", 0, "id-taken"),
        ("refused", 0, "sequence-taken"),
    ]
    details = [each["detail"] for each in answer.json()["answers"]]
    assert details[0].startswith("Write the number without spaces")
    assert details[1] == "This attempt has no such question. Open the attempt again."
    assert (
        details[3]
        == "No question takes an answer like this. Open the question again and answer it."
    )
    assert rows(database) == [
        (VOLUME, 1, AnswerStanding.unreadable, True),
        (VOLUME, 2, None, False),
    ]


def test_what_cannot_be_read_is_kept_as_typed_and_costs_nothing(
    browser, pupil, database, attempt_id, volume
):
    for typed in ("1,000", "9" * 61):
        send(
            browser, attempt_id, [an_item(len(typed), volume, {"text": typed}, sequence=len(typed))]
        )
        shown = pupil.shown(attempt_id, volume)
        assert (shown.unreadable.typed, shown.is_answered) == ((typed,), False)
    assert shown.unreadable.message.text.startswith("Enter a number")
    send(browser, attempt_id, [an_item(99, volume, {"text": "2"}, sequence=99)], DESK)
    shown = pupil.shown(attempt_id, volume)
    assert (shown.unreadable, shown.typed, shown.sequence) == (None, ("2",), 3)


def test_reordered_delivery_keeps_the_newest_of_the_device(browser, pupil, attempt_id, volume):
    send(browser, attempt_id, [an_item(2, volume, {"text": "2"}, sequence=2)])
    older = send(browser, attempt_id, [an_item(1, volume, {"text": "1"}, sequence=1)])
    assert outcomes(older) == [("saved", 1, None)]
    assert pupil.shown(attempt_id, volume).typed == ("2",)


def test_two_devices_are_both_kept_and_the_first_stays_in_force(
    browser, pupil, database, attempt_id, volume
):
    send(browser, attempt_id, [an_item(1, volume, {"text": "1"})], PHONE)
    second = send(browser, attempt_id, [an_item(2, volume, {"text": "2"})], DESK)
    assert outcomes(second) == [("conflict", 2, "conflict")]
    assert second.json()["answers"][0]["answered"]
    shown = pupil.shown(attempt_id, volume)
    assert (shown.typed, shown.sequence) == (("1",), 1)
    assert [
        (each.question.typed, each.sequence, each.is_in_force, str(each.device))
        for each in shown.conflict
    ] == [(("1",), 1, True, PHONE), (("2",), 2, False, DESK)]
    assert rows(database)[1] == (VOLUME, 2, AnswerStanding.set_aside, True)
    again = send(browser, attempt_id, [an_item(2, volume, {"text": "2"})], DESK)
    assert again.json()["answers"] == second.json()["answers"]
    told = an_item(3, volume, {"text": "3"}, sequence=2, made_from=1)
    assert outcomes(send(browser, attempt_id, [told], DESK)) == [("saved", 3, None)]
    assert pupil.shown(attempt_id, volume).conflict == ()
    assert pupil.shown(attempt_id, volume).typed == ("3",)


def test_an_open_page_of_the_version_before_goes_on(browser, pupil, attempt_id, volume):
    """Its PUT knows no devices: the number after every stored one is taken, an older one is told of it."""
    send(browser, attempt_id, [an_item(1, volume, {"text": "1"})], PHONE)
    send(browser, attempt_id, [an_item(2, volume, {"text": "2"})], DESK)
    url = f"/api/v1/attempts/{attempt_id}/answers/{volume}"
    old = browser.put(url, json={"sequence": 1, "response": {"text": "9"}})
    assert (old.status_code, old.json()["sequence"]) == (200, 2)
    assert pupil.shown(attempt_id, volume).typed == ("1",)
    assert browser.put(url, json={"sequence": 2, "response": {"text": "2"}}).status_code == 409
    new = browser.put(url, json={"sequence": 3, "response": {"text": "3"}})
    assert (new.status_code, new.json()["sequence"]) == (200, 3)
    assert pupil.shown(attempt_id, volume).typed == ("3",)


def test_after_the_end_answers_are_kept_and_do_not_count(
    browser, pupil, database, attempt_id, everything
):
    pupil.submit(attempt_id)
    answer = send(browser, attempt_id, everything)
    assert outcomes(answer) == [("late", 1, "ended")] * 4
    assert (answer.json()["state"], answer.json()["may"]) == ("submitted", [])
    assert not any(each["answered"] for each in answer.json()["answers"])
    assert [(standing, late) for _, _, standing, late in rows(database)] == [(None, True)] * 4
    assert not pupil.attempt(attempt_id).score.passed


def test_the_same_id_at_another_attempt_is_another_answer(
    browser, as_person, a_pupil, attempt_id, database
):
    other: Pupil = a_pupil("Olivia Other")
    theirs = other.start()
    item = an_item(1, 1, {"options": []})
    assert outcomes(send(browser, attempt_id, [item])) == [("saved", 1, None)]
    assert outcomes(send(as_person(other.actor), theirs, [item])) == [("saved", 1, None)]
    assert len(rows(database)) == 2


def test_the_ids_of_an_attempt_stand_together(browser, attempt_id, everything, database):
    """They begin as the id of the attempt, which begins with the time of its start."""
    assert outcomes(send(browser, attempt_id, everything)) == [("saved", 1, None)] * 4
    with database.read() as db:
        ids = db.scalars(select(AnswerRow.id)).all()
    assert [each.bytes[:6] for each in ids] == [attempt_id.bytes[:6]] * 4
    assert len({each.bytes[6:] for each in ids}) == 4


@pytest.mark.parametrize(
    "body",
    {
        "no device": {"answers": [an_item(1, 1, {"text": "1"})]},
        "no answers": {"device": PHONE, "answers": []},
        "too many": {"device": PHONE, "answers": [an_item(n, 1, {}) for n in range(101)]},
        "unknown key": {"device": PHONE, "answers": [an_item(1, 1, {"text": "1"})], "now": 1},
        "unknown key of an answer": {
            "device": PHONE,
            "answers": [an_item(1, 1, {"text": "1"}, earned=5)],
        },
        "no number": {"device": PHONE, "answers": [an_item(1, 1, {"text": "1"}, sequence=0)]},
        "a flag as a number": {
            "device": PHONE,
            "answers": [an_item(1, 1, {"text": "1"}, sequence=True)],
        },
        "no uuid": {"device": "mine", "answers": [an_item(1, 1, {"text": "1"})]},
        "no object": {"device": PHONE, "answers": [an_item(1, 1, ["1"])]},
        "a list": [],
    }.items(),
    ids=lambda each: each[0],
)
def test_what_is_no_batch_is_refused_as_a_whole(browser, database, attempt_id, body):
    """R-038."""
    refused = browser.post(f"/api/v1/attempts/{attempt_id}/answers", json=body[1])
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid")
    assert rows(database) == []


def sent_as_text(browser, attempt_id: AttemptId, position: int, response: str):
    """Send one answer whose response is JSON as it stands, which no library would write."""
    item = json.dumps(an_item(1, position, "response")).replace('"response": "response"', "")
    body = f'{{"device": "{PHONE}", "answers": [{item.rstrip("}")}"response": {response}}}]}}'
    return browser.post(
        f"/api/v1/attempts/{attempt_id}/answers",
        content=body,
        headers={"content-type": "application/json"},
    )


@pytest.mark.parametrize("response", ['{"text": "2\\ud800"}', '{"sketch": "2\\udfff"}'])
def test_half_a_character_breaks_no_page(browser, attempt_id, volume, response):
    """No answer and no page with one could be sent as UTF-8."""
    assert outcomes(sent_as_text(browser, attempt_id, volume, response)) == [("saved", 1, None)]
    shown = browser.get(f"/api/v1/attempts/{attempt_id}")
    assert shown.json()["questions"][volume - 1]["response"] == {"text": "2"}
    assert browser.get(f"/attempts/{attempt_id}/questions/{volume}").status_code == 200


def test_what_lies_too_deep_is_refused(browser, database, attempt_id, volume):
    deep = '{"sketch": ' + "[" * 500 + "]" * 500 + "}"
    refused = sent_as_text(browser, attempt_id, volume, deep)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"pointer": "", "message": "Lists and objects lie too deep in each other."}],
    )
    assert rows(database) == []


@pytest.mark.parametrize(
    "response", [{"sketch": " "}, {"sketch": [""] * 4_000}], ids=["one", "many"]
)
def test_an_unknown_shape_without_a_word_takes_no_answer_away(
    browser, database, attempt_id, volume, response
):
    send(browser, attempt_id, [an_item(1, volume, {"text": "2"})])
    empty = an_item(2, volume, response, sequence=2, made_from=1)
    assert outcomes(send(browser, attempt_id, [empty])) == [("refused", 0, "response-unknown")]
    assert rows(database) == [(VOLUME, 1, None, False)]


def test_a_page_may_hold_more_questions_than_a_batch(pupil, database, attempt_id, volume):
    """A quiz has up to 200 questions, and all of them may stand on one page."""
    pupil.save(attempt_id, volume, ["2"])
    others = [(EventId(new_uuid()), f"question-{number}") for number in range(2 * MOST_AT_ONCE)]
    with database.read() as db:
        beside = stored_beside(db, attempt_id, None, [*others, (EventId(new_uuid()), VOLUME)])
        assert [(record.question_key, record.sequence) for record in beside] == [(VOLUME, 1)]
        assert stored_beside(db, attempt_id, None, others) == []


def test_only_its_student_sends_answers(browser, client, as_person, database, attempt_id):
    item = an_item(1, 1, {"options": []})
    with database.write() as db:
        ada, olivia = a_user(db, "Ada Admin", roles=("admin",)), a_user(db, "Olivia Other")
    assert send(client, attempt_id, [item]).status_code == 401
    assert send(as_person(ada), attempt_id, [item]).status_code == 403
    assert send(as_person(olivia), attempt_id, [item]).status_code == 404
    assert rows(database) == []


def test_a_batch_that_comes_when_the_time_is_over_ends_the_attempt(
    browser, pupil, database, clock_file
):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    clock_file.write_text((NOW + timedelta(minutes=10, seconds=11)).isoformat())
    answer = send(browser, attempt_id, [an_item(1, 1, {"options": []})])
    assert outcomes(answer) == [("late", 1, "ended")]
    assert answer.json()["state"] == "submitted"
    assert pupil.attempt(attempt_id).score is not None


class TestChoosing:
    @pytest.fixture
    def url(self, browser, attempt_id, volume) -> str:
        """The question that a phone answered with 1, and then a desk with 2."""
        send(browser, attempt_id, [an_item(1, volume, {"text": "1"})], PHONE)
        send(browser, attempt_id, [an_item(2, volume, {"text": "2"})], DESK)
        return f"/attempts/{attempt_id}/questions/{volume}"

    @pytest.mark.parametrize(("sequence", "typed", "go"), [(1, "1", "question"), (2, "2", "check")])
    def test_the_student_chooses_on_a_page(
        self, browser, pupil, database, attempt_id, volume, url, sequence, typed, go
    ):
        check = f"/attempts/{attempt_id}/check"
        pages = [browser.get(url).text, browser.get(check).text]
        assert all("Which answer counts?" in page for page in pages)
        assert pages[0].index("What is the total volume?") < pages[0].index("Which answer counts?")
        assert re.search(rf'<input[^>]+aria-describedby="conflict-{volume} answer-hint"', pages[0])
        assert all(page.count('name="sequence"') == 2 for page in pages)
        form = {"sequence": sequence, "go": go, "csrf_token": csrf(pages[0])}
        for _ in range(2):
            chosen = browser.post(f"{url}/choose", data=form)
            assert (chosen.status_code, chosen.headers["location"]) == (
                303,
                check if go == "check" else url,
            )
        assert "The answer that you chose counts now." in browser.get(url).text
        shown = pupil.shown(attempt_id, volume)
        assert (shown.typed, shown.conflict, shown.sequence) == ((typed,), (), 3)
        assert rows(database)[2:] == [(VOLUME, 3, AnswerStanding.chosen, False)]
        assert "Which answer counts?" not in browser.get(url).text

    def test_the_student_chooses_by_the_api(self, browser, pupil, attempt_id, volume, url):
        question = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"][volume - 1]
        assert [
            (each["sequence"], each["in_force"], each["device"], each["response"])
            for each in question["conflict"]
        ] == [(1, True, PHONE, {"text": "1"}), (2, False, DESK, {"text": "2"})]
        choose = f"/api/v1/attempts/{attempt_id}/answers/{volume}/choose"
        chosen = browser.post(choose, json={"sequence": 2, "device": DESK})
        assert (chosen.status_code, chosen.json()["sequence"]) == (200, 3)
        goes_on = an_item(3, volume, {"text": "3"}, sequence=2, made_from=3)
        assert outcomes(send(browser, attempt_id, [goes_on], DESK)) == [("saved", 4, None)]
        missed_it = an_item(4, volume, {"text": "4"}, sequence=2, made_from=1)
        assert outcomes(send(browser, attempt_id, [missed_it], PHONE)) == [
            ("conflict", 5, "conflict")
        ]
        assert pupil.shown(attempt_id, volume).typed == ("3",)

    @pytest.mark.parametrize("sequence", [3, 9])
    def test_what_is_not_to_be_chosen_is_refused(
        self, browser, database, attempt_id, volume, url, sequence
    ):
        stored = rows(database)
        choose = f"/api/v1/attempts/{attempt_id}/answers/{volume}/choose"
        refused = browser.post(choose, json={"sequence": sequence})
        assert (refused.status_code, refused.json()["reason"]) == (409, "choice-gone")
        form = {"sequence": sequence, "csrf_token": csrf(browser.get(url).text)}
        assert browser.post(f"{url}/choose", data=form).headers["location"] == url
        assert "Something was saved or chosen since" in browser.get(url).text
        assert rows(database) == stored

    def test_the_end_of_the_attempt_ends_the_choice(
        self, browser, pupil, database, attempt_id, volume, url
    ):
        form = {"sequence": 2, "csrf_token": csrf(browser.get(url).text)}
        pupil.submit(attempt_id)
        stored = rows(database)
        refused = browser.post(f"{url}/choose", data=form)
        assert refused.headers["location"] == f"/attempts/{attempt_id}"
        choose = f"/api/v1/attempts/{attempt_id}/answers/{volume}/choose"
        by_api = browser.post(choose, json={"sequence": 2})
        assert (by_api.status_code, by_api.json()["reason"]) == (409, "ended")
        assert rows(database) == stored


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_twice_and_in_any_order_ends_as_typed(
    browser, database, pupil, attempt_id, seed
):
    """Requests of one device, each with what waited then, come several times and in an order by chance: each
    answer is stored at most once, and the newest of each question counts."""
    chance = random.Random(seed)  # noqa: S311 # the same order each time
    attempt = pupil.attempt(attempt_id)
    choices = [place for place, drawn in enumerate(attempt.drawn, start=1) if drawn.options]
    changes = [
        an_item(
            10 * place + count,
            place,
            {"options": [chance.choice(attempt.drawn[place - 1].options).token]},
            sequence=count,
        )
        for place in choices
        for count in (1, 2, 3)
    ]
    requests = [chance.sample(changes, k=3) for _ in range(6)] + [[change] for change in changes]
    chance.shuffle(requests)
    for request in requests:
        assert all(
            status == "saved" for status, _, _ in outcomes(send(browser, attempt_id, request))
        )
    with database.read() as db:
        ids = list(db.scalars(select(AnswerRow.id).where(AnswerRow.attempt_id == attempt_id)))
    assert len(ids) == len(set(ids)) == len(rows(database)) <= len(changes)
    newest = {change["position"]: change["response"]["options"] for change in changes}
    told = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"]
    counted = {each["position"]: each["response"] for each in told if each["position"] in newest}
    assert {place: response["options"] for place, response in counted.items()} == newest
