"""Who may read results. The query limits whose results an instructor sees: see `students`."""

from collections.abc import Collection

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_see_results(actor: Actor) -> bool:
    """Admins see every student of a course, instructors those of the groups they look after."""
    return actor.is_staff


def may_see_student(actor: Actor, *, looks_after: bool) -> bool:
    """Admins see the attempts and answers of every student, instructors those of the students whom they look
    after: in their groups, or on a coming practical of theirs (`own_students`)."""
    return actor.is_admin or (actor.is_instructor and looks_after)


def may_allow_attempt(actor: Actor, student_id: UserId, *, looks_after: bool) -> bool:
    """Who sees a student's attempts may allow one more, but nobody allows themselves one."""
    return may_see_student(actor, looks_after=looks_after) and actor.user_id != student_id


def may_extend_attempt(actor: Actor, student_id: UserId, *, looks_after: bool) -> bool:
    """Who sees a student's attempts may give them time back and open them again, but not their own."""
    return may_see_student(actor, looks_after=looks_after) and actor.user_id != student_id


def may_give_exceptions(actor: Actor) -> bool:
    """Admins decide who has more time, a window or further attempts: the needs behind it are for them."""
    return actor.is_admin


def may_give_exception_to(actor: Actor, student_ids: Collection[UserId]) -> bool:
    """Nobody gives themselves an exception, nor a group in which they learn."""
    return may_give_exceptions(actor) and actor.user_id not in student_ids


def may_make_outages_good(actor: Actor) -> bool:
    """Admins give everybody the time back that an outage took."""
    return actor.is_admin
