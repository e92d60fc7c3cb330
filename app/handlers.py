"""The handlers of all facts. This is the only place where a fact of a lower feature reaches a higher
feature. Handlers are idempotent, because a delivery may be repeated."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.facts import AccountClosed, LifeSupportSeen, NameSaved, RightLost, RolesLost
from app.assessments.facts import AssessmentSigned
from app.certificates import blocks as certificate_blocks
from app.certificates import service as certificates
from app.certificates.facts import CertificateEarned
from app.certificates.signing import Issuer
from app.courses.facts import CourseCorrected
from app.db.database import Database
from app.enrolments import queries as enrolments
from app.enrolments.facts import EnrolmentEnded
from app.kit.actor import SystemActor
from app.kit.ids import RevisionId
from app.learning.correction_mails import tell_of_corrected_lessons
from app.learning.facts import LearningCompleted
from app.outbox.handlers import Handler, Handlers
from app.practicals import service as practicals
from app.practicals.facts import PracticalAttended
from app.quizzes.correction_mails import tell_of_corrected_explanations
from app.quizzes.facts import QuizSubmitted
from app.rights import service as rights

WORKER = SystemActor.worker
CertificateFact = LearningCompleted | AssessmentSigned | PracticalAttended
"""A fact that may be the last one missing for a certificate."""


def offer_places(db: Session, fact: LearningCompleted, now: datetime) -> None:
    """Offer places to a person on waiting lists who may now meet the requirements."""
    practicals.promote_person(db, WORKER, fact.user_id, fact.course_key, now=now)


def offer_places_in_every_course(db: Session, fact: LifeSupportSeen, now: datetime) -> None:
    """Offer places to a person on waiting lists who may have lacked only the proof of basic life
    support."""
    for course_key in {place.course_key for place in enrolments.places_of(db, fact.user_id)}:
        practicals.promote_person(db, WORKER, fact.user_id, course_key, now=now)


def find_earned_certificate(db: Session, fact: CertificateFact, now: datetime) -> None:
    """Announce that a certificate is earned if this was the last fact missing for it."""
    certificates.announce_if_complete(db, WORKER, fact.user_id, fact.course_key, now=now)


def check_certificate(database: Database, fact: CertificateEarned) -> None:
    """Check that the names on a certificate can be printed."""
    certificate_blocks.look_ahead(database, [(fact.user_id, fact.course_key)])


def check_name(database: Database, fact: NameSaved) -> None:
    """Check that a new name can be printed, and every certificate that may have waited for it."""
    certificate_blocks.look_ahead_to_name(database, fact.user_id)


def tell_of_corrections(db: Session, fact: CourseCorrected, now: datetime) -> None:
    """Tell people who learned from the wrong text about new errata."""
    lessons: dict[str, list[RevisionId]] = {}
    quizzes: dict[str, list[RevisionId]] = {}
    for erratum in fact.errata:
        if erratum.lesson_key:
            lessons[erratum.key] = list(erratum.revision_ids)
        elif erratum.quiz_key:
            quizzes.setdefault(erratum.quiz_key, []).extend(erratum.revision_ids)
    if lessons:
        tell_of_corrected_lessons(db, WORKER, fact.course_key, lessons, now=now)
    if quizzes:
        tell_of_corrected_explanations(db, WORKER, fact.course_key, quizzes, now=now)


def end_what_depended(db: Session, fact: RightLost, now: datetime) -> None:
    """End everything that depended on a place on a course, a role or an account that has ended."""
    rights.end_what_depended(
        db, WORKER, fact.user_id, by=fact.by, ends_places=fact.ends_places, now=now
    )


def handlers_with(issuer: Issuer) -> Handlers:
    """Return the handlers of all facts; those that issue certificates sign as `issuer`."""

    def issue_certificate(db: Session, fact: CertificateEarned, now: datetime) -> None:
        """Issue a certificate for which every requirement is met."""
        certificates.issue_if_complete(db, WORKER, fact.user_id, fact.course_key, issuer, now=now)

    def issue_waiting_certificates(db: Session, fact: NameSaved, now: datetime) -> None:
        """Issue certificates that waited for this person's new name."""
        certificates.name_saved(db, WORKER, fact.user_id, issuer, now=now)

    return Handlers(
        (
            Handler("end-what-depended", AccountClosed, end_what_depended),
            Handler("end-what-depended", EnrolmentEnded, end_what_depended),
            Handler("end-what-depended", RolesLost, end_what_depended),
            Handler("find-earned-certificate", AssessmentSigned, find_earned_certificate),
            Handler("find-earned-certificate", LearningCompleted, find_earned_certificate),
            Handler("find-earned-certificate", PracticalAttended, find_earned_certificate),
            Handler("issue-certificate", CertificateEarned, issue_certificate, check_certificate),
            Handler(
                "issue-waiting-certificates", NameSaved, issue_waiting_certificates, check_name
            ),
            Handler("offer-places", LearningCompleted, offer_places),
            Handler("offer-places-in-every-course", LifeSupportSeen, offer_places_in_every_course),
            Handler("tell-of-corrections", CourseCorrected, tell_of_corrections),
        ),
        unhandled=(QuizSubmitted,),
    )
