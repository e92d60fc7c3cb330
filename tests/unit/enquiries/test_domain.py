"""Rules, permissions and forms of enquiries."""

import pytest

from app.enquiries import policy
from app.enquiries.domain import ALREADY_ANSWERED, Topic, answer_refusal
from app.enquiries.forms import AnsweredForm, EnquiryForm
from app.kit.errors import Invalid
from app.web.forms import Submission
from tests.make import NOW
from tests.make.enquiries import a_question
from tests.make.people import an_actor

TYPED = {
    "name": "Vera Visitor",
    "email": "Vera@Example.org",
    "topic": "dates",
    "message": "When does the next course start?",
}


def read(**changes: str) -> EnquiryForm:
    fields = {name: (typed,) for name, typed in {**TYPED, **changes}.items()}
    return EnquiryForm.read(Submission(fields))


def test_every_topic_has_words():
    assert all(topic.label for topic in Topic)
    assert len({topic.label for topic in Topic}) == len(Topic)


def test_an_enquiry_is_answered_once():
    assert answer_refusal(None) is None
    assert answer_refusal(NOW) is ALREADY_ANSWERED


@pytest.mark.parametrize(("role", "allowed"), [("student", 0), ("instructor", 0), ("admin", 1)])
def test_only_the_office_reads_and_answers(role, allowed):
    assert policy.may_see_enquiries(an_actor(role)) is bool(allowed)
    assert policy.may_answer(an_actor(role)) is bool(allowed)


def test_a_form_becomes_a_question():
    assert read().question() == a_question()
    question = read(phone="+44 20 7946  0000", course="mesotherapy").question()
    assert (question.phone, question.course_key) == ("+44 20 7946 0000", "mesotherapy")


@pytest.mark.parametrize(
    "pasted", ["\u202a020 7946\u20110018\u202c", "020\u00a07946–0018", "\u200e020 7946-0018"]
)
def test_a_telephone_number_is_read_as_it_comes_from_an_address_book(pasted):
    assert read(phone=pasted).question().phone == "020 7946-0018"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Enter your name."),
        ("name", "\u202e", "letters"),
        ("name", "–", "letters"),
        ("name", "x" * 300, "at most"),
        ("email", "vera at example", "name@example.com"),
        ("email", "vera@example.org\nBcc: all@example.org", "name@example.com"),
        ("phone", "call me", "telephone number"),
        ("phone", "1" * 41, "at most"),
        ("topic", "", "Choose the topic of your question."),
        ("topic", "nonsense", "Choose one"),
        ("message", "", "Enter your question."),
        ("message", "Hello", "a sentence or more"),
        ("message", "x" * 4001, "at most 4000"),
    ],
)
def test_bad_input_is_named(field, typed, words):
    with pytest.raises(Invalid) as refused:
        read(**{field: typed})
    assert words in str(refused.value.fields[field])


def test_a_note_is_needed():
    with pytest.raises(Invalid):
        AnsweredForm.read(Submission({"note": (" x ",)}))
