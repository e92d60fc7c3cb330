"""The versions that a form opened now would carry, for tests that call the use-cases themselves."""

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.domain import group_record, roles_record
from app.accounts.models import Group
from app.enrolments.domain import invoice_record, payment_record
from app.enrolments.models import Enrolment
from app.enrolments.steps.locking import recorded_intake
from app.kit.ids import EnrolmentId, GroupId, IntakeId, PracticalId, UserId
from app.kit.versions import version_of
from app.practicals.queries.admin_detail import planned
from tests.make.forms import forms_of


def plan_version(db: Session, practical_id: PracticalId) -> str:
    return version_of(planned(db, practical_id).record)


def intake_version(db: Session, intake_id: IntakeId) -> str:
    return version_of(recorded_intake(db, intake_id))


def roles_version(db: Session, person_id: UserId) -> str:
    return version_of(roles_record(accounts.person(db, person_id).roles))


def group_version(db: Session, group_id: GroupId) -> str:
    return version_of(group_record(db.scalar(select(Group.name).where(Group.id == group_id)) or ""))


def invoice_version(db: Session, enrolment_id: EnrolmentId) -> str:
    row = db.get_one(Enrolment, enrolment_id)
    return version_of(invoice_record(row.invoice_number, row.invoiced_at))


def payment_version(db: Session, enrolment_id: EnrolmentId) -> str:
    return version_of(payment_record(db.get_one(Enrolment, enrolment_id).paid_at))


def version_on(browser: TestClient, path: str, action: str | None = None) -> str:
    """Return the version in a form of a page: the one with this action, or the only one."""
    (version,) = [
        form.hidden["version"]
        for form in forms_of(browser.get(path).text)
        if "version" in form.hidden and action in (None, form.action)
    ]
    return version
