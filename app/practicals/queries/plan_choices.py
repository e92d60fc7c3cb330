"""Reads what a plan may name: instructors, and intakes of its course."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.enrolments import queries as enrolments
from app.kit.ids import IntakeId, UserId
from app.kit.messages import Message, msg
from app.practicals.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """The instructors, and each intake with the course it is of."""

    instructors: frozenset[UserId]
    intakes: frozenset[tuple[str, IntakeId]]

    def problems(self, plan: Plan) -> dict[str, Message]:
        """Return a message for each field of a plan that names what cannot be chosen."""
        problems = {}
        if not plan.instructors <= self.instructors:
            problems["instructors"] = msg("Choose from the list of instructors.")
        if plan.intake_id and (plan.course_key, plan.intake_id) not in self.intakes:
            problems["intake"] = msg("Choose an intake of the same course.")
        return problems


def plan_choices(db: Session) -> PlanChoices:
    """Return what a plan may name now."""
    return PlanChoices(
        frozenset(person.user_id for person in accounts.instructors(db)),
        frozenset(
            (intake.course_key, intake.intake_id) for intake in enrolments.intake_options(db)
        ),
    )
