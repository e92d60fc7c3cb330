"""Questions of students from the lesson to the answer, on both databases and without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import func, select, update

from app.accounts.models import Group, GroupMember, User
from app.audit.models import AuditEvent
from app.conversations import service
from app.conversations.domain import ConversationState
from app.conversations.models import Conversation, ConversationMessage
from app.courses.queries import PublishedCourse
from app.db.database import Database
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.actor import Actor
from app.kit.ids import ConversationId, GroupId, new_uuid
from app.notices.models import Notice
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.conversations import a_conversation, a_message
from tests.make.fingerprint import fingerprint
from tests.make.learning import a_learner_place, a_published_course
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat

LESSON = "/learn/small-course/lessons/skin-layers"
ASK = f"{LESSON}/ask"
ANSWER = "No: the epidermis has no vessels."
QUESTION = "Does a bruise tell me\nthat the needle passed the epidermis?"


@dataclass
class People:
    """A student with an instructor who looks after them, another instructor, and an admin."""

    student: Actor
    teacher: Actor
    stranger: Actor
    admin: Actor
    course: PublishedCourse


@pytest.fixture
def people(database: Database) -> People:
    with database.write() as db:
        course = a_published_course(db)
        student = a_user(db, "Sam Student", email="sam@example.org")
        teacher = a_user(db, "Ines Teacher", email="ines@example.org", roles=("instructor",))
        stranger = a_user(db, "Otto Other", email="otto@example.org", roles=("instructor",))
        admin = a_user(db, "Ada Admin", email="ada@example.org", roles=("admin",))
        a_learner_place(db, student, course)
        a_group_of(db, teacher, student)
    return People(student, teacher, stranger, admin, course)


def a_group_of(db, teacher: Actor, student: Actor) -> None:
    group_id = GroupId(new_uuid())
    db.add(Group(id=group_id, name=f"Group {group_id}", created_at=NOW))
    db.flush()
    for person, role in ((teacher, "instructor"), (student, "student")):
        db.add(GroupMember(group_id=group_id, user_id=person.user_id, role=role, joined_at=NOW))
    db.flush()


def form_on(page, action: str) -> dict[str, str]:
    """Return the fields of a form of a page, as a browser without scripts sends them."""
    (form,) = (form for form in html.document_fromstring(page.text).forms if form.action == action)
    return {name: value or "" for name, value in form.fields.items() if name}


def send(browser: TestClient, page: str, action: str, **typed: str):
    """Open a page, fill in a form of it and send it."""
    return browser.post(action, data=form_on(browser.get(page), action) | typed)


def the_one(database: Database) -> Conversation:
    with database.read() as db:
        return db.scalars(select(Conversation)).one()


def said(database: Database) -> list[tuple[int, bool, str]]:
    with database.read() as db:
        rows = db.execute(
            select(
                ConversationMessage.number,
                ConversationMessage.by_student,
                ConversationMessage.words,
            ).order_by(ConversationMessage.number)
        )
        return [tuple(row) for row in rows]


def acts(database: Database) -> list[str]:
    with database.read() as db:
        actions = select(AuditEvent.action).where(AuditEvent.subject_kind == "conversation")
        return list(db.scalars(actions.order_by(AuditEvent.at, AuditEvent.id)))


def ended(database: Database, student: Actor) -> None:
    with database.write() as db:
        db.execute(
            update(Enrolment)
            .where(Enrolment.user_id == student.user_id)
            .values(state=EnrolmentState.cancelled)
        )


Asked = Callable[..., str]


@pytest.fixture
def a_question(database, people) -> Asked:
    """Add a question of the student and return its id."""

    def add(*texts: str, **columns) -> str:
        with database.write() as db:
            return str(a_conversation(db, people.student, *texts, **columns))

    return add


class TestFromTheLessonToTheAnswer:
    def test_a_student_asks_and_an_instructor_answers(self, app, database, people, as_person):
        student, teacher = as_person(people.student), as_person(people.teacher)
        lesson = html.document_fromstring(student.get(LESSON).text)
        assert lesson.xpath(f"//main//a[@href='{ASK}']")
        assert lesson.xpath(f"//main//a[@href='{ASK}?section=section-the-outer-layer']")
        page = student.get(f"{ASK}?section=section-the-outer-layer")
        assert form_on(page, ASK)["section"] == "section-the-outer-layer"
        sent = send(student, f"{ASK}?section=section-the-outer-layer", ASK, question=QUESTION)
        assert sent.status_code == 303
        own = sent.headers["location"]
        assert "Your question is sent." in words(student.get(own))
        (mail,) = mails_to(app, "ines@example.org")
        assert "A student asks about" in mail.subject
        inbox = teacher.get("/teach/questions")
        assert "Sam Student" in words(inbox)
        theirs = own.replace("/questions", "/teach/questions")
        assert "that the needle passed the epidermis?" in words(teacher.get(theirs))
        answered = send(teacher, theirs, f"{theirs}/answer", answer="Yes: it has no vessels.")
        assert answered.status_code == 303
        assert "Your answer is sent." in words(teacher.get(theirs))
        (to_student,) = mails_to(app, "sam@example.org")
        assert "is answered" in to_student.subject
        for each in (mail, to_student):
            assert "bruise" not in each.text
            assert "vessels" not in each.text
            assert "The outer layer" in each.text
        assert "1 unread message" in words(student.get("/questions"))
        assert "Yes: it has no vessels." in words(student.get(own))
        assert "unread" not in words(student.get("/questions"))
        assert said(database) == [
            (1, True, QUESTION),
            (2, False, "Yes: it has no vessels."),
        ]
        row = the_one(database)
        assert (str(row.state), row.answered_by, row.messages) == (
            "answered",
            people.teacher.user_id,
            2,
        )
        assert acts(database) == ["conversation.answered"]

    def test_the_student_closes_it_and_opens_it_again_by_writing(
        self, app, database, people, as_person, a_question
    ):
        question = a_question()
        student, page = as_person(people.student), f"/questions/{question}"
        assert send(student, page, f"{page}/close").status_code == 303
        assert str(the_one(database).state) == "closed"
        again = student.post(f"{page}/close", data={"csrf_token": csrf(student, page)})
        assert again.status_code == 409
        assert "closed already" in words(again)
        assert "Open it again" in words(student.get(page))
        assert send(student, page, f"{page}/reply", reply="One thing more?").status_code == 303
        row = the_one(database)
        assert (str(row.state), row.closed_at, row.messages) == ("open", None, 2)
        assert len(mails_to(app, "ines@example.org")) == 1

    def test_a_form_sent_twice_asks_once(self, database, people, as_person):
        student = as_person(people.student)
        form = form_on(student.get(ASK), ASK) | {"question": QUESTION}
        first, second = (student.post(ASK, data=form) for _ in range(2))
        assert first.headers["location"] == second.headers["location"]
        assert len(said(database)) == 1

    def test_the_whole_lesson_can_be_meant(self, database, people, as_person):
        assert send(as_person(people.student), ASK, ASK, question=QUESTION).status_code == 303
        assert the_one(database).section_anchor is None


def csrf(browser: TestClient, page: str) -> str:
    (token, *_) = html.document_fromstring(browser.get(page).text).xpath(
        "//input[@name='csrf_token']/@value"
    )
    return token


class TestRefusals:
    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ({"question": ""}, "Enter your question."),
            ({"question": "x" * 10_000}, "Use at most 4000 characters."),
            ({"question": QUESTION, "section": "no-such"}, "This lesson has no such section"),
        ],
    )
    def test_what_cannot_be_asked_says_why_and_stays_typed(
        self, database, people, as_person, typed, reason
    ):
        student = as_person(people.student)
        before = fingerprint(database)
        refused = send(student, ASK, ASK, **typed)
        assert refused.status_code == 422
        assert reason in words(refused)
        form = form_on(refused, ASK)
        assert form["question"].strip() == typed["question"]
        assert changed(before, fingerprint(database)) == set()

    def test_whose_place_has_ended_keeps_reading(self, database, people, as_person, a_question):
        question = a_question()
        student, page = as_person(people.student), f"/questions/{question}"
        asking, replying = (
            form_on(student.get(ASK), ASK),
            form_on(student.get(page), f"{page}/reply"),
        )
        ended(database, people.student)
        before = fingerprint(database)
        for action, form, field in (
            (ASK, asking, "question"),
            (f"{page}/reply", replying, "reply"),
        ):
            refused = student.post(action, data=form | {field: "May I still ask this?"})
            assert refused.status_code == 409, action
            assert "Your place on this course has ended" in words(refused)
            assert "May I still ask this?" in refused.text
        assert student.get(ASK).status_code == 409
        assert "What does the dermis do?" in words(student.get(page))
        assert changed(before, fingerprint(database)) == set()

    def test_who_never_had_a_place_finds_no_form(self, database, people, as_person):
        with database.write() as db:
            nobody = a_user(db, "Nora Nobody")
        other = as_person(nobody)
        assert other.get(ASK).status_code == 404
        form = {"csrf_token": csrf(other, "/me"), "question": QUESTION}
        assert other.post(ASK, data=form).status_code == 404
        assert said(database) == []

    def test_a_lesson_that_is_not_open_yet_cannot_be_asked_about(self, people, as_person):
        locked = as_person(people.student).get("/learn/small-course/lessons/needle-safety/ask")
        assert locked.status_code == 403

    def test_a_closed_account_asks_nothing(self, database, people, as_person):
        student = as_person(people.student)
        form = form_on(student.get(ASK), ASK) | {"question": QUESTION}
        with database.write() as db:
            db.execute(
                update(User).where(User.id == people.student.user_id).values(disabled_at=NOW)
            )
        refused = student.post(ASK, data=form)
        assert refused.status_code == 303
        assert refused.headers["location"].startswith("/sign-in")
        assert said(database) == []

    def test_twenty_questions_a_day(self, database, people, as_person, clock_file):
        student = as_person(people.student)
        for number in range(service.ASKED.most):
            assert send(student, ASK, ASK, question=f"Question {number}?").status_code == 303
        refused = send(student, ASK, ASK, question="One too many?")
        assert refused.status_code == 429
        assert "One too many?" in refused.text
        assert len(said(database)) == service.ASKED.most
        clock_file.write_text((NOW + timedelta(days=1)).isoformat())
        assert send(student, ASK, ASK, question="The next day?").status_code == 303

    def test_the_question_of_another_student_is_not_found(self, database, people, as_person):
        with database.write() as db:
            other = a_user(db, "Nora Other")
            question = a_conversation(db, other)
        student = as_person(people.student)
        for method, path in (("GET", ""), ("POST", "/reply"), ("POST", "/close")):
            form = {"csrf_token": csrf(student, ASK), "reply": "Mine?", "seen": "1"}
            sent = form if path == "/reply" else {"csrf_token": form["csrf_token"]}
            answer = student.request(
                method, f"/questions/{question}{path}", data=sent if method == "POST" else None
            )
            assert answer.status_code == 404, path
        assert len(said(database)) == 1

    def test_the_second_of_two_answers_sees_the_first(
        self, database, people, as_person, a_question
    ):
        page = f"/teach/questions/{a_question()}"
        teacher, admin = as_person(people.teacher), as_person(people.admin)
        late = form_on(teacher.get(page), f"{page}/answer")
        assert send(admin, page, f"{page}/answer", answer="From the office.").status_code == 303
        refused = teacher.post(f"{page}/answer", data=late | {"answer": "From the teacher."})
        assert refused.status_code == 409
        assert "Somebody wrote here after you opened the page" in words(refused)
        assert "From the office." in words(refused)
        assert len(said(database)) == 2
        form = form_on(refused, f"{page}/answer")
        assert (form["answer"].strip(), form["seen"]) == ("From the teacher.", "2")
        assert teacher.post(f"{page}/answer", data=form).status_code == 303
        assert [text for _, _, text in said(database)][1:] == [
            "From the office.",
            "From the teacher.",
        ]


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the tables whose rows changed. Counts of tries and the time of a sign-in are of the request."""
    return {name for name in before if before[name] != after[name]} - {"sign_ins", "limit_counts"}


class TestWhoSees:
    def shown(self, browser: TestClient, question: str) -> tuple[bool, int]:
        answer = browser.get("/teach/questions")
        assert answer.status_code == 200
        return "Sam Student" in words(answer), browser.get(
            f"/teach/questions/{question}"
        ).status_code

    def test_the_instructors_of_the_group_and_admins_do(self, people, as_person, a_question):
        question = a_question()
        assert self.shown(as_person(people.teacher), question) == (True, 200)
        assert self.shown(as_person(people.admin), question) == (True, 200)
        assert self.shown(as_person(people.stranger), question) == (False, 404)

    def test_who_does_not_see_a_question_cannot_answer_it(
        self, database, people, as_person, a_question
    ):
        question = a_question()
        browser = as_person(people.stranger)
        form = {"csrf_token": csrf(browser, "/me"), "seen": "1", "answer": "Hm."}
        refused = browser.post(f"/teach/questions/{question}/answer", data=form)
        assert refused.status_code == 404
        assert len(said(database)) == 1

    def test_the_instructor_of_a_coming_day_does(self, database, people, as_person, a_question):
        question = a_question()
        with database.write() as db:
            day = a_practical(db, instructors=(people.stranger,))
            a_seat(db, day, people.student.user_id)
        assert self.shown(as_person(people.stranger), question) == (True, 200)

    @pytest.mark.parametrize("why", ["nobody", "left"])
    def test_where_nobody_looks_after_a_student_every_instructor_does(
        self, app, database, people, as_person, why
    ):
        """Also where the only instructor has no open account any more."""
        with database.write() as db:
            student = a_user(db, "Lone Learner")
            a_learner_place(db, student, people.course)
            if why == "left":
                gone = a_user(db, "Gone Teacher", roles=("instructor",), disabled_at=NOW)
                a_group_of(db, gone, student)
        sent = send(as_person(student), ASK, ASK, question=QUESTION)
        page = "/teach" + sent.headers["location"]
        for each in (people.teacher, people.stranger):
            assert as_person(each).get(page).status_code == 200
        assert len(mails_to(app, "ines@example.org")) == 1
        assert len(mails_to(app, "otto@example.org")) == 1

    def test_nobody_answers_themselves(self, database, people, as_person):
        with database.write() as db:
            both = a_user(db, "Bo Both", roles=("student", "admin"))
            question = a_conversation(db, both)
        browser = as_person(both)
        assert browser.get(f"/questions/{question}").status_code == 200
        assert browser.get(f"/teach/questions/{question}").status_code == 404


class TestInbox:
    def test_what_has_waited_longest_comes_first(self, database, people, as_person):
        with database.write() as db:
            for name, state, days in (
                ("Newer", "open", 1),
                ("Older", "open", 5),
                ("Done", "answered", 9),
            ):
                at = NOW - timedelta(days=days)
                done = {"answered_at": NOW, "answered_by": people.teacher.user_id}
                a_conversation(
                    db,
                    people.student,
                    at=at,
                    lesson_title=name,
                    state=state,
                    **(done if state == "answered" else {}),
                )
        page = words(as_person(people.teacher).get("/teach/questions"))
        assert page.index("Older") < page.index("Newer") < page.index("Done")
        waiting = words(as_person(people.teacher).get("/teach/questions?which=open"))
        assert "Older" in waiting
        assert "Done" not in waiting

    def test_mine_are_those_that_i_answered(self, database, people, as_person, a_question):
        question = a_question(messages=2, student_seen=1)
        with database.write() as db:
            a_message(db, question_id(question), people.teacher.user_id, 2, "So.")
        mine = "/teach/questions?which=mine"
        assert "Sam Student" in words(as_person(people.teacher).get(mine))
        assert "No questions here yet" in words(as_person(people.admin).get(mine))

    @pytest.mark.parametrize(
        ("text", "is_there"), [("sam", True), ("DERMIS", True), ("epidermis", False)]
    )
    def test_search_by_student_or_words(self, people, as_person, a_question, text, is_there):
        a_question("What does the dermis do?")
        page = as_person(people.teacher).get("/teach/questions", params={"q": text})
        assert ("Sam Student" in words(page)) is is_there

    def test_its_statements_do_not_grow(self, database, people, as_person, a_question):
        a_question()
        browsers = (
            (as_person(people.teacher), "/teach/questions"),
            (as_person(people.student), "/questions"),
        )
        few = [statements_of(browser.get(path)) for browser, path in browsers]
        for _ in range(12):
            a_question("One?", "Two?")
        many = [statements_of(browser.get(path)) for browser, path in browsers]
        assert many == few
        assert max(few) <= 8

    def test_the_homes_say_how_many_wait(self, people, as_person, a_question):
        for person in (people.teacher, people.admin):
            assert "question" not in words(as_person(person).get("/home")).lower()
        a_question()
        assert "1 question waits for an answer" in words(as_person(people.teacher).get("/home"))
        assert "1 question from a student waits" in words(as_person(people.admin).get("/home"))
        assert "question waits" not in words(as_person(people.stranger).get("/home"))

    def test_an_admin_who_learns_does_not_count_their_own(self, database, people, as_person):
        with database.write() as db:
            a_conversation(db, people.admin)
        home = as_person(people.admin).get("/home")
        assert home.status_code == 200
        assert "question from a student waits" not in words(home)
        with database.write() as db:
            a_conversation(db, people.student)
        assert "1 question from a student waits" in words(as_person(people.admin).get("/home"))


class TestClosedAccounts:
    def test_their_questions_do_not_wait_and_cannot_be_answered(
        self, database, people, as_person, a_question
    ):
        page = f"/teach/questions/{a_question()}"
        teacher, admin = as_person(people.teacher), as_person(people.admin)
        form = form_on(teacher.get(page), f"{page}/answer")
        with database.write() as db:
            db.execute(
                update(User).where(User.id == people.student.user_id).values(disabled_at=NOW)
            )
        assert "question waits" not in words(teacher.get("/home"))
        assert "question from a student waits" not in words(admin.get("/home"))
        assert "Every question is answered" in words(teacher.get("/teach/questions?which=open"))
        assert "Sam Student" in words(teacher.get("/teach/questions"))
        before = fingerprint(database)
        refused = teacher.post(f"{page}/answer", data=form | {"answer": "It has no vessels."})
        assert refused.status_code == 409
        assert "The account of this student is closed" in words(refused)
        assert changed(before, fingerprint(database)) == set()


def question_id(text: str) -> ConversationId:
    return ConversationId(UUID(text))


class TestMails:
    def test_an_instructor_gets_one_mail_an_hour(
        self, app, database, people, as_person, clock_file
    ):
        student = as_person(people.student)
        send(student, ASK, ASK, question="One?")
        clock_file.write_text((NOW + timedelta(minutes=59)).isoformat())
        send(student, ASK, ASK, question="Two?")
        assert len(mails_to(app, "ines@example.org")) == 1
        clock_file.write_text((NOW + timedelta(minutes=60)).isoformat())
        send(student, ASK, ASK, question="Three?")
        assert len(mails_to(app, "ines@example.org")) == 2
        with database.read() as db:
            notices = select(func.count()).where(Notice.person_id == people.teacher.user_id)
            assert db.scalar(notices) == 2


class TestModeration:
    def test_an_admin_removes_a_message(self, app, database, people, as_person, a_question):
        question = a_question("Mrs Vane has hepatitis.")
        admin, page = as_person(people.admin), f"/teach/questions/{question}"
        (remove,) = html.document_fromstring(admin.get(page).text).xpath(
            "//main//a[contains(@href, '/remove')]/@href"
        )
        refused = send(admin, remove, remove, reason="")
        assert refused.status_code == 422
        assert send(admin, remove, remove, reason="Names a client.").status_code == 303
        for browser, path in (
            (as_person(people.student), f"/questions/{question}"),
            (as_person(people.teacher), page),
        ):
            shown = words(browser.get(path))
            assert "This message was removed by the academy. Names a client." in shown
            assert "hepatitis" not in browser.get(path).text
        assert "hepatitis" in admin.get(page).text
        assert "hepatitis" not in as_person(people.student).get("/questions").text
        assert "No question found" in words(admin.get("/teach/questions?q=hepatitis"))
        (mail,) = mails_to(app, "sam@example.org")
        assert "was removed" in mail.subject
        assert "client" not in mail.text
        again = admin.post(
            remove, data={"csrf_token": csrf(admin, page), "reason": "Names a client."}
        )
        assert again.status_code == 409
        assert acts(database) == ["conversation.message_removed"]

    def test_an_admin_closes_a_question_for_good(
        self, app, database, people, as_person, a_question
    ):
        question = a_question()
        admin, close = as_person(people.admin), f"/admin/questions/{question}/close"
        student, own = as_person(people.student), f"/questions/{question}"
        replying = form_on(student.get(own), f"{own}/reply")
        assert send(admin, close, close, reason="See the office.").status_code == 303
        assert "See the office." in words(student.get(own))
        refused = student.post(f"{own}/reply", data=replying | {"reply": "But why?"})
        assert refused.status_code == 409
        assert "The academy has closed this question" in words(refused)
        assert "But why?" in refused.text
        assert len(said(database)) == 1
        (mail,) = mails_to(app, "sam@example.org")
        assert "is closed" in mail.subject
        assert acts(database) == ["conversation.closed"]
        assert send(admin, close, close, reason="Once more.").status_code == 409

    def test_instructors_remove_nothing(self, database, people, as_person, a_question):
        question = a_question()
        teacher = as_person(people.teacher)
        page = f"/teach/questions/{question}"
        assert "/remove" not in teacher.get(page).text
        answer = teacher.post(
            f"/admin/questions/{question}/close",
            data={"csrf_token": csrf(teacher, page), "reason": "No."},
        )
        assert answer.status_code == 403
        assert the_one(database).closed_at is None

    def test_a_message_of_another_question_is_not_found(
        self, database, people, as_person, a_question
    ):
        first, second = a_question(), a_question("Another?")
        with database.read() as db:
            message = db.scalars(
                select(ConversationMessage.id).where(
                    ConversationMessage.conversation_id == question_id(second)
                )
            ).one()
        admin = as_person(people.admin)
        path = f"/admin/questions/{first}/messages/{message}/remove"
        assert admin.get(path).status_code == 404


class TestApi:
    def test_a_student_asks_reads_writes_on_and_closes(self, database, people, as_person):
        student = as_person(people.student)
        body = {
            "course": "small-course",
            "lesson": "skin-layers",
            "section": "section-the-outer-layer",
            "question": QUESTION,
        }
        headers = {"idempotency-key": "one"}
        first, second = (
            student.post("/api/v1/questions", json=body, headers=headers) for _ in range(2)
        )
        assert first.status_code == 201
        assert first.json() == second.json()
        path = f"/api/v1/questions/{first.json()['id']}"
        (line,) = student.get("/api/v1/questions").json()["questions"]
        assert (line["section"], line["state"], line["unread"]) == (
            "section-the-outer-layer",
            "open",
            0,
        )
        reply = student.post(f"{path}/replies", json={"reply": "And why?", "seen": 1})
        assert reply.status_code == 204
        stale = student.post(f"{path}/replies", json={"reply": "And why?", "seen": 1})
        assert (stale.status_code, stale.json()["reason"]) == (409, "newer_messages")
        thread = student.get(path).json()
        assert [message["words"] for message in thread["messages"]] == [QUESTION, "And why?"]
        assert student.post(f"{path}/close").status_code == 204
        again = student.post(f"{path}/close")
        assert (again.status_code, again.json()["reason"]) == (409, "already_closed")
        assert len(said(database)) == 2

    @pytest.mark.parametrize(
        ("changed_body", "status", "reason"),
        [
            ({"section": "no-such"}, 422, "unknown_section"),
            ({"question": "x" * 4001}, 422, None),
            ({"question": "  "}, 422, None),
            ({"question": "\u200b"}, 422, None),
            ({"question": " \u200d\u202e "}, 422, None),
            ({"course": "no\x00course"}, 404, None),
            ({"lesson": "no\x00lesson"}, 404, None),
            ({"lesson": "needle-safety"}, 403, "module-locked"),
            ({"course": "no-course"}, 404, None),
        ],
    )
    def test_refusals(self, database, people, as_person, changed_body, status, reason):
        body = {"course": "small-course", "lesson": "skin-layers", "question": "Why?"}
        refused = as_person(people.student).post("/api/v1/questions", json=body | changed_body)
        assert refused.status_code == status
        assert refused.json().get("reason") == reason
        assert said(database) == []

    def test_whose_place_has_ended_reads_and_does_not_write(
        self, database, people, as_person, a_question
    ):
        path = f"/api/v1/questions/{a_question()}"
        ended(database, people.student)
        student = as_person(people.student)
        assert student.get(path).json()["refusal"] == "place_ended"
        refused = student.post(f"{path}/replies", json={"reply": "And now?"})
        assert (refused.status_code, refused.json()["reason"]) == (409, "place_ended")
        assert len(said(database)) == 1


class TestApiOfTheStaff:
    def test_an_instructor_reads_and_answers(self, database, people, as_person, a_question):
        path = f"/api/v1/teach/questions/{a_question(QUESTION)}"
        teacher = as_person(people.teacher)
        inbox = teacher.get("/api/v1/teach/questions", params={"which": "open"}).json()
        assert [line["first_words"] for line in inbox["questions"]] == [QUESTION]
        assert (inbox["page"], inbox["pages"], inbox["total"]) == (1, 1, 1)
        shown = teacher.get(path).json()
        assert (shown["student"], shown["thread"]["state"]) == (
            inbox["questions"][0]["student"],
            "open",
        )
        headers = {"idempotency-key": "one"}
        sent = {"answer": ANSWER, "seen": 1}
        unread = teacher.post(f"{path}/answers", json=sent | {"seen": 0}, headers=headers)
        assert (unread.status_code, unread.json()["reason"]) == (409, "newer_messages")
        for _ in range(2):  # the refusal used up no key
            assert teacher.post(f"{path}/answers", json=sent, headers=headers).status_code == 204
        assert said(database) == [(1, True, QUESTION), (2, False, ANSWER)]
        assert acts(database) == ["conversation.answered"]
        late = teacher.post(f"{path}/answers", json=sent)
        assert (late.status_code, late.json()["reason"]) == (409, "newer_messages")
        assert len(said(database)) == 2

    def test_a_view_that_does_not_exist_is_refused(self, people, as_person, a_question):
        a_question()
        refused = as_person(people.teacher).get("/api/v1/teach/questions?which=sideways")
        assert (refused.status_code, refused.json()["detail"]) == (
            422,
            "Choose all questions, or one of the views.",
        )

    def test_who_does_not_see_a_question_reads_and_answers_nothing(
        self, database, people, as_person, a_question
    ):
        path = f"/api/v1/teach/questions/{a_question()}"
        stranger = as_person(people.stranger)
        assert stranger.get("/api/v1/teach/questions").json()["total"] == 0
        assert stranger.get(path).status_code == 404
        sent = {"answer": ANSWER, "seen": 1}
        assert stranger.post(f"{path}/answers", json=sent).status_code == 404
        assert len(said(database)) == 1

    def test_only_an_admin_closes_it_for_good(self, database, people, as_person, a_question):
        path = f"/api/v1/admin/questions/{a_question()}/close"
        reason = {"reason": "Off the subject"}
        assert as_person(people.teacher).post(path, json=reason).status_code == 403
        admin = as_person(people.admin)
        assert admin.post(path, json={"reason": ""}).status_code == 422
        assert the_one(database).state == ConversationState.open
        assert admin.post(path, json=reason).status_code == 204
        assert the_one(database).close_reason == "Off the subject"
        again = admin.post(path, json=reason)
        assert (again.status_code, again.json()["reason"]) == (409, "already_closed")
        assert acts(database) == ["conversation.closed"]


class TestWhichLesson:
    def test_the_lessons_that_are_open_can_be_chosen(self, people, as_person):
        student = as_person(people.student)
        page = html.document_fromstring(student.get("/questions/new").text)
        assert page.xpath("//h2/text()") == ["A small course in skin and needles"]
        ways = page.xpath("//main//li/a/@href")
        assert "/learn/small-course/lessons/skin-layers/ask" in ways
        assert "/learn/small-course/lessons/needle-safety/ask" not in ways
        assert all(student.get(way).status_code == 200 for way in ways)

    def test_the_list_of_questions_leads_there(self, people, as_person, a_question):
        student = as_person(people.student)
        for _ in range(2):  # without a question, and with one
            page = html.document_fromstring(student.get("/questions").text)
            (way,) = page.xpath("//main//a[normalize-space()='Ask a question']/@href")
            assert way == "/questions/new"
            a_question()

    def test_who_has_no_course_reads_whom_to_ask(self, database, as_person):
        with database.write() as db:
            newcomer = a_user(db, "Nina New", email="nina@example.org")
        page = words(as_person(newcomer).get("/questions/new"))
        assert "You have no course to ask about" in page
