"""The price that a place keeps. Callers lock the intake and check permissions."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.enrolments.domain import Intake
from app.enrolments.models import Enrolment
from app.kit.ids import IntakeId


def keep_prices(db: Session, intake_id: IntakeId, intake: Intake) -> None:
    """Write the present price of an intake into the rows that have none, before it changes. Only versions
    before this column add such rows."""
    db.execute(
        update(Enrolment)
        .where(Enrolment.intake_id == intake_id, Enrolment.price_pence.is_(None))
        .values(price_pence=intake.price_pence)
        .execution_options(synchronize_session=False)
    )
