"""The one next thing: each stage by a case of its own, and which of two comes first."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.assessments.domain import Outcome
from app.assessments.queries import Report
from app.certificates.domain import Requirement, Status
from app.certificates.queries import CertificateProgress, CertificateView
from app.enrolments.domain import EnrolmentState
from app.enrolments.own_places import OwnPlace
from app.home.next_thing import (
    CourseStanding,
    JourneyStage,
    NextThing,
    StudentSituation,
    next_thing,
)
from app.kit.ids import (
    AssessmentId,
    AttemptId,
    CertificateId,
    EnrolmentId,
    IntakeId,
    PracticalId,
    RevisionId,
    SeatId,
    UserId,
    new_uuid,
)
from app.learning.domain import NextStep, StepKind
from app.learning.queries import CourseProgress
from app.learning.way import RequirementKind, Way
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.queries.summaries import OwnDate, PracticalSummary, SeatSummary
from app.quizzes.domain.attempt import AttemptSummary
from app.quizzes.domain.transitions import AttemptState
from tests.make import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REVISION = RevisionId(new_uuid())


def progress(kind=None, finished=4):
    """A course whose next step is of a kind; None: its theory is complete."""
    step = None if kind is None else NextStep(kind, "next", "What is next")
    return CourseProgress("small", "A small course", "", finished, 8, 1, 2, step)


def way(*missing, **fields):
    requirements = tuple(
        Requirement(kind, "key", kind.value, is_met=kind not in missing) for kind in RequirementKind
    )
    return CertificateProgress(
        "small", "A small course", requirements, Way("small", "A small course", ()), **fields
    )


DAY_MISSING = way(RequirementKind.attendance, RequirementKind.assessment)


def a_try(*, ended=True, passed=False, due_at=None, number=1):
    return AttemptSummary(
        attempt_id=AttemptId(new_uuid()),
        course_key="small",
        quiz_key="next",
        revision_id=REVISION,
        number=number,
        state=AttemptState.submitted if ended else AttemptState.in_progress,
        due_at=due_at,
        submitted_at=NOW - HOUR if ended else None,
        passed=passed if ended else None,
    )


def a_date(*, starts_at=NOW + 5 * DAY, has_seat=True, zone="Europe/London"):
    brief = PracticalSummary(
        PracticalId(new_uuid()),
        "small",
        "day",
        REVISION,
        "Practice day",
        starts_at,
        starts_at + 7 * HOUR,
        zone,
        "Room 1",
        PracticalStatus.published,
        4,
        1,
    )
    return OwnDate(brief, starts_at - 2 * DAY, has_seat, None if has_seat else 2)


def a_past_seat(starts_at=NOW - DAY, attendance=None):
    """A place on a day that is over."""
    practical = a_date(starts_at=starts_at).practical
    return SeatSummary(
        SeatId(new_uuid()), UserId(new_uuid()), SeatState.confirmed, attendance, practical
    )


def a_report(outcome=Outcome.not_yet_competent, signed_at=NOW - DAY):
    return Report(AssessmentId(new_uuid()), "small", "Session", 1, signed_at, outcome, "Headline")


def a_place(state):
    position = 3 if state is EnrolmentState.waiting else None
    return OwnPlace(
        EnrolmentId(new_uuid()),
        IntakeId(new_uuid()),
        "small",
        "A small course",
        "Winter",
        date(2027, 1, 11),
        0,
        state,
        position,
        3,
        NOW,
        None,
        is_invoiced=False,
        is_paid=False,
        may_withdraw=True,
    )


def a_certificate(status=Status.valid):
    return CertificateView(
        CertificateId(new_uuid()),
        "0" * 26,
        UserId(new_uuid()),
        status,
        name="Sam",
        title="A small course",
        issued_on=date(2026, 11, 1),
        issued_at=NOW,
    )


LESSON = CourseStanding(progress(StepKind.lesson), DAY_MISSING)
QUIZ = CourseStanding(progress(StepKind.quiz), DAY_MISSING, attempts=3)
FINAL = CourseStanding(progress(StepKind.final), DAY_MISSING, attempts=3)
THEORY = CourseStanding(progress(), DAY_MISSING)
DONE = CourseStanding(progress(), way())
ISSUED = CourseStanding(progress(), None)
ATTENDED = way(RequirementKind.assessment, attended_at=NOW - 3 * DAY)

STAGES = {
    JourneyStage.resume: StudentSituation((LESSON,), tries=(a_try(ended=False),)),
    JourneyStage.today: StudentSituation((replace(LESSON, dates=(a_date(starts_at=NOW + HOUR),)),)),
    JourneyStage.begin: StudentSituation(
        (replace(LESSON, progress=progress(StepKind.lesson, finished=0)),)
    ),
    JourneyStage.learn: StudentSituation((LESSON,)),
    JourneyStage.quiz: StudentSituation((QUIZ,)),
    JourneyStage.quiz_again: StudentSituation((replace(QUIZ, tries=(a_try(),)),)),
    JourneyStage.final: StudentSituation((FINAL,)),
    JourneyStage.final_again: StudentSituation(
        (replace(FINAL, tries=(a_try(number=2), a_try()), attempts=None),)
    ),
    JourneyStage.ended: StudentSituation((replace(QUIZ, tries=(a_try(passed=None),)),)),
    JourneyStage.used_up: StudentSituation((replace(QUIZ, tries=(a_try(), a_try(), a_try())),)),
    JourneyStage.booked: StudentSituation(
        (replace(THEORY, dates=(a_date(has_seat=False), a_date())),)
    ),
    JourneyStage.offered: StudentSituation(
        (
            replace(
                LESSON,
                dates=(
                    a_date(starts_at=NOW + HOUR),
                    replace(a_date(has_seat=False), answer_until=NOW + DAY),
                    replace(a_date(has_seat=False), answer_until=NOW + HOUR),
                ),
            ),
        )
    ),
    JourneyStage.queued: StudentSituation((replace(THEORY, dates=(a_date(has_seat=False),)),)),
    JourneyStage.day_over: StudentSituation((replace(THEORY, unmarked=(a_past_seat(),)),)),
    JourneyStage.being_assessed: StudentSituation((replace(THEORY, way=ATTENDED),)),
    JourneyStage.book: StudentSituation((THEORY,)),
    JourneyStage.book_again: StudentSituation(
        (replace(THEORY, way=ATTENDED, reports=(a_report(),)),)
    ),
    JourneyStage.issuing: StudentSituation((DONE,)),
    JourneyStage.blocked: StudentSituation(
        (replace(DONE, way=way(blocked="A letter cannot be drawn.")),)
    ),
    JourneyStage.revoked: StudentSituation((replace(DONE, way=way(is_revoked=True)),)),
    JourneyStage.requested: StudentSituation(
        places=(a_place(EnrolmentState.waiting), a_place(EnrolmentState.requested))
    ),
    JourneyStage.waiting: StudentSituation(places=(a_place(EnrolmentState.waiting),)),
    JourneyStage.certified: StudentSituation((ISSUED,), certificates=(a_certificate(),)),
    JourneyStage.reserve: StudentSituation(),
}


@pytest.mark.parametrize("stage", JourneyStage)
def test_every_stage_has_its_case(stage):
    assert next_thing(STAGES[stage], NOW).stage is stage


WITHOUT_A_COURSE = (
    *(JourneyStage.resume, JourneyStage.requested, JourneyStage.waiting),
    *(JourneyStage.certified, JourneyStage.reserve),
)


@pytest.mark.parametrize("stage", JourneyStage)
def test_every_stage_knows_its_course(stage):
    courses = STAGES[stage].courses
    expected = None if stage in WITHOUT_A_COURSE else courses[0].progress
    assert next_thing(STAGES[stage], NOW).course is expected


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        (JourneyStage.quiz_again, 2),
        (JourneyStage.final_again, None),
        (JourneyStage.used_up, 0),
        (JourneyStage.ended, None),
    ],
)
def test_after_an_attempt_the_last_one_is_shown_with_what_is_left(stage, left):
    chosen = next_thing(STAGES[stage], NOW)
    assert chosen.attempt is STAGES[stage].courses[0].tries[0]
    assert chosen.attempts_left == left


@pytest.mark.parametrize(
    ("stage", "place"),
    [
        (JourneyStage.today, 0),
        (JourneyStage.booked, 1),
        (JourneyStage.queued, 0),
        (JourneyStage.offered, 2),
    ],
)
def test_a_day_to_come_is_told(stage, place):
    assert next_thing(STAGES[stage], NOW).date is STAGES[stage].courses[0].dates[place]


def test_what_an_instructor_wrote_and_what_is_missing_is_told():
    again = STAGES[JourneyStage.book_again]
    assert next_thing(again, NOW).report is again.courses[0].reports[0]
    assert next_thing(STAGES[JourneyStage.being_assessed], NOW).way is ATTENDED


def test_a_report_signed_at_the_moment_of_attendance_counts():
    signed = replace(THEORY, way=ATTENDED, reports=(a_report(signed_at=ATTENDED.attended_at),))
    assert next_thing(StudentSituation((signed,)), NOW).stage is JourneyStage.book_again


def test_of_two_attempts_the_one_that_ends_first_comes_first():
    free, late = a_try(ended=False), a_try(ended=False, due_at=NOW + 2 * HOUR)
    soon = a_try(ended=False, due_at=NOW + HOUR)
    assert next_thing(StudentSituation(tries=(free, late, soon)), NOW).attempt is soon
    assert (
        next_thing(StudentSituation(tries=(soon, late)), NOW + 90 * timedelta(minutes=1)).attempt
        is late
    )


def test_an_attempt_whose_time_is_over_is_not_gone_on_with():
    """Nobody has marked it yet, and it may have been enough: no word about trying again."""
    over = a_try(ended=False, due_at=NOW - HOUR)
    assert next_thing(StudentSituation((QUIZ,), tries=(over,)), NOW).stage is JourneyStage.quiz
    situation = StudentSituation((replace(QUIZ, tries=(over,)),), tries=(over,))
    assert next_thing(situation, NOW).stage is JourneyStage.ended


def test_hours_a_week_are_planned_only_while_there_is_something_to_read():
    planned = {stage for stage in JourneyStage if NextThing(stage).is_reading}
    assert planned == {
        JourneyStage(name) for name in ("resume", "begin", "learn", "quiz", "quiz_again", "ended")
    }


def test_attempts_left_are_counted():
    standing = replace(QUIZ, tries=(a_try(), a_try()))
    assert next_thing(StudentSituation((standing,)), NOW).attempts_left == 1
    without_limit = replace(standing, attempts=None)
    assert next_thing(StudentSituation((without_limit,)), NOW).attempts_left is None


def test_today_is_the_day_at_the_venue():
    """Just after midnight in London it is still the evening before in New York."""
    now = NOW.replace(hour=0, minute=30)
    for zone, stage in (
        ("Europe/London", JourneyStage.today),
        ("America/New_York", JourneyStage.learn),
    ):
        date = a_date(starts_at=now + 12 * HOUR, zone=zone)
        assert next_thing(StudentSituation((replace(LESSON, dates=(date,)),)), now).stage is stage


def test_who_only_waits_for_today_goes_on_learning():
    date = a_date(starts_at=NOW + HOUR, has_seat=False)
    assert (
        next_thing(StudentSituation((replace(LESSON, dates=(date,)),)), NOW).stage
        is JourneyStage.learn
    )


def test_a_day_that_is_assessed_is_over_before_its_last_hour():
    day = a_date(starts_at=NOW - HOUR)
    standing = replace(THEORY, way=ATTENDED, dates=(day,), reports=(a_report(signed_at=NOW),))
    assert next_thing(StudentSituation((standing,)), NOW).stage is JourneyStage.book_again


def test_a_day_after_the_report_may_bring_another_one():
    later = replace(ATTENDED, attended_at=NOW)
    standing = replace(THEORY, way=later, reports=(a_report(signed_at=NOW - DAY),))
    assert next_thing(StudentSituation((standing,)), NOW).stage is JourneyStage.being_assessed


def test_a_competent_report_of_one_day_leads_to_the_other_day():
    standing = replace(THEORY, reports=(a_report(Outcome.competent),))
    assert next_thing(StudentSituation((standing,)), NOW).stage is JourneyStage.book


def test_the_theory_of_another_course_comes_before_a_practical():
    chosen = next_thing(
        StudentSituation((THEORY, LESSON), places=(a_place(EnrolmentState.requested),)), NOW
    )
    assert (chosen.stage, chosen.course) == (JourneyStage.learn, LESSON.progress)


@pytest.mark.parametrize(
    "stuck",
    [replace(QUIZ, tries=(a_try(), a_try(), a_try())), replace(QUIZ, tries=(a_try(passed=None),))],
    ids=["used up", "not marked yet"],
)
def test_a_course_that_waits_for_the_academy_does_not_hide_the_lesson_of_another(stuck):
    chosen = next_thing(StudentSituation((stuck, LESSON)), NOW)
    assert (chosen.stage, chosen.course) == (JourneyStage.learn, LESSON.progress)
    assert next_thing(StudentSituation((stuck, THEORY)), NOW).stage in (
        JourneyStage.used_up,
        JourneyStage.ended,
    )


def test_a_revoked_certificate_is_nothing_to_show():
    situation = StudentSituation((ISSUED,), certificates=(a_certificate(Status.revoked),))
    assert next_thing(situation, NOW).stage is JourneyStage.reserve


def test_the_last_day_over_is_told_until_its_report_is_signed():
    """A day before a signed report says nothing any more; a day that is booked comes first."""
    first, last = a_past_seat(NOW - 5 * DAY), a_past_seat(NOW - DAY)
    course = replace(THEORY, unmarked=(first, last))
    chosen = next_thing(StudentSituation((course,)), NOW)
    assert (chosen.stage, chosen.day) == (JourneyStage.day_over, last.practical)
    signed = replace(course, reports=(a_report(signed_at=NOW - HOUR),))
    assert next_thing(StudentSituation((signed,)), NOW).stage is JourneyStage.book_again
    booked = replace(course, dates=(a_date(),))
    assert next_thing(StudentSituation((booked,)), NOW).stage is JourneyStage.booked


def test_who_is_being_assessed_is_told_on_which_day():
    seat = a_past_seat(NOW - 3 * DAY)
    course = replace(THEORY, way=ATTENDED, attended=(seat,))
    assert next_thing(StudentSituation((course,)), NOW).day == seat.practical
