"""The retention rules for training, certificates, mails and the academy's own records."""

from datetime import timedelta
from typing import Final

from app.certificates.printing import FILE_LASTS
from app.kit.leaving import LEAVING
from app.kit.messages import msg
from app.outbox.queries import KEPT as MAIL_LASTS
from app.retention.domain import EVIDENCE, YEAR, Ending, PrivacyHeading, period, rule

DECISION_LASTS: Final = timedelta(days=1)
"""How long a second undo is told that it is the second."""

RULES_OF_RECORDS: Final = (
    rule(
        "places",
        PrivacyHeading.training,
        msg("Places on courses and practical days, with invoices"),
        "enrolments seats",
        None,
        msg("For ever; notes and reasons, and your name, end with your account"),
        Ending.stays,
        msg("Places, attendance and money must add up, and certificates rest on them."),
    ),
    rule(
        "decisions_to_undo",
        PrivacyHeading.training,
        msg("What the office decided about your request, while it can undo it"),
        "undoable_decisions",
        DECISION_LASTS,
        lambda span: msg("{span} after it was decided, then deleted", span=span),
        Ending.deleted,
        msg("So that a mistake can be taken back before the mail about it leaves."),
    ),
    rule(
        "waiting_entries",
        PrivacyHeading.training,
        msg("That you waited for a practical day"),
        "waiting_entries/ended",
        YEAR,
        lambda span: msg("{span} after the waiting ended, then deleted", span=span),
        Ending.deleted,
        msg("So that the office can say why a place went to whom."),
    ),
    rule(
        "waiting_people",
        PrivacyHeading.training,
        msg("That you wait for a practical day"),
        "waiting_entries/waiting",
        None,
        msg("Until you have a place, leave the list, or the list closes"),
        Ending.stays,
        msg("So that places go to people in their order."),
    ),
    rule(
        "learning",
        PrivacyHeading.training,
        msg(
            "Lessons you have done, your attempts and answers, and further attempts that you were allowed"
        ),
        "completions attempts answers attempt_allowances",
        None,
        msg("For ever; without your name, and without reasons, after your account has ended"),
        Ending.stays,
        msg(
            "Certificates rest on them, and the academy sees from them which questions are too hard."
        ),
    ),
    rule(
        "assessments",
        PrivacyHeading.training,
        msg("Assessments on practical days, with every mark"),
        "assessments step_marks",
        None,
        msg(
            "For ever; comments and notes end with your account, but not before {span} after signing, "
            "and not where a certificate rests on them",
            span=period(EVIDENCE),
        ),
        Ending.stays,
        msg("They are what a certificate certifies."),
    ),
    rule(
        "certificates",
        PrivacyHeading.certificates,
        msg("Certificates: your name, the course, its scope, who assessed you and when"),
        "certificates",
        None,
        msg("For ever"),
        Ending.stays,
        msg(
            "Whoever is shown one must be able to verify it, however old it is. It is signed, so it "
            "cannot be changed."
        ),
    ),
    rule(
        "certificate_blocks",
        PrivacyHeading.certificates,
        msg("A certificate that waits for a name"),
        "certificate_blocks",
        LEAVING,
        lambda span: msg(
            "{span} after the account was closed, or as soon as it is issued, then deleted",
            span=span,
        ),
        Ending.deleted,
        msg("So that the office sees what keeps it."),
    ),
    rule(
        "certificate_files",
        PrivacyHeading.certificates,
        msg("The PDF of a certificate, as a file"),
        "",
        FILE_LASTS,
        lambda span: msg("{span} after it was made, then deleted", span=span),
        Ending.deleted,
        msg("So that it opens quickly. It is made anew when somebody asks for it again."),
    ),
    rule(
        "sent_mails",
        PrivacyHeading.mails,
        msg("Mails that were sent, and what had to be done besides"),
        "outbox_events/done kept_mails",
        MAIL_LASTS,
        lambda span: msg("{span} after it was sent, then deleted", span=span),
        Ending.deleted,
        msg("So that we can find out what happened to a mail."),
    ),
    rule(
        "mails_given_up",
        PrivacyHeading.mails,
        msg("Mails that could not be sent"),
        "outbox_events/mails_given_up",
        MAIL_LASTS,
        lambda span: msg(
            "{span} after it was given up, or when an admin dismisses it, then deleted", span=span
        ),
        Ending.deleted,
        msg("So that an admin can see why and send it again."),
    ),
    rule(
        "facts_given_up",
        PrivacyHeading.mails,
        msg("Work that follows from something and could not be done; it names nobody"),
        "outbox_events/facts_given_up",
        YEAR,
        lambda span: msg("{span} after it was given up, then deleted", span=span),
        Ending.deleted,
        msg("So that the academy can put right what kept it."),
    ),
    rule(
        "waiting_mails",
        PrivacyHeading.mails,
        msg("Mails that wait to be sent"),
        "outbox_events/waiting",
        None,
        msg("Until it is sent or given up, which takes three days at most"),
        Ending.stays,
        msg("So that no mail is lost when a mail server is away."),
    ),
    rule(
        "acts",
        PrivacyHeading.academy,
        msg("The record of who changed what, and when"),
        "audit_events/other",
        None,
        msg("For ever; reasons and names of people end with their accounts"),
        Ending.stays,
        msg("So that every place, mark and certificate can be explained."),
    ),
    rule(
        "days_and_intakes",
        PrivacyHeading.academy,
        msg("Intakes, practical days, who taught them, and names of groups"),
        "intakes practicals practical_instructors groups",
        None,
        msg("For ever"),
        Ending.stays,
        msg("Certificates and invoices rest on them. They hold nothing of students."),
    ),
    rule(
        "courses",
        PrivacyHeading.academy,
        msg("What courses say, in every state that somebody learned from"),
        "courses course_errata course_revisions/in_use course_media/in_use",
        None,
        msg("For ever"),
        Ending.stays,
        msg("Answers are marked by what was taught. They hold nothing of students."),
    ),
    rule(
        "unused_revisions",
        PrivacyHeading.academy,
        msg("States of a course that nobody ever used"),
        "course_revisions/unused",
        YEAR,
        lambda span: msg("{span} after a newer one was published, then deleted", span=span),
        Ending.deleted,
        msg("So that an author can go back."),
    ),
    rule(
        "unused_drawings",
        PrivacyHeading.academy,
        msg("Drawings that no state of a course shows any more"),
        "course_media/unused",
        timedelta(),
        msg("Deleted at once"),
        Ending.deleted,
        msg("Nobody can see them."),
    ),
    rule(
        "runs",
        PrivacyHeading.academy,
        msg("When backups and audits of the data were made; the last of each stays"),
        "operation_runs/commands",
        timedelta(days=400),
        lambda span: msg("{span} after the next one, then deleted", span=span),
        Ending.deleted,
        msg("So that the academy can show that its data are looked after."),
    ),
    rule(
        "sweeps",
        PrivacyHeading.academy,
        msg("When old data were deleted; the last time stays"),
        "operation_runs/sweeps",
        timedelta(days=30),
        lambda span: msg("{span} after the next one, then deleted", span=span),
        Ending.deleted,
        msg("So that the academy can show that this table is obeyed."),
    ),
    rule(
        "workers",
        PrivacyHeading.academy,
        msg("Which program works and when it was last seen; one line for each"),
        "worker_heartbeats sweep_leases",
        None,
        msg("For as long as the academy runs"),
        Ending.stays,
        msg("So that a program that stopped is seen. They name nobody."),
    ),
)
