"""The sentences of acts on courses, intakes, places, practicals, quizzes, assessments and certificates."""

from typing import Final

from app.audit.act_sentence import ActSentence, act_text
from app.kit.messages import msg

ABOUT_COURSES: Final[dict[str, ActSentence]] = {
    "assessments.assessment_discarded": ActSentence(
        msg("Assessment discarded"),
        act_text("{actor} discarded the assessment of {person} on {thing}."),
    ),
    "assessments.assessment_resumed": ActSentence(
        msg("Assessment resumed"),
        act_text("{actor} went on with the assessment of {person} on {thing}."),
    ),
    "assessments.assessment_signed": ActSentence(
        msg("Assessment signed"),
        act_text("{actor} signed the assessment of {person} on {thing}."),
    ),
    "assessments.assessment_started": ActSentence(
        msg("Assessment started"),
        act_text("{actor} started to assess {person} on {thing}."),
    ),
    "assessments.assessment_stopped": ActSentence(
        msg("Assessment stopped"),
        act_text("{actor} stopped the assessment of {person} on {thing} for safety."),
    ),
    "assessments.comment_saved": ActSentence(
        msg("Comment saved"),
        act_text("{actor} commented on the assessment of {person} on {thing}."),
    ),
    "certificates.certificate_blocked": ActSentence(
        msg("Certificate held up"),
        act_text("{actor} held up a certificate of {person}."),
        by_nobody=act_text("A certificate that {person} has earned could not be printed."),
    ),
    "certificates.certificate_issued": ActSentence(
        msg("Certificate issued"),
        act_text("{actor} issued the certificate {thing} to {person}."),
        by_nobody=act_text(
            "The certificate {thing} was issued to {person}, who had done everything for it."
        ),
    ),
    "certificates.certificate_revoked": ActSentence(
        msg("Certificate revoked"),
        act_text("{actor} revoked the certificate {thing} of {person}."),
    ),
    "certificates.certificate_signed_later": ActSentence(
        msg("Certificate signed later"),
        act_text("{actor} signed the certificate {thing} of {person} later."),
        by_nobody=act_text(
            "The certificate {thing} of {person} was signed later, by a command on the server."
        ),
    ),
    "courses.publish": ActSentence(
        msg("Course published"),
        act_text("{actor} published {thing}."),
        by_nobody=act_text("A command on the server published {thing}."),
    ),
    "courses.hidden": ActSentence(
        msg("Course hidden"),
        act_text("{actor} hid {thing} from new people."),
        by_nobody=act_text("A command on the server hid {thing} from new people."),
    ),
    "courses.shown": ActSentence(
        msg("Course shown again"),
        act_text("{actor} showed {thing} to everybody again."),
        by_nobody=act_text("A command on the server showed {thing} to everybody again."),
    ),
    "courses.published_erratum": ActSentence(
        msg("Correction published"),
        act_text("{actor} published a correction: {thing}."),
        by_nobody=act_text("A correction was published from the files of the course: {thing}."),
    ),
    "enrolment.cancelled": ActSentence(
        msg("Place on a course cancelled"),
        act_text("{actor} cancelled the place of {person} on {thing}."),
        by_self=act_text("{person} gave up their place on {thing}."),
    ),
    "enrolment.invoices_exported": ActSentence(
        msg("List of invoices downloaded"),
        act_text("{actor} downloaded the list of invoices."),
    ),
    "enrolment.closed": ActSentence(
        msg("Waiting ended with reservations"),
        act_text("{actor} ended the wait of {person} for {thing}."),
        by_nobody=act_text(
            "{person} waited for {thing} until reservations closed, and no place became free."
        ),
    ),
    "enrolment.confirmed": ActSentence(
        msg("Place on a course confirmed"),
        act_text("{actor} confirmed the place of {person} on {thing}."),
    ),
    "enrolment.declined": ActSentence(
        msg("Request declined"),
        act_text("{actor} declined the request of {person} for {thing}."),
    ),
    "enrolment.decision_undone": ActSentence(
        msg("Decision on a request undone"),
        act_text("{actor} undid the decision on the request of {person} for {thing}."),
    ),
    "enrolment.ended_with_account": ActSentence(
        msg("Place ended with the account"),
        act_text("The place of {person} on {thing} ended, because {actor} closed the account."),
        by_self=act_text("{person} closed their account, and their place on {thing} ended."),
        by_nobody=act_text("The place of {person} on {thing} ended with the account."),
    ),
    "enrolment.invoiced": ActSentence(
        msg("Invoice recorded"),
        act_text("{actor} recorded the invoice of {person} for {thing}."),
    ),
    "enrolment.invoice_undone": ActSentence(
        msg("Invoice undone"),
        act_text("{actor} undid the invoice of {person} for {thing}."),
    ),
    "enrolment.payment_undone": ActSentence(
        msg("Payment undone"),
        act_text("{actor} undid the payment of {person} for {thing}."),
    ),
    "enrolment.price_changed": ActSentence(
        msg("Price for a person changed"),
        act_text("{actor} changed the price of {person} for {thing}."),
    ),
    "enrolment.paid": ActSentence(
        msg("Payment recorded"),
        act_text("{actor} recorded that {person} paid for {thing}."),
    ),
    "enrolment.promoted": ActSentence(
        msg("Moved up to a place on a course"),
        act_text(
            "{person} moved up from the waiting list to {thing}, because {actor} freed a place."
        ),
        by_nobody=act_text(
            "{person} moved up from the waiting list to {thing}, because a place became free."
        ),
    ),
    "enrolment.requested": ActSentence(
        msg("Place on a course requested"),
        act_text("{actor} requested a place for {person} on {thing}."),
        by_self=act_text("{person} requested a place on {thing}."),
    ),
    "enrolment.reserved": ActSentence(
        msg("Place on a course reserved"),
        act_text("{actor} reserved a place for {person} on {thing}."),
    ),
    "enrolment.waiting": ActSentence(
        msg("Joined the waiting list of a course"),
        act_text("{actor} put {person} on the waiting list of {thing}."),
        by_self=act_text("{person} joined the waiting list of {thing}."),
    ),
    "intake.cancelled": ActSentence(
        msg("Intake cancelled"),
        act_text("{actor} cancelled the intake {thing}."),
    ),
    "intake.changed": ActSentence(
        msg("Intake changed"),
        act_text("{actor} changed the intake {thing}."),
    ),
    "intake.exported": ActSentence(
        msg("List of an intake downloaded"),
        act_text("{actor} downloaded the list of {thing}."),
    ),
    "intake.made": ActSentence(
        msg("Intake made"),
        act_text("{actor} made the intake {thing}."),
    ),
    "intake.opened": ActSentence(
        msg("Intake opened"),
        act_text("{actor} opened the intake {thing} for reservations."),
    ),
    "intake.override": ActSentence(
        msg("Reserved past a limit"),
        act_text("{actor} reserved places on {thing} past its limit or its waiting list."),
    ),
    "practicals.assignment_ended": ActSentence(
        msg("Instructor taken off a day"),
        act_text("{person} no longer teaches {thing}, because {actor} took the role away."),
        by_nobody=act_text("{person} no longer teaches {thing}, because the role ended."),
    ),
    "practicals.booked": ActSentence(
        msg("Day booked"),
        act_text("{actor} booked {thing} for {person}."),
        by_self=act_text("{person} booked a place on {thing}."),
    ),
    "practicals.cancelled": ActSentence(
        msg("Day cancelled"),
        act_text("{actor} cancelled {thing}."),
    ),
    "practicals.cancelled_seat": ActSentence(
        msg("Place on a day given back"),
        act_text("{actor} gave back the place of {person} on {thing}."),
        by_self=act_text("{person} gave back their place on {thing}."),
    ),
    "practicals.changed": ActSentence(
        msg("Day changed"),
        act_text("{actor} changed {thing}."),
    ),
    "practicals.checklist_corrected": ActSentence(
        msg("Day follows a newer course"),
        act_text("{actor} moved {thing} to a newer version of the course."),
        by_nobody=act_text("A newer version of the course reached {thing}."),
    ),
    "practicals.joined_waiting_list": ActSentence(
        msg("Joined the waiting list of a day"),
        act_text("{actor} put {person} on the waiting list of {thing}."),
        by_self=act_text("{person} joined the waiting list of {thing}."),
    ),
    "practicals.left_waiting_list": ActSentence(
        msg("Left the waiting list of a day"),
        act_text("{actor} took {person} off the waiting list of {thing}."),
        by_self=act_text("{person} left the waiting list of {thing}."),
    ),
    "practicals.made": ActSentence(
        msg("Day planned"),
        act_text("{actor} planned {thing}."),
    ),
    "practicals.marked_attendance": ActSentence(
        msg("Attendance marked"),
        act_text("{actor} marked the attendance of {person} on {thing}."),
    ),
    "practicals.passed_over": ActSentence(
        msg("Passed over on the waiting list"),
        act_text("{actor} passed {person} over on the waiting list of {thing}."),
        by_nobody=act_text(
            "A place on {thing} became free, and {person} was passed over on the waiting list."
        ),
    ),
    "practicals.promoted": ActSentence(
        msg("Moved up to a place on a day"),
        act_text(
            "{person} moved up from the waiting list to a place on {thing}, because {actor} "
            "freed one."
        ),
        by_nobody=act_text(
            "{person} moved up from the waiting list to a place on {thing}, because one "
            "became free."
        ),
    ),
    "practicals.published": ActSentence(
        msg("Day published"),
        act_text("{actor} published {thing}."),
    ),
    "practicals.published_in_series": ActSentence(
        msg("Day of a series published"),
        act_text("{actor} planned and published {thing}, as one day of a series."),
    ),
    "practicals.reserved": ActSentence(
        msg("Place on a day reserved"),
        act_text("{actor} reserved a place for {person} on {thing}."),
    ),
    "practicals.seat_ended": ActSentence(
        msg("Place on a day ended"),
        act_text("The place of {person} on {thing} ended after an act of {actor}."),
        by_self=act_text("The place of {person} on {thing} ended after an act of their own."),
        by_nobody=act_text("The place of {person} on {thing} ended."),
    ),
    "practicals.took_seat_away": ActSentence(
        msg("Place on a day taken away"),
        act_text("{actor} took away the place of {person} on {thing}."),
    ),
    "practicals.wait_ended": ActSentence(
        msg("Waiting for a day ended"),
        act_text("The wait of {person} for {thing} ended after an act of {actor}."),
        by_self=act_text("The wait of {person} for {thing} ended after an act of their own."),
        by_nobody=act_text("The wait of {person} for {thing} ended."),
    ),
    "practicals.waiting_list_closed": ActSentence(
        msg("Waiting list of a day over"),
        act_text("{actor} closed the waiting list of {thing} for {person}."),
        by_nobody=act_text(
            "{person} waited for {thing} until booking closed, and no place became free."
        ),
    ),
    "quizzes.ended_with_place": ActSentence(
        msg("Attempt ended with the place"),
        act_text("The attempt of {person} at {thing} ended after an act of {actor}."),
        by_self=act_text("The attempt of {person} at {thing} ended after an act of their own."),
        by_nobody=act_text(
            "The attempt of {person} at {thing} ended with the place on the course."
        ),
    ),
    "quizzes.attempt_allowed": ActSentence(
        msg("One more attempt allowed"),
        act_text("{actor} allowed {person} one more attempt at {thing}."),
    ),
    "quizzes.allowed_attempt_taken_back": ActSentence(
        msg("Allowed attempt taken back"),
        act_text("{actor} took back the attempt allowed to {person} at {thing}."),
    ),
    "quizzes.time_given_back": ActSentence(
        msg("Time given back"),
        act_text("{actor} gave {person} time back at {thing}."),
    ),
    "quizzes.outage_made_good": ActSentence(
        msg("Time of an outage given back"),
        act_text("{actor} gave everybody back the time that an outage took."),
    ),
    "quizzes.late_accepted": ActSentence(
        msg("Late answers accepted"),
        act_text("{actor} accepted late answers of {person} at {thing}."),
    ),
    "quizzes.reopen": ActSentence(
        msg("Attempt opened again"),
        act_text("{actor} opened the attempt of {person} at {thing} again."),
    ),
    "quizzes.exception_given": ActSentence(
        msg("Exception at a quiz given"),
        act_text("{actor} gave {person} an exception at {thing}."),
    ),
    "quizzes.exception_given_for_group": ActSentence(
        msg("Exception at a quiz given to a group"),
        act_text("{actor} gave a group an exception at {thing}."),
    ),
    "quizzes.exception_ended": ActSentence(
        msg("Exception at a quiz ended"),
        act_text("{actor} ended the exception of {person} at {thing}."),
    ),
    "quizzes.exception_ended_for_group": ActSentence(
        msg("Exception of a group ended"),
        act_text("{actor} ended the exception of a group at {thing}."),
    ),
    "quizzes.exceptions_exported": ActSentence(
        msg("List of exceptions downloaded"),
        act_text("{actor} downloaded the list of exceptions at quizzes."),
    ),
    "quizzes.overdue": ActSentence(
        msg("Time of a quiz over"),
        act_text("{actor} ended the time of {person} for {thing}."),
        by_nobody=act_text(
            "The time of {person} for {thing} was over; for a while it can still be sent in."
        ),
    ),
    "quizzes.abandoned": ActSentence(
        msg("Quiz not sent in"),
        act_text("{actor} ended the attempt of {person} at {thing} without a result."),
        by_nobody=act_text("{person} did not send in {thing} before its end, so it has no result."),
    ),
    "quizzes.start": ActSentence(
        msg("Quiz started"),
        act_text("{actor} started {thing} for {person}."),
        by_self=act_text("{person} started {thing}."),
    ),
    "quizzes.submit": ActSentence(
        msg("Quiz ended"),
        act_text("{actor} sent in {thing} for {person}."),
        by_self=act_text("{person} sent in {thing}."),
        by_nobody=act_text(
            "The time of {person} for {thing} was over, and what was saved was marked."
        ),
    ),
    "reports.running_exported": ActSentence(
        msg("List of running attempts downloaded"),
        act_text("{actor} downloaded the list of attempts that are running."),
    ),
    "reports.results_exported": ActSentence(
        msg("List of results downloaded"),
        act_text("{actor} downloaded a list of results."),
    ),
}
