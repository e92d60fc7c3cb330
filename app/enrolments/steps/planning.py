"""Writing the weekly plan of a place. Callers check permissions and decide."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.upsert import insert_into
from app.enrolments.models import Enrolment, StudyPlanRow
from app.enrolments.queries import PLAN, PLAN_COLUMNS, ConfirmedPlace, plan_from
from app.enrolments.study_plans import StudyPlan
from app.kit.ids import EnrolmentId


@dataclass(frozen=True, slots=True)
class PlanOnRecord:
    """A stored plan, the day of the last mail about it, and of the next."""

    plan: StudyPlan
    mailed_on: date | None
    next_mail_on: date | None


def lock_plan(db: Session, enrolment_id: EnrolmentId) -> PlanOnRecord | None:
    """Lock the place, so that two devices write one after the other, and return its plan, if it has one."""
    db.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    row = db.execute(
        select(*PLAN_COLUMNS, PLAN.mailed_on, PLAN.next_mail_on).where(
            PLAN.enrolment_id == enrolment_id
        )
    ).one_or_none()
    plan = plan_from(row) if row else None
    return PlanOnRecord(plan, row.mailed_on, row.next_mail_on) if row and plan else None


def write_plan(
    db: Session, place: ConfirmedPlace, plan: StudyPlan, *, next_mail_on: date | None
) -> None:
    """Write the plan of a place, and the day of the next mail about it."""
    values = {**asdict(plan), "next_mail_on": next_mail_on}
    new = insert_into(db, StudyPlanRow).values(
        enrolment_id=place.enrolment_id, user_id=place.user_id, **values
    )
    db.execute(new.on_conflict_do_update(index_elements=["enrolment_id"], set_=values))


def note_mail(
    db: Session, enrolment_id: EnrolmentId, *, mailed_on: date | None, next_mail_on: date | None
) -> None:
    """Write when the last mail about a plan left, and when the next will."""
    db.execute(
        update(StudyPlanRow)
        .where(StudyPlanRow.enrolment_id == enrolment_id)
        .values(mailed_on=mailed_on, next_mail_on=next_mail_on)
        .execution_options(synchronize_session=False)
    )


def end_mails(db: Session, enrolment_id: EnrolmentId) -> None:
    """Write that no more mails about a plan leave; the plan stays."""
    db.execute(
        update(StudyPlanRow)
        .where(StudyPlanRow.enrolment_id == enrolment_id)
        .values(mail_weekday=None, next_mail_on=None)
        .execution_options(synchronize_session=False)
    )


def delete_plan(db: Session, enrolment_id: EnrolmentId) -> None:
    """Delete the plan of a place; a second time changes nothing."""
    db.execute(
        delete(StudyPlanRow)
        .where(StudyPlanRow.enrolment_id == enrolment_id)
        .execution_options(synchronize_session=False)
    )
