"""Who may learn. Whether the person has a place on the course is checked by enrolments; without
one, the course's pages answer NotFound."""

from app.kit.actor import Actor


def may_learn(actor: Actor) -> bool:
    return actor.is_student
