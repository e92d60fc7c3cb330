"""Who may learn. That a place on the course is held is asked of enrolments: without one, the course's
pages do not exist for this person."""

from app.accounts.actor import Actor


def may_learn(actor: Actor) -> bool:
    return actor.is_student
