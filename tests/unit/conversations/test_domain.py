"""Rules and forms of conversations."""

import pytest

from app.conversations import domain, policy
from app.conversations.domain import ConversationStanding, ConversationState
from app.conversations.forms import AskForm, QuestionAnswerForm, RemovalForm
from app.kit.errors import Invalid
from app.kit.ids import UserId, new_uuid
from app.web.forms import Submission
from tests.make.people import an_actor

OPEN = ConversationStanding(ConversationState.open, 3)
CLOSED = ConversationStanding(ConversationState.closed, 3)
CLOSED_FOR_GOOD = ConversationStanding(ConversationState.closed, 3, is_closed_by_academy=True)
FULL = ConversationStanding(ConversationState.answered, domain.MOST_MESSAGES)


@pytest.mark.parametrize(
    ("standing", "seen", "reason"),
    [
        (OPEN, 3, None),
        (OPEN, None, None),
        (OPEN, 2, "newer_messages"),
        (OPEN, 0, "newer_messages"),
        (CLOSED, 3, None),
        (CLOSED_FOR_GOOD, 3, "closed_by_academy"),
        (CLOSED_FOR_GOOD, 2, "closed_by_academy"),
        (FULL, domain.MOST_MESSAGES, "full"),
        (ConversationStanding(ConversationState.open, domain.MOST_MESSAGES - 1), None, None),
    ],
)
def test_who_may_write(standing, seen, reason):
    refusal = domain.writing_refusal(standing, seen=seen)
    assert (refusal and refusal.reason) == reason
    of_student = domain.reply_refusal(standing, holds_place=True, seen=seen)
    assert of_student == refusal


def test_without_a_place_nobody_writes_on():
    refusal = domain.reply_refusal(OPEN, holds_place=False)
    assert refusal is domain.PLACE_ENDED


@pytest.mark.parametrize(
    ("standing", "by_academy", "reason"),
    [
        (OPEN, False, None),
        (OPEN, True, None),
        (CLOSED, False, "already_closed"),
        (CLOSED, True, None),
        (CLOSED_FOR_GOOD, False, "already_closed"),
        (CLOSED_FOR_GOOD, True, "already_closed"),
    ],
)
def test_when_it_can_be_closed(standing, by_academy, reason):
    refusal = domain.closing_refusal(standing, by_academy=by_academy)
    assert (refusal and refusal.reason) == reason


def test_a_message_is_removed_once():
    assert domain.removal_refusal(is_removed=False) is None
    assert domain.removal_refusal(is_removed=True) is domain.REMOVED_ALREADY


def test_nobody_answers_themselves():
    instructor, student = an_actor("instructor"), UserId(new_uuid())
    assert policy.may_answer(instructor, student, is_visible=True)
    assert not policy.may_answer(instructor, student, is_visible=False)
    assert not policy.may_answer(instructor, instructor.user_id, is_visible=True)
    assert not policy.may_answer(an_actor("student"), student, is_visible=True)


def read(form, **fields):
    return form.read(Submission({name: (typed,) for name, typed in fields.items()}))


def test_a_question_keeps_its_lines_and_loses_its_margins():
    form = read(AskForm, section="the-dermis", question="  One?\nTwo?\n")
    assert (form.section, form.question) == ("the-dermis", "One?\nTwo?")
    assert read(AskForm, section="", question="One?").section is None


def test_nobody_answers_a_closed_account():
    def answered(*, is_account_closed: bool) -> str | None:
        refusal = domain.answer_refusal(OPEN, is_account_closed=is_account_closed, seen=2)
        return refusal and refusal.reason

    assert answered(is_account_closed=True) == "account_closed"
    assert answered(is_account_closed=False) == "newer_messages"


@pytest.mark.parametrize("typed", ["", " \n ", "\u200d\u202e ", "x" * (domain.LONGEST_MESSAGE + 1)])
def test_an_empty_or_endless_question_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refused:
        read(AskForm, question=typed)
    assert set(refused.value.fields) == {"question"}


def test_a_section_with_a_long_heading_can_be_asked_about():
    """Released versions made anchors of whole headings."""
    anchor = f"section-{'very-' * 50}long"
    assert read(AskForm, section=anchor, question="One?").section == anchor


def test_the_longest_question_fits():
    assert read(AskForm, question="x" * domain.LONGEST_MESSAGE).question


def test_an_answer_without_what_was_seen_counts_as_older_than_every_message():
    assert read(QuestionAnswerForm, answer="Yes.").seen == 0
    with pytest.raises(Invalid) as refused:
        read(QuestionAnswerForm, answer="Yes.", seen="-1")
    assert set(refused.value.fields) == {"seen"}


def test_a_removal_says_why():
    with pytest.raises(Invalid) as refused:
        read(RemovalForm, reason="no")
    assert set(refused.value.fields) == {"reason"}
