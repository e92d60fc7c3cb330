"""The pages of an attempt are put together of pieces that a process keeps for all who are as far (decision
12): nothing of one student comes into the page of another, whoever reads first."""

import re

import pytest

from app.web import templating

OWN_OF_A_PAGE = re.compile(r'(name="csrf_token" value|data-csrf|data-now)="[^"]*"')


def forget() -> None:
    templating.remembered.cache_clear()
    templating._around.cache_clear()


@pytest.fixture
def two(a_pupil, as_person):
    """Two students with an attempt that runs and one that is sent, and their browsers. Only the
    first has answered the attempt that runs."""
    readers = []
    for name in ("Fred Fresh", "Nora Canary-Name"):
        student = a_pupil(name)
        student.complete("skin")
        sent = student.finish(right=False)
        readers.append((as_person(student.actor), student, sent, student.start()))
    _, fred, _, running = readers[0]
    fred.answer_all(running)
    return readers


def pages(reader) -> list[str]:
    """Return the pages of a student's attempts, without what differs each time."""
    browser, _, sent, running = reader
    addresses = [
        f"/attempts/{running}/questions/1",
        f"/attempts/{running}/check",
        f"/attempts/{sent}",
    ]
    answers = [browser.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    return [OWN_OF_A_PAGE.sub("", answer.text) for answer in answers]


def test_whoever_reads_first_each_student_has_their_own_pages(two):
    forget()
    alone = pages(two[0])
    forget()
    hers = pages(two[1])
    assert alone != hers
    assert pages(two[0]) == alone
    assert pages(two[1]) == hers
    assert not any("\x00" in page for page in [*alone, *hers])
    for (_, student, sent, running), others in ((two[0], hers), (two[1], alone)):
        tokens = {
            option.token
            for attempt_id in (sent, running)
            for drawn in student.attempt(attempt_id).drawn
            for option in drawn.options
        }
        assert tokens
        for own in (str(sent), str(running), *tokens):
            assert not any(own in page for page in others)


def test_a_piece_says_how_far_the_attempt_is_now(two):
    browser, student, _, running = two[1]
    check = f"/attempts/{running}/check"
    assert "You have not answered anything yet" in browser.get(check).text
    student.answer_all(running)
    page = browser.get(check).text
    assert "Every question has an answer" in page
    assert "data-unanswered" not in page
