"""Admins give students something at a quiz and end it: what is stored, what running attempts gain, and what
is refused without a change."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.models import Group, GroupMember, User
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import GroupId, new_uuid
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL
from app.quizzes import queries as quizzes
from app.quizzes import service as attempts
from app.quizzes.allowance_queries import allowances_at
from app.quizzes.domain.exceptions import EVERY_QUIZ, ExceptionAudience, ExceptionTerms
from app.quizzes.exception_queries import exceptions_at
from app.quizzes.models import AttemptRow, ExceptionRow, ExtensionRow
from app.reports import exceptions, extensions
from app.reports.errors import ExceptionRefused
from app.reports.exceptions import ExceptionWish
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_published_course

COURSE, QUIZ = "small-course", "needle-quiz"
QUIZ_TITLE = "Quiz on needles"
MINUTE = timedelta(minutes=1)
ENDED = "quizzes/exception-ended"
MORE = ExceptionTerms(extra_minutes=15)


@pytest.fixture
def sam(database, revision_id):
    with database.write() as db:
        sam = a_user(db, "Sam Student")
        a_place(db, sam, revision_id)
        a_complete_module(db, sam, revision_id, "skin")
    return sam


def wish_for(person=None, terms=MORE, *, group=None, quiz=QUIZ, replaces=None):
    audience = ExceptionAudience(user_id=person and person.user_id, group_id=group)
    return ExceptionWish(
        audience=audience, course_key=COURSE, quiz_key=quiz, terms=terms, replaces=replaces
    )


def give(database, actor, wish, *, now=NOW, told=False):
    with database.write() as db:
        return exceptions.give_exception(
            db, actor, wish, reason="Reads slowly.", reason_is_told=told, now=now
        )


def end(database, actor, exception_id, *, now=NOW):
    with database.write() as db:
        return exceptions.end_exception(db, actor, exception_id, now=now)


def start(database, student, *, now=NOW):
    with database.write() as db:
        return attempts.start_attempt(db, student, COURSE, QUIZ, now=now)


def rows(database):
    with database.read() as db:
        stored = db.scalars(select(ExceptionRow).order_by(ExceptionRow.given_at, ExceptionRow.id))
        return [(row.id, row.extra_minutes, row.ended_at) for row in stored]


def due(database, attempt_id):
    with database.read() as db:
        row = db.get(AttemptRow, attempt_id)
        assert row.next_deadline_at == row.due_at
        return row.due_at


def acts(database):
    with database.read() as db:
        stored = db.scalars(
            select(AuditEvent)
            .where(AuditEvent.action.startswith("quizzes.exception"))
            .order_by(AuditEvent.at, AuditEvent.id)
        )
        return [(act.action, act.person_id, act.reason) for act in stored]


def told(database, template="quizzes/exception-given"):
    """Return who was told of an exception, and what. Each notice has its mail."""
    with database.read() as db:
        is_about_it = Notice.template == template
        notices = db.scalars(select(Notice).where(is_about_it).order_by(Notice.at)).all()
        mails = set(
            db.scalars(
                select(OutboxEvent.id).where(
                    OutboxEvent.name == MAIL, OutboxEvent.id.in_([each.id for each in notices])
                )
            )
        )
        assert {notice.id for notice in notices} == mails
        return [
            (
                notice.person_id,
                notice.details["quiz"],
                [term["text"] for term in notice.details["terms"]],
                notice.details.get("reason"),
            )
            for notice in notices
        ]


def group_of(database, *students, name="March"):
    with database.write() as db:
        group = Group(id=GroupId(new_uuid()), name=name, created_at=NOW)
        db.add(group)
        db.flush()
        for student in students:
            member = GroupMember(
                group_id=group.id, user_id=student.user_id, role="student", joined_at=NOW
            )
            db.add(member)
        return group.id


def test_a_running_attempt_gains_the_time_at_once(database, ada, sam):
    attempt_id = start(database, sam)
    before = due(database, attempt_id)
    exception_id = give(database, ada, wish_for(sam))
    assert due(database, attempt_id) == before + 15 * MINUTE
    assert rows(database) == [(exception_id, 15, None)]
    assert acts(database) == [("quizzes.exception_given", sam.user_id, "Reads slowly.")]


def test_a_group_gains_it_and_others_do_not(database, ada, sam, revision_id):
    with database.write() as db:
        tom = a_user(db, "Tom Student")
        a_place(db, tom, revision_id)
        a_complete_module(db, tom, revision_id, "skin")
        una = a_user(db, "Una Student")
    of_sam, of_tom = start(database, sam), start(database, tom)
    before = due(database, of_tom)
    wish = wish_for(group=group_of(database, sam, una), quiz=EVERY_QUIZ)
    with database.read() as db:
        preview = exceptions.preview_exception(db, ada, wish, now=NOW)
    assert [(each.name, each.gains, len(each.running)) for each in preview.recipients] == [
        ("Sam Student", True, 1),
        ("Una Student", False, 0),
    ]
    assert preview.obstacle is None
    assert rows(database) == []
    give(database, ada, wish)
    assert due(database, of_sam) == before + 15 * MINUTE
    assert due(database, of_tom) == before
    assert acts(database) == [("quizzes.exception_given_for_group", None, "Reads slowly.")]


def test_those_who_gain_by_it_are_told_and_no_others(database, ada, sam):
    with database.write() as db:
        una = a_user(db, "Una Student")
    exception_id = give(
        database, ada, wish_for(group=group_of(database, sam, una), quiz=EVERY_QUIZ)
    )
    of_group = (sam.user_id, None, ["Time: {more} more"], None)
    assert told(database) == [of_group]
    own = wish_for(sam, ExceptionTerms(factor=Fraction(3, 2), extra_attempts=1))
    give(database, ada, own, told=True, now=NOW + MINUTE)
    terms = ["Time: half as much again", "Attempts: {n} more"]
    assert told(database) == [of_group, (sam.user_id, QUIZ_TITLE, terms, "Reads slowly.")]
    end(database, ada, exception_id, now=NOW + 2 * MINUTE)
    assert len(told(database)) == 2


def test_the_end_is_told_to_those_for_whom_it_changes_something(database, ada, sam, revision_id):
    """Neither to somebody without a place, nor to somebody whose own exception counts before that of the
    group, nor where another takes its place."""
    with database.write() as db:
        tom, una = a_user(db, "Tom Student"), a_user(db, "Una Student")
        a_place(db, tom, revision_id)
    of_group = give(database, ada, wish_for(group=group_of(database, sam, tom, una)))
    of_tom = give(database, ada, wish_for(tom), now=NOW + MINUTE)
    end(database, ada, of_group, now=NOW + 2 * MINUTE)
    end_of_group = (sam.user_id, QUIZ_TITLE, ["Time: {more} more"], None)
    assert told(database, ENDED) == [end_of_group]
    more = wish_for(tom, ExceptionTerms(extra_minutes=20), replaces=of_tom)
    following = give(database, ada, more, now=NOW + 3 * MINUTE)
    assert told(database, ENDED) == [end_of_group]
    end(database, ada, following, now=NOW + 4 * MINUTE)
    assert [person for person, *_ in told(database, ENDED)] == [sam.user_id, tom.user_id]


def test_replacing_one_ends_it_and_gives_more(database, ada, sam):
    attempt_id = start(database, sam)
    before = due(database, attempt_id)
    first = give(database, ada, wish_for(sam))
    more = wish_for(sam, ExceptionTerms(factor=Fraction(3)), replaces=first)
    second = give(database, ada, more, now=NOW + MINUTE)
    assert rows(database) == [(first, 15, NOW + MINUTE), (second, None, None)]
    assert [act for act, _, _ in acts(database)] == [
        "quizzes.exception_given",
        "quizzes.exception_ended",
        "quizzes.exception_given",
    ]
    assert due(database, attempt_id) == NOW + 3 * (before - NOW)


def test_time_that_came_back_stays_on_top(database, ada, sam):
    attempt_id = start(database, sam)
    before = due(database, attempt_id)
    with database.write() as db:
        moved_end = {"due_at": before + MINUTE, "next_deadline_at": before + MINUTE}
        db.execute(update(AttemptRow).values(given_back_seconds=60, **moved_end))
    give(database, ada, wish_for(sam))
    assert due(database, attempt_id) == before + 16 * MINUTE


def test_time_back_neither_takes_nor_adds_what_a_group_gives_meanwhile(
    database, ada, sam, revision_id
):
    """The end that an attempt has is the one it began with, whoever joins or leaves a group meanwhile."""
    group_id = group_of(database, sam)
    give(database, ada, wish_for(group=group_id))
    attempt_id = start(database, sam)
    before = due(database, attempt_id)
    with database.write() as db:
        db.execute(delete(GroupMember).where(GroupMember.user_id == sam.user_id))
    give_back(database, ada, attempt_id, 2)
    assert due(database, attempt_id) == before + 2 * MINUTE
    assert seconds_given_back(database, attempt_id) == 120
    join(database, group_id, sam)
    with database.write() as db:
        tom = a_user(db, "Tom Student")
        a_place(db, tom, revision_id)
    longer = group_of(database, tom, name="April")
    give(database, ada, wish_for(group=longer, terms=ExceptionTerms(extra_minutes=60)))
    join(database, longer, sam)
    give_back(database, ada, attempt_id, 3)
    assert due(database, attempt_id) == before + 5 * MINUTE
    assert seconds_given_back(database, attempt_id) == 300


def give_back(database, actor, attempt_id, minutes):
    why = {"reason": "The network failed.", "reason_is_told": False}
    with database.write() as db:
        extensions.give_time_back(db, actor, attempt_id, minutes=minutes, now=NOW, **why)


def seconds_given_back(database, attempt_id):
    """Return what the attempt says, and assert that the acts on it say the same."""
    with database.read() as db:
        acts_say = db.scalar(select(func.sum(ExtensionRow.seconds)))
        assert acts_say == db.get(AttemptRow, attempt_id).given_back_seconds
        return acts_say


def test_an_attempt_that_was_sent_stays_as_it_is(database, ada, sam):
    attempt_id = start(database, sam)
    before = due(database, attempt_id)
    with database.write() as db:
        attempts.submit(db, sam, attempt_id, now=NOW)
    give(database, ada, wish_for(sam))
    with database.read() as db:
        assert db.get(AttemptRow, attempt_id).due_at == before


def test_ending_one_counts_for_the_next_attempt(database, ada, sam):
    exception_id = give(database, ada, wish_for(sam))
    end(database, ada, exception_id, now=NOW + MINUTE)
    assert rows(database) == [(exception_id, 15, NOW + MINUTE)]
    with database.read() as db:
        assert quizzes.running_attempts_of_many(db, [sam.user_id], COURSE) == {sam.user_id: ()}
    assert [action for action, _, _ in acts(database)] == [
        "quizzes.exception_given",
        "quizzes.exception_ended",
    ]


def refused(database, act):
    """Return the reason of the refusal, and assert that nothing was written."""
    before = (rows(database), acts(database))
    with pytest.raises(ExceptionRefused) as refusal:
        act()
    assert (rows(database), acts(database)) == before
    return refusal.value.reason


def test_one_that_overlaps_itself_is_refused(database, ada, sam):
    give(database, ada, wish_for(sam))
    assert refused(database, lambda: give(database, ada, wish_for(sam))) == "overlaps"
    give(database, ada, wish_for(sam, quiz=EVERY_QUIZ))


def test_a_running_attempt_never_becomes_shorter(database, ada, sam):
    exception_id = give(database, ada, wish_for(sam))
    attempt_id = start(database, sam)
    ends_at = due(database, attempt_id)
    less = wish_for(sam, ExceptionTerms(extra_minutes=14), replaces=exception_id)
    window = wish_for(sam, ExceptionTerms(closes_at=ends_at - MINUTE), quiz=EVERY_QUIZ)
    assert refused(database, lambda: give(database, ada, less)) == "shrinks"
    assert refused(database, lambda: give(database, ada, window)) == "shrinks"
    assert refused(database, lambda: end(database, ada, exception_id)) == "shrinks"
    assert due(database, attempt_id) == ends_at


def test_without_a_place_an_account_or_with_a_certificate_it_is_refused(
    database, ada, sam, revision_id
):
    with database.write() as db:
        una = a_user(db, "Una Student")
    assert refused(database, lambda: give(database, ada, wish_for(una))) == "place_ended"
    nobody = wish_for(group=group_of(database, una))
    assert refused(database, lambda: give(database, ada, nobody)) == "nobody"
    with database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(disabled_at=NOW))
    assert refused(database, lambda: give(database, ada, wish_for(sam))) == "closed"


def test_nothing_in_the_past_is_given(database, ada, sam):
    over = wish_for(sam, ExceptionTerms(closes_at=NOW))
    assert refused(database, lambda: give(database, ada, over)) == "past"


def test_what_was_ended_is_neither_ended_nor_replaced_again(database, ada, sam):
    exception_id = give(database, ada, wish_for(sam))
    end(database, ada, exception_id)
    assert refused(database, lambda: end(database, ada, exception_id)) == "ended"
    again = wish_for(sam, replaces=exception_id)
    assert refused(database, lambda: give(database, ada, again)) == "ended"


def test_one_ends_by_another_only_for_the_same_students_at_the_same_quiz(
    database, ada, sam, revision_id
):
    """Whoever changes for whom it is would take it from the others without having seen what they lose."""
    with database.write() as db:
        tom = a_user(db, "Tom Student")
        a_place(db, tom, revision_id)
    of_tom = give(database, ada, wish_for(tom))
    for other in (wish_for(sam, replaces=of_tom), wish_for(tom, quiz=EVERY_QUIZ, replaces=of_tom)):
        assert refused(database, lambda wish=other: give(database, ada, wish)) == "replaces_other"
    with pytest.raises(NotFound):
        give(database, ada, wish_for(sam, replaces=new_uuid()))
    assert rows(database) == [(of_tom, 15, None)]


def test_what_somebody_gave_a_group_before_they_joined_is_nothing_to_them(
    database, ada, sam, revision_id
):
    """Nobody gives themselves more time by a group in which they do not learn yet."""
    with database.write() as db:
        ado = a_user(db, "Ado Both", roles=("admin", "student"))
        a_place(db, ado, revision_id)
        a_complete_module(db, ado, revision_id, "skin")
    own, others = group_of(database, sam), group_of(database, sam, name="April")
    attempts_and_time = ExceptionTerms(extra_minutes=15, extra_attempts=2)
    give(database, ado, wish_for(group=own, terms=attempts_and_time))
    before = what_is_given(database, sam)
    assert before == (15, 2, 2)
    join(database, own, ado)
    assert what_is_given(database, ado) == (0, 0, 0)
    give(database, ada, wish_for(group=others, terms=ExceptionTerms(extra_attempts=1)))
    join(database, others, ado)
    assert what_is_given(database, ado) == (0, 1, 1)
    assert what_is_given(database, sam) == before


def join(database, group_id, student):
    with database.write() as db:
        db.add(
            GroupMember(group_id=group_id, user_id=student.user_id, role="student", joined_at=NOW)
        )


def what_is_given(database, student):
    """Return the minutes and attempts by the rules, and the attempts as lists count them."""
    with database.read() as db:
        quiz = small_course().course.quiz(QUIZ)
        together = exceptions_at(db, student.user_id, COURSE, quiz)
        counted = allowances_at(db, student.user_id, COURSE, QUIZ)
    return together.extra_minutes, together.extra_attempts, counted


def test_only_an_admin_gives_and_never_to_themselves(database, ada, ina, sam, revision_id):
    exception_id = give(database, ada, wish_for(sam))
    for actor in (ina, sam):
        with pytest.raises(Forbidden):
            give(database, actor, wish_for(sam))
        with pytest.raises(Forbidden):
            end(database, actor, exception_id)
    with database.write() as db:
        ado = a_user(db, "Ado Both", roles=("admin", "student"))
        a_place(db, ado, revision_id)
    for wish in (wish_for(ado), wish_for(group=group_of(database, sam, ado))):
        with pytest.raises(Forbidden):
            give(database, ado, wish)
    assert len(rows(database)) == 1


def test_a_quiz_or_a_person_that_does_not_exist_is_not_found(database, ada, sam):
    with pytest.raises(NotFound):
        give(database, ada, wish_for(sam, quiz="no-such-quiz"))
    with pytest.raises(NotFound):
        end(database, ada, new_uuid())
    assert rows(database) == []


def test_time_counts_in_the_revision_that_the_student_takes(database, ada, sam):
    """The course was published again, without a limit for the quiz: this student still has ten minutes."""
    course = small_course().course
    unlimited = tuple(quiz.model_copy(update={"minutes": None}) for quiz in course.quizzes)
    with database.write() as db:
        now_published = a_published_course(db, course.model_copy(update={"quizzes": unlimited}))
    attempt_id = start(database, sam)
    give(database, ada, wish_for(sam))
    with database.read() as db:
        due_at = db.scalars(select(AttemptRow.due_at).where(AttemptRow.id == attempt_id)).one()
    assert due_at == NOW + 25 * MINUTE
    with database.write() as db:
        newer = a_user(db, "New Student")
        a_place(db, newer, now_published)
    before = rows(database)
    with pytest.raises(ExceptionRefused) as refused:
        give(database, ada, wish_for(newer))
    assert (refused.value.reason, rows(database)) == ("no_limit", before)
