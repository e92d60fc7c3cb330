"""Reads which prices the people of an intake have. Callers check permissions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.enrolments import domain
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.queries import AGREED_PENCE, ENROLMENT, INTAKE
from app.kit.ids import IntakeId
from app.kit.messages import Message, Money, msgs


@dataclass(frozen=True, slots=True)
class KeptPrice:
    """A price, and how many people hold or wait for a place at it."""

    price: Money
    people: int

    @property
    def words(self) -> Message:
        """7 people keep £1,450: a part of a sentence."""
        return msgs(
            "{n} person keeps {price}", "{n} people keep {price}", self.people, price=self.price
        )


def kept_prices(db: Session, intake_id: IntakeId) -> tuple[KeptPrice, ...]:
    """Return the prices of everyone who holds or waits for a place in an intake, the highest first."""
    rows = db.execute(
        select(AGREED_PENCE, func.count())
        .join_from(table_of(Enrolment), table_of(IntakeRow), INTAKE.id == ENROLMENT.intake_id)
        .where(ENROLMENT.intake_id == intake_id, ENROLMENT.state.in_(domain.LIVE))
        .group_by(AGREED_PENCE)
        .order_by(AGREED_PENCE.desc())
    )
    return tuple(KeptPrice(Money(pence), people) for pence, people in rows)


def in_words(prices: Iterable[KeptPrice]) -> tuple[Message, ...]:
    """Return a part of a sentence for each price."""
    return tuple(each.words for each in prices)
