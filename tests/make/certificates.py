"""People who have earned a certificate, and those who miss one thing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.assessments.domain import Mark
from app.certificates import blocks, service
from app.courses.queries import PublishedCourse
from app.documents import glyph_check
from app.kit.actor import Actor, SystemActor
from app.kit.ids import AssessmentId, CertificateId, EnrolmentId, UserId
from tests.make import NOW
from tests.make.assessments import Day, a_day, a_signed_assessment
from tests.make.keys import ISSUER
from tests.make.learning import a_completed_theory, a_learner_place, a_published_course
from tests.make.people import a_user


@dataclass(frozen=True)
class Earned:
    """Somebody with everything a certificate of the small course needs."""

    student: Actor
    published: PublishedCourse
    day: Day
    enrolment_id: EnrolmentId
    assessment_id: AssessmentId

    @property
    def course_key(self) -> str:
        return self.published.course_key


def an_earner(
    db: Session,
    name: str = "Sam Student",
    *,
    published: PublishedCourse | None = None,
    instructor: Actor | None = None,
    identity: Mark = Mark.done,
    **columns: object,
) -> Earned:
    published = published or a_published_course(db)
    student = a_user(db, name, **columns)
    enrolment_id = a_learner_place(db, student, published)
    a_completed_theory(db, student, published)
    day = a_day(db, revision_id=published.revision_id, student=student, instructor=instructor)
    assessment_id = a_signed_assessment(db, day, identity=identity)
    check_letters(db, student.user_id, published.course_key)
    return Earned(student, published, day, enrolment_id, assessment_id)


def check_letters(db: Session, user_id: UserId, course_key: str) -> None:
    """Check the texts of a certificate before it is issued, as pages and the worker do."""
    db.flush()
    glyph_check.letters_not_drawn(blocks.texts_for(db, user_id, course_key))


def a_certificate(db: Session, earned: Earned) -> CertificateId:
    issued = service.issue_if_complete(
        db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
    )
    assert issued is not None
    return issued
