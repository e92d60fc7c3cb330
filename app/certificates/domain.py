"""The certificate rule, and the text of a certificate. No clock, no database."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.courses.domain.delivery import Course, PracticalKind
from app.kit.ids import AssessmentId, EnrolmentId, RevisionId, SeatId, UserId
from app.kit.messages import Message, Text, msg
from app.kit.stored_messages import read_reason
from app.learning.domain import Done, missing_modules
from app.learning.way import RequirementKind

FORMAT = 2
"""The format of snapshots. Format 1 has no issuer; certificates of it stay readable."""

LOOK = 2
"""The look of new certificates, which each keeps: 1, of those without one, has another typeface."""


@dataclass(frozen=True, slots=True)
class MissingRequirement:
    """One thing to do before the certificate; `key` names the module, quiz or kind of practical."""

    kind: RequirementKind
    key: str
    words: Message


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of the certificate, and whether it is met."""

    kind: RequirementKind
    key: str
    words: Message
    is_met: bool


@dataclass(frozen=True, slots=True)
class AttendedPractical:
    """A practical that a person attended. `checklist` is the checklist of its kind in the
    practical's own revision; `replaces` are the kinds that its kind replaces in that revision."""

    seat_id: SeatId
    kind_key: str
    starts_at: datetime
    zone: str
    checklist: str = ""
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompetentAssessment:
    """A signed assessment that ended competent."""

    assessment_id: AssessmentId
    seat_id: SeatId
    checklist_key: str
    signed_at: datetime
    assessor: str
    assessor_id: UserId


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that the rule needs about one person and one course. `enrolment_id` is None
    without a place."""

    course: Course
    revision_id: RevisionId
    revision_number: int
    enrolment_id: EnrolmentId | None
    done: Done
    attended: tuple[AttendedPractical, ...]
    competent: tuple[CompetentAssessment, ...]


def missing_for_certificate(facts: CertificateFacts) -> tuple[MissingRequirement, ...]:
    """Return what is missing, in the order to do it; empty if the certificate is earned."""
    return tuple(
        MissingRequirement(requirement.kind, requirement.key, requirement.words)
        for requirement in requirements(facts)
        if not requirement.is_met
    )


def requirements(facts: CertificateFacts) -> tuple[Requirement, ...]:
    """Return every requirement of the certificate, in the order to meet them.

    These are: a place on the course, every module, the final test, and for each kind of practical
    of the course one that the person attended and on which they were assessed as competent.
    """
    course = facts.course
    keys = [module.key for module in course.modules]
    incomplete = {module.key for module in missing_modules(course, keys, facts.done)}
    test = course.quiz(course.final_test)
    words = msg("Pass “{quiz}”", quiz=test.title) if test else msg("Pass the final test")
    days: tuple[Requirement, ...] = tuple(
        requirement for kind in course.practicals for requirement in _of_kind(facts, kind)
    )
    if not days:
        days = (
            Requirement(RequirementKind.attendance, course.key, msg("Attend a practical"), False),
        )
    return (
        Requirement(
            RequirementKind.place,
            course.key,
            msg("Hold a confirmed place on the course"),
            facts.enrolment_id is not None,
        ),
        *(
            Requirement(
                RequirementKind.module,
                module.key,
                msg("Complete “{module}”", module=module.title),
                module.key not in incomplete,
            )
            for module in course.modules
        ),
        Requirement(
            RequirementKind.final_test,
            course.final_test,
            words,
            course.final_test in facts.done.quizzes,
        ),
        *days,
    )


def _of_kind(facts: CertificateFacts, kind: PracticalKind) -> tuple[Requirement, Requirement]:
    attended = any(is_of_kind(seat, kind) for seat in facts.attended)
    attend = msg("Attend “{practical}”", practical=kind.title)
    pass_it = msg("Be assessed as competent on “{practical}”", practical=kind.title)
    return (
        Requirement(RequirementKind.attendance, kind.key, attend, attended),
        Requirement(
            RequirementKind.assessment, kind.key, pass_it, _judged(facts, kind) is not None
        ),
    )


def is_of_kind(practical: AttendedPractical, kind: PracticalKind) -> bool:
    """Return whether a practical counts for a kind in the student's own revision: it is of the same
    kind, of one that replaced it in a later revision, or of one that it replaced."""
    return (
        practical.kind_key == kind.key
        or kind.key in practical.replaces
        or practical.kind_key in kind.replaces
    )


def counts(assessment: CompetentAssessment, seat: AttendedPractical, kind: PracticalKind) -> bool:
    """Return whether an assessment counts for a kind in the student's own revision. It may follow
    the checklist of that revision or of the practical's own revision, because students cannot
    choose the checklist."""
    return is_of_kind(seat, kind) and assessment.checklist_key in (kind.checklist, seat.checklist)


def _judged(
    facts: CertificateFacts, kind: PracticalKind
) -> tuple[AttendedPractical, CompetentAssessment] | None:
    """Return the newest competent assessment of this kind on a practical that the person attended
    (R-044)."""
    seats = {seat.seat_id: seat for seat in facts.attended}
    standing = [
        assessment
        for assessment in facts.competent
        if assessment.seat_id in seats and counts(assessment, seats[assessment.seat_id], kind)
    ]
    if not standing:
        return None
    newest = max(standing, key=lambda assessment: (assessment.signed_at, assessment.assessment_id))
    return seats[newest.seat_id], newest


def uncounted(facts: CertificateFacts) -> tuple[CompetentAssessment, ...]:
    """Return the competent assessments on attended practicals that count for no kind."""
    seats = {seat.seat_id: seat for seat in facts.attended}
    return tuple(
        assessment
        for assessment in facts.competent
        if assessment.seat_id in seats
        and not any(
            counts(assessment, seats[assessment.seat_id], kind) for kind in facts.course.practicals
        )
    )


def make_snapshot(
    facts: CertificateFacts,
    *,
    issuer: str,
    holder_id: UserId,
    name: str,
    serial: str,
    now: datetime,
    paper: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the permanent text of the certificate, with its evidence. Requires facts in which
    nothing is missing. Dates are in the venue's time zone. `paper` holds the words that are printed round
    it, in the language of the course; without them they are English.
    """
    course = facts.course
    judged = [
        (kind, *pair) for kind in course.practicals if (pair := _judged(facts, kind)) is not None
    ]
    zone = ZoneInfo(judged[-1][1].zone)
    return {
        "format": FORMAT,
        "look": LOOK,
        "issuer": issuer,
        "serial": serial,
        "holder": {"id": str(holder_id), "name": name},
        "course": {
            "key": course.key,
            "revision": facts.revision_number,
            "revision_id": str(facts.revision_id),
        },
        "title": course.certificate.title,
        "scope": course.certificate.scope,
        "issued_at": now.astimezone(UTC).isoformat(),
        "issued_on": now.astimezone(zone).date().isoformat(),
        "practicals": [_practical_said(*entry) for entry in judged],
        "evidence": {
            "enrolment": str(facts.enrolment_id),
            "modules": [module.key for module in course.modules],
            "final_test": course.final_test,
            "seats": [str(seat.seat_id) for _, seat, _ in judged],
            "assessments": [str(signed.assessment_id) for _, _, signed in judged],
        },
        **({"paper": paper} if paper else {}),
    }


def _practical_said(
    kind: PracticalKind, seat: AttendedPractical, assessment: CompetentAssessment
) -> dict[str, Any]:
    """Return the part of a snapshot about one practical; dates are in the venue's time zone."""
    zone = ZoneInfo(seat.zone)
    return {
        "title": kind.title,
        "on": seat.starts_at.astimezone(zone).date().isoformat(),
        "assessed_on": assessment.signed_at.astimezone(zone).date().isoformat(),
        "assessor": assessment.assessor,
    }


def lost_evidence(snapshot: Mapping[str, Any], facts: CertificateFacts) -> tuple[str, ...]:
    """Return the evidence of the certificate that the current facts no longer contain."""
    evidence = snapshot["evidence"]
    lost = [
        str(requirement.words)
        for requirement in missing_for_certificate(facts)
        if requirement.kind in (RequirementKind.module, RequirementKind.final_test)
    ]
    seats = {str(seat.seat_id) for seat in facts.attended}
    judged = {str(assessment.assessment_id) for assessment in facts.competent}
    lost += [f"attended place {key}" for key in evidence["seats"] if key not in seats]
    lost += [f"competent assessment {key}" for key in evidence["assessments"] if key not in judged]
    return tuple(lost)


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """Return the canonical form of a snapshot: JSON with sorted keys, no spaces, UTF-8."""
    return json.dumps(
        snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def hash_of(snapshot: Mapping[str, Any]) -> str:
    return sha256(canonical(snapshot)).hexdigest()


class NameOwner(StrEnum):
    """Whose text on a certificate cannot be printed."""

    holder = "holder"
    assessor = "assessor"
    course = "course"


OLD_REASON: Final = msg(
    "A letter of a name could not be printed. It is tried again within the hour."
)


def readable_reason(reason: str, whose: NameOwner | None) -> Text:
    """Return why a certificate waits, as a sentence. Older versions stored codes of characters
    instead."""
    is_old = whose is None and "U+" in reason
    return OLD_REASON if is_old else read_reason(reason) or ""


def assessments_of(facts: CertificateFacts) -> tuple[CompetentAssessment, ...]:
    """Return the assessments that the certificate names, in the order of the course."""
    pairs = (_judged(facts, kind) for kind in facts.course.practicals)
    return tuple(pair[1] for pair in pairs if pair is not None)


class Status(StrEnum):
    """`not_valid`: the row is not what was issued."""

    valid = "valid"
    revoked = "revoked"
    not_valid = "not_valid"


def status_of(*, is_untouched: bool, revoked_at: datetime | None) -> Status:
    if not is_untouched:
        return Status.not_valid
    return Status.valid if revoked_at is None else Status.revoked


def printable_name(name: str | None) -> str:
    """Return a name as it would be printed: composed letters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name or "").split())
