"""An example of every kind of mail, or several where a kind says different things."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import mails as accounts
from app.accounts.factors.domain import FactorKind
from app.assessments import mails as assessments
from app.certificates import mails as certificates
from app.conversations import mails as conversations
from app.enquiries import mails as enquiries
from app.enquiries.domain import Topic
from app.enrolments import mails as enrolments
from app.enrolments.domain import DeclineReason
from app.kit.ids import AssessmentId, AttemptId, ConversationId, EnquiryId, EventId
from app.kit.messages import Money, msg, msgs
from app.learning import mails as learning
from app.mail.calendar_entries import CalendarEntry, Method
from app.mail.kinds import MailKind
from app.operations import mails as operations
from app.practicals import mails as practicals
from app.quizzes import mails as quizzes
from app.rights import mails as rights

LONDON = ZoneInfo("Europe/London")
LINK = EventId(UUID(int=7))
NAME = "Ann Able"
STARTS = datetime(2026, 12, 8, 10, tzinfo=LONDON)
ENDS = datetime(2026, 12, 8, 17, tzinfo=LONDON)
UNTIL = datetime(2026, 12, 6, 10, tzinfo=LONDON)
BECAUSE = "A burst pipe.\nWe are sorry."
PLACE: dict[str, Any] = {
    "name": NAME,
    "course": "Small course",
    "course_key": "small-course",
    "intake": "Winter",
    "starts_on": date(2027, 1, 11),
}
DAY: dict[str, Any] = {
    "name": NAME,
    "course": "Small course",
    "title": "Practice day",
    "starts_at": STARTS,
    "ends_at": ENDS,
    "room": "Room 1",
    "path": f"/practicals/{UUID(int=1)}",
}
TEACHING = DAY | {"path": f"/teach{DAY['path']}"}
SEAT = DAY | {
    "bring": ("Photo identification", "A pen"),
    "give_back_until": UNTIL,
    "can_give_back": True,
}
MOVED = {
    "before": practicals.DayBefore(
        starts_at=datetime(2026, 12, 7, 10, tzinfo=LONDON),
        ends_at=datetime(2026, 12, 7, 17, tzinfo=LONDON),
        room="Room 9",
    )
}
ELSEWHERE = practicals.OtherPlace(
    title="Second day", starts_at=datetime(2026, 12, 8, 14, tzinfo=LONDON)
)
CORRECTION = learning.CorrectedLesson(
    lesson="Layers of the skin",
    was="it is 1 mm thick",
    now="it is 0.1 mm thick",
    why="The number was wrong.",
)
ENDED = (
    msg("Place on the course {course}, {intake}", course="Small course", intake="Winter"),
    msg("Attempt at “{quiz}”; your answers are kept", quiz="Quiz on the skin"),
)
OF_A_COURSE: dict[str, Any] = {"name": NAME, "course": "Small course"}
OF_A_QUESTION: dict[str, Any] = OF_A_COURSE | {
    "lesson": "The layers of the skin",
    "conversation_id": ConversationId(UUID(int=5)),
}
OF_A_QUIZ: dict[str, Any] = OF_A_COURSE | {
    "course_key": "small-course",
    "quiz": "Quiz on the skin",
}
OF_AN_ATTEMPT: dict[str, Any] = OF_A_COURSE | {
    "quiz": "Quiz on the skin",
    "attempt_id": AttemptId(UUID(int=4)),
}
SOON = datetime(2026, 12, 8, 14, 30, tzinfo=LONDON)
OF_A_PLAN: dict[str, Any] = OF_A_COURSE | {
    "course_key": "small-course",
    "plan": msg(
        "At {time} a week: theory by {day}", time=timedelta(hours=2), day=date(2027, 2, 20)
    ),
    "pace": msg("A little behind: {time}", time=timedelta(minutes=40)),
    "week": msg(
        "{lessons} and {tests}, {time}",
        lessons=msgs("{n} lesson", "{n} lessons", 2),
        tests=msgs("{n} quiz", "{n} quizzes", 1),
        time=timedelta(minutes=110),
    ),
    "first": "Layers of the skin",
}
EXAMPLES: tuple[MailKind, ...] = (
    accounts.AddressChangedMail(),
    accounts.AddressCorrectedMail(),
    accounts.AddressRestoredMail(),
    accounts.DetailsCorrectedMail(
        changed=msg("{fields}", fields=(msg("name"), msg("e-mail address")))
    ),
    accounts.AlreadyRegisteredMail(),
    accounts.ConfirmAddressMail(link_id=LINK, wanted=""),
    accounts.ConfirmAddressMail(link_id=LINK, wanted="/learn/small course"),
    accounts.NewAddressMail(link_id=LINK),
    accounts.InvitationMail(name=NAME, inviter="Ada Admin", link_id=LINK),
    accounts.PasswordResetMail(link_id=LINK),
    accounts.PasswordChangedMail(),
    accounts.SecondFactorAddedMail(kind=FactorKind.app.label),
    accounts.SecondFactorRemovedMail(kind=FactorKind.app.label, is_last=True),
    accounts.SecondFactorRemovedMail(kind=FactorKind.passkey.label, is_last=False),
    accounts.RecoveryCodesMadeMail(),
    accounts.RecoveryCodeUsedMail(left=2, are_few=True),
    accounts.RecoveryCodeUsedMail(left=9, are_few=False),
    accounts.FactorResetStartedMail(
        link_id=LINK, by="Ada Admin", due_at=datetime(2026, 12, 2, 9, tzinfo=UTC)
    ),
    accounts.FactorResetStoppedMail(),
    accounts.FactorResetDoneMail(),
    accounts.TokenMadeMail(name="The calendar at home"),
    assessments.AssessmentSignedMail(
        name=NAME, title="First session", assessment_id=AssessmentId(UUID(int=2))
    ),
    certificates.CertificateIssuedMail(name=NAME, title="Small course", serial="3VMHDA7ZP1"),
    certificates.CertificateRevokedMail(
        name=NAME, title="Small course", serial="3VMHDA7ZP1", reason=BECAUSE
    ),
    certificates.CertificateReplacedMail(
        name=NAME, title="Small course", serial="3VMHDA7ZP1", old_serial="4WNJEB8AQ2"
    ),
    certificates.NameNeededMail(
        name=NAME,
        problem=msg("Our certificates cannot print {letters} in your name.", letters="“ꦗꦮ”"),
        waits=msg(
            "Your certificate, {title}, is earned and waits for this only.", title="Small course"
        ),
        what_to_do=msg("Write the name in Latin letters."),
    ),
    certificates.NameNeededMail(
        name=NAME,
        problem=msg("Our certificates cannot print {letters} in your name.", letters="“ꦗꦮ”"),
        what_to_do=msg("Write the name in Latin letters."),
    ),
    conversations.QuestionAskedMail(**OF_A_QUESTION, section="The dermis"),
    conversations.QuestionAskedMail(**OF_A_QUESTION, section=None),
    conversations.QuestionAnsweredMail(**OF_A_QUESTION, section="The dermis"),
    conversations.QuestionAnsweredMail(**OF_A_QUESTION, section=None),
    conversations.QuestionModeratedMail(**OF_A_QUESTION, act="closed", for_staff=False),
    conversations.QuestionModeratedMail(**OF_A_QUESTION, act="removed", for_staff=True),
    enquiries.EnquiryReceivedMail(),
    enquiries.EnquiryAskedMail(
        topic=Topic.course.label, course="Small course", enquiry_id=EnquiryId(UUID(int=3))
    ),
    enquiries.EnquiryAskedMail(
        topic=Topic.other.label, course=None, enquiry_id=EnquiryId(UUID(int=3))
    ),
    enrolments.PlaceRequestedMail(**PLACE),
    enrolments.PlaceWaitingMail(**PLACE, position=3),
    enrolments.PlacePromotedMail(**PLACE),
    enrolments.PlaceConfirmedMail(**PLACE),
    enrolments.PlaceDeclinedMail(**PLACE, reason=BECAUSE),
    enrolments.PlaceDeclinedMail(
        **PLACE, reason=str(DeclineReason.papers.label), usual_reason=DeclineReason.papers.label
    ),
    enrolments.PlaceCancelledMail(**PLACE, reason=BECAUSE),
    enrolments.PlaceWithdrawnMail(**PLACE),
    enrolments.IntakeMovedMail(**PLACE),
    enrolments.PlacePriceChangedMail(
        **PLACE, reason=BECAUSE, old_price=Money(145_000), new_price=Money(120_000)
    ),
    enrolments.IntakeListClosedMail(**PLACE),
    learning.WeeklyPlanMail(**OF_A_PLAN, parts=3),
    learning.WeeklyPlanMail(**OF_A_PLAN, parts=0),
    learning.LessonsCorrectedMail(
        **OF_A_COURSE,
        course_key="small-course",
        corrections=(CORRECTION, CORRECTION),
        has_place=True,
    ),
    learning.LessonsCorrectedMail(
        **OF_A_COURSE, course_key="small-course", corrections=(CORRECTION,), has_place=False
    ),
    operations.TrialMail(),
    practicals.SeatBookedMail(**SEAT),
    practicals.SeatBookedMail(**(SEAT | {"can_give_back": False, "other_place": ELSEWHERE})),
    practicals.SeatPromotedMail(**(SEAT | {"bring": ()})),
    practicals.SeatPromotedMail(**SEAT, **MOVED),
    practicals.SeatOfferedMail(**DAY, answer_until=UNTIL),
    practicals.SeatOfferedMail(**DAY, **MOVED, answer_until=UNTIL),
    practicals.SeatReservedMail(**(SEAT | {"give_back_until": None, "can_give_back": False})),
    practicals.SeatMovedMail(**SEAT, **MOVED),
    practicals.SeatOnOtherDayMail(**SEAT, **MOVED),
    practicals.SeatReminderMail(**SEAT),
    practicals.SeatReminderMail(**(SEAT | {"bring": (), "can_give_back": False})),
    practicals.SeatGivenBackMail(**DAY),
    practicals.SeatTakenAwayMail(**DAY, reason=BECAUSE),
    practicals.PracticalCalledOffMail(**DAY, reason=BECAUSE),
    practicals.WaitersDayMovedMail(**DAY, **MOVED),
    practicals.WaitersDayCalledOffMail(**DAY, reason=BECAUSE),
    practicals.PracticalListOverMail(**DAY),
    practicals.FirstDayMail(**DAY, booking=msg("Booking opens on {when}.", when=UNTIL)),
    practicals.TeachingAssignedMail(**TEACHING),
    practicals.TeachingSeriesMail(
        name=NAME,
        course="Small course",
        title="Practice day",
        days=(
            practicals.TeachingDay(starts_at=STARTS, ends_at=ENDS, room="Room 1"),
            practicals.TeachingDay(
                starts_at=STARTS + timedelta(days=7),
                ends_at=ENDS + timedelta(days=7),
                room="Room 1",
            ),
        ),
    ),
    practicals.TeachingReminderMail(**TEACHING, people=1),
    practicals.TeachingReminderMail(**TEACHING, people=0),
    practicals.TeachingRemovedMail(**TEACHING),
    practicals.TeachingMovedMail(**TEACHING, **MOVED),
    practicals.TeachingMovedMail(**TEACHING, **MOVED, reason=BECAUSE),
    practicals.SeatMovedMail(**SEAT, **MOVED, reason=BECAUSE),
    practicals.WaitersDayMovedMail(**DAY, **MOVED, reason=BECAUSE),
    practicals.TeachingCalledOffMail(**TEACHING, reason=BECAUSE),
    practicals.ChecklistCorrectedMail(
        **TEACHING,
        changes=(
            msg("Before booking, “{module}” is to be complete.", module="Skin"),
            msg("Before booking, the final test is to be passed."),
        ),
    ),
    quizzes.OneMoreAttemptMail(**OF_A_QUIZ, quiz_key="skin-quiz", reason=None),
    quizzes.OneMoreAttemptMail(**OF_A_QUIZ, quiz_key="skin-quiz", reason=BECAUSE),
    quizzes.AttemptTakenBackMail(**OF_A_QUIZ),
    quizzes.ExceptionGivenMail(
        **OF_A_QUIZ,
        quiz_key="skin-quiz",
        terms=(msg("Time: half as much again"), msg("Window: until {closes}", closes=SOON)),
        reason=None,
    ),
    quizzes.ExceptionGivenMail(
        **(OF_A_QUIZ | {"quiz": None}),
        quiz_key=None,
        terms=(msg("Attempts: {n} more", n=2),),
        reason=BECAUSE,
    ),
    quizzes.ExceptionEndedMail(
        **OF_A_QUIZ,
        quiz_key="skin-quiz",
        terms=(msg("Time: half as much again"), msg("Window: until {closes}", closes=SOON)),
    ),
    quizzes.ExceptionEndedMail(
        **(OF_A_QUIZ | {"quiz": None}), quiz_key=None, terms=(msg("Attempts: {n} more", n=2),)
    ),
    quizzes.TimeGivenBackMail(**OF_AN_ATTEMPT, ends_at=SOON, reason=None),
    quizzes.TimeGivenBackMail(**OF_AN_ATTEMPT, ends_at=SOON, reason=BECAUSE),
    quizzes.AttemptReopenedMail(**OF_AN_ATTEMPT, ends_at=SOON, reason=BECAUSE),
    quizzes.AttemptReopenedMail(**OF_AN_ATTEMPT, ends_at=None, reason=None),
    quizzes.LateAnswersAcceptedMail(**OF_AN_ATTEMPT, reason=BECAUSE),
    quizzes.LateAnswersAcceptedMail(**OF_AN_ATTEMPT, reason=None),
    quizzes.ExplanationCorrectedMail(
        **OF_A_COURSE, quiz="Quiz on the skin", attempt_id=AttemptId(UUID(int=4))
    ),
    *(
        rights.RightsEndedMail(
            name=NAME, cause=cause, ended=ENDED, has_calendar=True, data_end_after=90
        )
        for cause in ("account", "student", "instructor", "place")
    ),
)


def an_entry(method: Method = "REQUEST") -> CalendarEntry:
    """Return the calendar entry of a place."""
    return CalendarEntry(
        method=method,
        uid=f"{UUID(int=5)}@practicals.preceptor",
        sequence=1,
        starts_at=STARTS,
        ends_at=ENDS,
        summary="Practice day",
        location="Room 1",
        description=msg("{course}: {practical}.", course="Small course", practical="Practice day"),
        path=f"/practicals/{UUID(int=1)}",
        attendee="ann@example.org",
        attendee_name=NAME,
        stamped_at=datetime(2026, 11, 30, 9, tzinfo=UTC),
    )
