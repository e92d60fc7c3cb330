"""The assessments of the demo academy and the certificates that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial

from app.assessments import queries as sheets
from app.assessments import service as assessments
from app.assessments.domain import Mark
from app.certificates import service as certificates
from app.certificates.queries import own_page
from app.courses.domain.delivery import Step
from app.demo.days import INES, TOMASZ
from app.demo.diary import Diary
from app.demo.people import ADMIN
from app.kit.actor import Actor, SystemActor
from app.kit.ids import AssessmentId

LEFT = 3
"""How many steps are still unmarked on the unfinished sheet."""

REVOKED = "Marcus Adeyemi"
WHY_REVOKED = "Issued with a misspelt name; a new one follows."


class Performance(Enum):
    """How an assessment went."""

    well = auto()
    unsteady = auto()
    stopped = auto()
    begun = auto()


@dataclass(frozen=True, slots=True)
class DemoAssessment:
    """One assessment: of whom, on which day, by whom, how it went, and what the student reads."""

    ago: int
    name: str
    by: str
    course: Performance
    comment: str = ""


ASSESSMENTS = (
    DemoAssessment(
        30, "Eilidh Carmichael", INES, Performance.well, "Steady from the first row to the last."
    ),
    DemoAssessment(
        30,
        "Rukhsana Mirza",
        INES,
        Performance.unsteady,
        "You know every step; let your hands find the order. Come again when it needs no prompt.",
    ),
    DemoAssessment(
        16, REVOKED, TOMASZ, Performance.well, "Clear words for the model, and a clean tray."
    ),
    DemoAssessment(
        16,
        "Venkatalakshmi Ramanathapuram Subramaniam-Fortescue",
        TOMASZ,
        Performance.well,
        "Careful and exact. Trust your first measurement.",
    ),
    DemoAssessment(
        16, "Raras Prameswari", TOMASZ, Performance.well, "Light hands. Speak up a little more."
    ),
    DemoAssessment(
        9,
        "Callum Birch",
        INES,
        Performance.well,
        "Calm, clean and careful. Keep asking after each row.",
    ),
    DemoAssessment(
        9,
        "Leila Haddad",
        INES,
        Performance.stopped,
        "Good hands. The first step of the day needs the same care as the needle.",
    ),
    DemoAssessment(
        9,
        "Rukhsana Mirza",
        INES,
        Performance.well,
        "What a difference three weeks make. Well prepared.",
    ),
    DemoAssessment(
        1, "Beatriz Fonseca-Whitlock", INES, Performance.well, "Attentive to the model all the way."
    ),
    DemoAssessment(1, "Nora Whitcombe", INES, Performance.begun),
)


def assess(diary: Diary) -> None:
    """Hold every assessment on its day and issue the certificates that are earned."""
    for number, assessment in enumerate(ASSESSMENTS):
        turn = sum(other.ago == assessment.ago for other in ASSESSMENTS[:number])
        diary.note(diary.ago(assessment.ago, 13 + turn), partial(_hold, diary, assessment))
    diary.note(diary.ago(12, 11), partial(_revoke, diary))


def _hold(diary: Diary, assessment: DemoAssessment, now: datetime) -> None:
    """Start, mark step by step, comment and sign; or stop before the last steps."""
    instructor = diary.people[assessment.by]
    assessment_id = assessments.start_assessment(
        diary.db,
        instructor,
        diary.practicals[assessment.ago],
        diary.seats[assessment.ago, assessment.name],
        now=now,
    )
    sheet = sheets.bedside_sheet(diary.db, instructor, assessment_id)
    steps = [line.step for section in sheet.sections for line in section.steps]
    for minute, (step, mark, note) in enumerate(_marks(steps, assessment.course), start=1):
        assessments.mark_step(
            diary.db,
            instructor,
            assessment_id,
            step.key,
            mark,
            note,
            expected_revision=0,
            now=now + timedelta(minutes=minute),
        )
    if assessment.course is not Performance.begun:
        signed = now + timedelta(minutes=45)
        diary.note(signed, partial(_sign, diary, assessment, instructor, assessment_id))


def _marks(steps: list[Step], course: Performance) -> Iterator[tuple[Step, Mark, str]]:
    """Yield the marks of a sheet in its order, with a note where a step was not done."""
    missed = next(step for step in steps if step.critical)
    for number, step in enumerate(steps[:-LEFT] if course is Performance.begun else steps, start=1):
        if course is Performance.stopped and step is missed:
            note = "We talked it through. Practise it before the next day."
            yield step, Mark.not_done, note
        elif course is Performance.unsteady and number % 3:
            yield step, Mark.prompted, ""
        else:
            is_prompted = number % 7 == 0 and not step.unaided
            yield step, Mark.prompted if is_prompted else Mark.done, ""


def _sign(
    diary: Diary,
    assessment: DemoAssessment,
    instructor: Actor,
    assessment_id: AssessmentId,
    now: datetime,
) -> None:
    db = diary.db
    assessments.save_comment(
        db, instructor, assessment_id, assessment.comment, expected_revision=0, now=now
    )
    sheet = sheets.bedside_sheet(db, instructor, assessment_id)
    assessments.sign_assessment(
        db, instructor, assessment_id, expected_version=sheet.version, now=now
    )
    diary.note(now + timedelta(minutes=1), partial(_issue, diary, assessment.name))


def _issue(diary: Diary, name: str, now: datetime) -> None:
    """Issue a certificate as the worker does if this was the last fact missing."""
    user_id = diary.people[name].user_id
    certificates.issue_if_complete(
        diary.db, SystemActor.worker, user_id, diary.course.key, diary.issuer, now=now
    )


def _revoke(diary: Diary, now: datetime) -> None:
    own = own_page(diary.db, diary.people[REVOKED].user_id, diary.issuer.keys)
    certificates.revoke_certificate(
        diary.db,
        diary.people[ADMIN.name],
        own.certificates[0].id,
        WHY_REVOKED,
        diary.issuer,
        now=now,
    )
