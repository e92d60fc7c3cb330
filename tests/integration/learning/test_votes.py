"""“Was this clear?”: students answer below a section, and staff read counts and words without names."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import html
from sqlalchemy import select

from app.kit.ids import VoteId, new_uuid
from app.learning import vote_counts, voting
from app.learning.clarity import LEAST_VOTES, LONGEST_WORDS, ClarityAnswer
from app.learning.models import SectionVoteRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.learning import a_learner_place, a_published_course
from tests.make.pages import words
from tests.make.people import a_user

KEY = "small-course"
LESSON = f"/learn/{KEY}/lessons/skin-layers"
LOCKED = f"/learn/{KEY}/lessons/needle-safety"
UNCLEAR = f"/teach/courses/{KEY}/unclear"


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def students(database, published):
    with database.write() as db:
        people = [a_user(db, f"Secret Name {number}") for number in range(4)]
        for person in people:
            a_learner_place(db, person, published)
        return people


@pytest.fixture
def browser(as_person, students):
    return as_person(students[0])


@pytest.fixture
def staff(database, as_person):
    with database.write() as db:
        instructor = a_user(db, "Ivy Instructor", roles=("instructor",))
    return as_person(instructor)


@pytest.fixture
def anchors(published) -> list[str]:
    headings = published.course.modules[0].lessons[0].headings
    return [heading.anchor for heading in headings if heading.level == 2]


def rows(database) -> list[tuple[str, bool, str]]:
    row = SectionVoteRow
    with database.read() as db:
        stored = db.execute(select(row.section, row.is_clear, row.words).order_by(row.words))
        return [tuple(each) for each in stored]


def a_vote(person, revision_id, section, said) -> SectionVoteRow:
    return SectionVoteRow(
        id=VoteId(new_uuid()),
        user_id=person.user_id,
        course_key=KEY,
        revision_id=revision_id,
        lesson_key="skin-layers",
        section=section,
        lesson_title="Skin layers",
        section_title="A section",
        is_clear=False,
        words=said,
        voted_at=NOW,
    )


def vote(browser, section, answer, **more):
    return browser.post(f"{LESSON}/clear", data={"section": section, "answer": answer, **more})


def put(browser, section, answer, **more):
    body = {"section": section, "answer": answer, **more}
    return browser.put(f"/api/v1{LESSON}/clear", json=body)


def pressed(page, section) -> list[tuple[str, str]]:
    """Return the chosen answers below a section, with the forms that they send."""
    tree = html.document_fromstring(page.text)
    buttons = tree.xpath(f"//button[@value='{section}' and @aria-pressed='true']")
    return [(button.get("data-clear"), button.get("form")) for button in buttons]


def test_an_answer_is_chosen_changed_and_taken_back_without_a_script(database, browser, anchors):
    assert pressed(browser.get(LESSON), anchors[0]) == []
    answer = vote(browser, anchors[0], "yes")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LESSON}#note-{anchors[0]}")
    assert rows(database) == [(anchors[0], True, "")]
    page = browser.get(LESSON)
    assert pressed(page, anchors[0]) == [("yes", "clear-none")]
    assert pressed(page, anchors[1]) == []
    assert "Thank you. To take your answer back" in words(page)
    vote(browser, anchors[0], "not-quite")
    page = browser.get(LESSON)
    assert pressed(page, anchors[0]) == [("not-quite", "clear-none")]
    assert rows(database) == [(anchors[0], False, "")]
    assert vote(browser, anchors[0], "none").status_code == 303
    assert rows(database) == []
    assert pressed(browser.get(LESSON), anchors[0]) == []


def test_words_are_sent_from_the_field_that_an_unclear_section_has(database, browser, anchors):
    field = f"//textarea[@id='f-clear-{anchors[0]}']"
    assert not html.document_fromstring(browser.get(LESSON).text).xpath(field)
    vote(browser, anchors[0], "not-quite")
    page = browser.get(LESSON)
    assert html.document_fromstring(page.text).xpath(field)
    assert "Without your name. Staff read it once 3 students have answered here." in words(page)
    vote(browser, anchors[0], "not-quite", words="Which layer?")
    assert rows(database) == [(anchors[0], False, "Which layer?")]
    (typed,) = html.document_fromstring(browser.get(LESSON).text).xpath(field)
    assert typed.text.strip() == "Which layer?"
    vote(browser, anchors[0], "not-quite")
    assert rows(database) == [(anchors[0], False, "Which layer?")]
    vote(browser, anchors[0], "yes")
    assert rows(database) == [(anchors[0], True, "")]


def test_words_that_are_too_long_stay_on_the_page(database, browser, anchors):
    typed = "w" * (LONGEST_WORDS + 1)
    answer = vote(browser, anchors[0], "not-quite", words=typed)
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.text)
    (field,) = tree.xpath(f"//textarea[@id='f-clear-{anchors[0]}']")
    assert field.text.strip() == typed
    assert tree.xpath("//*[@class='error-summary']//a/@href") == [f"#f-clear-{anchors[0]}"]
    assert "500" in tree.xpath("//*[contains(@class, 'error-text')]")[0].text_content()
    assert put(browser, anchors[0], "not-quite", words=typed).status_code == 422
    assert rows(database) == []
    assert put(browser, anchors[0], "not-quite", words=typed[1:]).status_code == 200


def test_the_api_answers_with_the_votes_of_the_lesson(browser, anchors):
    put(browser, anchors[1], "not-quite", words="Why?")
    answer = put(browser, anchors[0], "yes")
    expected = {
        "votes": [
            {"section": anchors[0], "answer": "yes", "words": ""},
            {"section": anchors[1], "answer": "not-quite", "words": "Why?"},
        ]
    }
    assert (answer.status_code, answer.json()) == (200, expected)
    assert browser.get(f"/api/v1{LESSON}/clear").json() == expected


@pytest.mark.parametrize("send", [vote, put], ids=["page", "API"])
def test_an_unknown_section_takes_no_vote(database, browser, send):
    answer = send(browser, "section-nowhere", "yes")
    assert answer.status_code == 404
    assert "not found" in answer.text.lower()
    assert rows(database) == []


def test_a_locked_lesson_takes_no_vote(database, browser):
    body = {"section": "section-a", "answer": "yes"}
    refused = browser.put(f"/api/v1{LOCKED}/clear", json=body)
    assert (refused.status_code, refused.json()["reason"]) == (403, "module-locked")
    page = browser.post(f"{LOCKED}/clear", data=body)
    assert page.status_code == 403
    assert "This lesson is not open yet" in words(page)
    assert rows(database) == []


def test_an_unknown_answer_is_refused(database, browser, anchors):
    page = vote(browser, anchors[0], "perhaps")
    assert page.status_code == 422
    assert "There is a problem with what you entered" in words(page)
    assert put(browser, anchors[0], "perhaps").status_code == 422
    assert rows(database) == []


def test_too_many_votes_wait(database, browser, anchors, monkeypatch):
    limit = voting.Limit("section vote", 1, voting.timedelta(hours=1))
    monkeypatch.setattr(voting, "VOTED", limit)
    put(browser, anchors[0], "yes")
    answer = vote(browser, anchors[1], "not-quite", words="Why?")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    (field,) = html.document_fromstring(answer.text).xpath(
        f"//textarea[@id='f-clear-{anchors[1]}']"
    )
    assert field.text.strip() == "Why?"
    assert rows(database) == [(anchors[0], True, "")]


def test_nothing_is_shown_to_staff_before_enough_have_voted(staff, students, as_person, anchors):
    voters = [as_person(student) for student in students]
    for voter in voters[: LEAST_VOTES - 1]:
        put(voter, anchors[0], "not-quite", words="Secret words")
    page = staff.get(UNCLEAR)
    assert "No unclear section" in words(page)
    assert "1 section has fewer than three answers" in words(page)
    lesson = f"/teach/courses/{KEY}/revisions/1/lessons/skin-layers"
    for path in (UNCLEAR, f"{UNCLEAR}.csv", lesson):
        answer = staff.get(path)
        assert answer.status_code == 200
        assert "Secret words" not in answer.text
        assert "clear-share" not in answer.text
    put(voters[LEAST_VOTES - 1], anchors[0], "yes")
    page = staff.get(UNCLEAR)
    assert "Secret words" in words(page)
    assert "2 of 3" in words(page)
    assert "67%" in words(page)
    assert "Not quite clear to 2 of 3 students" in words(staff.get(lesson))


def test_staff_read_no_name_and_no_id_of_a_voter(staff, students, as_person, anchors):
    for number, student in enumerate(students):
        put(as_person(student), anchors[0], "not-quite", words=f"Words {9 - number}")
    page, file = staff.get(UNCLEAR), staff.get(f"{UNCLEAR}.csv")
    (line,) = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert line["Answers"] == "4"
    assert line["What was not clear"] == "Words 6\nWords 7\nWords 8\nWords 9"
    for text in (page.text, file.text):
        assert "Words 6" in text
        assert text.index("Words 6") < text.index("Words 9")
        assert "Secret Name" not in text
        assert not any(str(student.user_id) in text for student in students)


def test_the_least_clear_section_stands_first(staff, students, as_person, anchors):
    voters = [as_person(student) for student in students]
    for voter, answer in zip(voters, ("not-quite", "yes", "yes", "yes"), strict=True):
        put(voter, anchors[0], answer)
    for voter, answer in zip(voters[:3], ("yes", "not-quite", "yes"), strict=True):
        put(voter, anchors[1], answer)
    tree = html.document_fromstring(staff.get(UNCLEAR).text)
    links = tree.xpath("//tbody//a/@href")
    base = f"/teach/courses/{KEY}/revisions/1/lessons/skin-layers"
    assert links == [f"{base}#{anchors[1]}", f"{base}#{anchors[0]}"]


def test_a_section_that_was_clear_to_all_is_not_listed(staff, students, as_person, anchors):
    for student in students:
        put(as_person(student), anchors[0], "yes")
    page = staff.get(UNCLEAR)
    assert page.status_code == 200
    assert "No unclear section" in words(page)


def test_of_many_words_the_page_shows_some_and_the_file_all(database, staff, published, anchors):
    many = vote_counts.MOST_WORDS + 5
    with database.write() as db:
        for number in range(many):
            person = a_user(db, f"Voter {number}")
            db.add(a_vote(person, published.revision_id, anchors[0], f"Said {number:02}"))
    page = staff.get(UNCLEAR)
    tree = html.document_fromstring(page.text)
    assert len(tree.xpath("//li/p[@class='typed-lines']")) == vote_counts.MOST_WORDS
    assert "And 5 more in the file" in words(page)
    assert staff.get(f"{UNCLEAR}.csv").text.count("Said ") == many


def test_students_and_strangers_read_no_list(browser, staff):
    refused = browser.get(UNCLEAR)
    assert refused.status_code == 403
    assert "This page is for other roles of the academy" in words(refused)
    assert staff.get("/teach/courses/nowhere/unclear").status_code == 404


def test_a_lesson_with_votes_costs_no_more_statements(browser, anchors):
    browser.get(LESSON)
    before = statements_of(browser.get(LESSON))
    put(browser, anchors[0], "not-quite", words="Why?")
    assert statements_of(browser.get(LESSON)) == before


def test_a_vote_belongs_to_its_revision(database, browser, students, published, anchors):
    with database.write() as db:
        newer = a_published_course(
            db, changed_course({"lessons/skin-layers.md": ("title: ", "title: Now called ")})
        )
        row = a_vote(students[0], newer.revision_id, anchors[0], "")
        db.add(row)
    assert newer.revision_id != published.revision_id
    assert pressed(browser.get(LESSON), anchors[0]) == []
    vote(browser, anchors[0], "yes")
    assert sorted(is_clear for _, is_clear, _ in rows(database)) == [False, True]


def test_two_devices_at_once_leave_a_single_vote(database, students, anchors):
    def send(answer: ClarityAnswer) -> None:
        with database.write() as db:
            voting.vote_on_section(
                db, students[0], KEY, "skin-layers", anchors[0], answer=answer, words=None, now=NOW
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, [ClarityAnswer.yes, ClarityAnswer.not_quite]))
    assert len(rows(database)) == 1
