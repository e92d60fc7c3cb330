"""Who was sitting a quiz during an outage, and what each of them gains."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, literal, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.certificates import queries as certificates
from app.db.base import table_of
from app.enrolments.place_conditions import holds_place_in
from app.kit.actor import Actor
from app.kit.errors import Refusal
from app.kit.ids import AttemptId, IntakeId, UserId
from app.kit.name_search import sort_key
from app.quizzes.attempt_conditions import IS_RUNNING, IS_TRY
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.extending import ExtensionCase
from app.quizzes.domain.outage import Outage, OutageGain, outage_gain, touched
from app.quizzes.extension_queries import outages_given
from app.quizzes.models import AttemptRow, facts_from
from app.quizzes.queries import ATTEMPT, FACTS, HOLDS_PLACE

MOST = 2_000
"""How many attempts one preview reads; more never sat one quiz during one outage."""


@dataclass(frozen=True, slots=True)
class OutageScope:
    """An outage, and whose attempts it concerns: all at a quiz, or those of the people of one intake."""

    course_key: str
    quiz_key: str
    intake_id: IntakeId | None
    outage: Outage


@dataclass(frozen=True, slots=True)
class OutageLine:
    """One attempt that ran during an outage, and what it gains or why it gains nothing."""

    attempt: AttemptFacts
    person: Person
    gain: OutageGain | Refusal


def outage_lines(
    db: Session,
    scope: OutageScope,
    *,
    now: datetime,
    only: Collection[AttemptId] | None = None,
) -> tuple[OutageLine, ...]:
    """Return the attempts that ran during an outage, by the names of their students, in five statements. With
    `only` these attempts alone, locked until we commit. Callers check permissions."""
    attempts, holders = _attempts(db, scope, only)
    students = {attempt.user_id for attempt in attempts}
    people = accounts.people(db, students)
    certified = certificates.certified_among(db, students, scope.course_key)
    earlier = outages_given(db, [attempt.id for attempt in attempts])
    busy = _running(db, scope, students)
    lines = []
    # Of two attempts that the clock has ended only the newer can run again.
    for attempt in sorted(attempts, key=lambda attempt: attempt.number, reverse=True):
        case = ExtensionCase(
            attempt=attempt,
            is_closed=people[attempt.user_id].is_closed,
            has_place=attempt.id in holders,
            is_certified=attempt.user_id in certified,
            other_runs=busy.get(attempt.user_id, attempt.id) != attempt.id,
        )
        if not touched(case, scope.outage, now=now):
            continue
        gain = outage_gain(case, scope.outage, earlier.get(attempt.id, ()), now=now)
        if isinstance(gain, OutageGain):
            busy[attempt.user_id] = attempt.id
        lines.append(OutageLine(attempt, people[attempt.user_id], gain))
    lines.sort(key=lambda line: (sort_key(line.person.name), line.attempt.number))
    return tuple(lines)


def gaining(lines: Sequence[OutageLine], actor: Actor) -> tuple[tuple[OutageLine, OutageGain], ...]:
    """Return the lines that gain time; never those of the actor."""
    return tuple(
        (line, line.gain)
        for line in lines
        if isinstance(line.gain, OutageGain) and line.attempt.user_id != actor.user_id
    )


def _attempts(
    db: Session, scope: OutageScope, only: Collection[AttemptId] | None
) -> tuple[list[AttemptFacts], set[AttemptId]]:
    """Return attempts that may have run during an outage, and which of them belong to holders of a place."""
    began, ended = scope.outage.began_at, scope.outage.ended_at
    statement = (
        select(*FACTS, HOLDS_PLACE.label("has_place"))
        .where(
            ATTEMPT.course_key == scope.course_key,
            ATTEMPT.quiz_key == scope.quiz_key,
            IS_TRY,
            ATTEMPT.started_at < ended,
            or_(IS_RUNNING, ATTEMPT.submitted_at > began, ATTEMPT.due_at > began),
        )
        .order_by(ATTEMPT.id)
        .limit(MOST)
    )
    if scope.intake_id is not None:
        statement = statement.where(
            holds_place_in(ATTEMPT.user_id, literal(scope.intake_id, Uuid()))
        )
    if only is not None:
        statement = statement.where(ATTEMPT.id.in_(only)).with_for_update(of=table_of(AttemptRow))
    rows: Any = db.execute(statement).all()
    return [facts_from(row) for row in rows], {row.id for row in rows if row.has_place}


def _running(
    db: Session, scope: OutageScope, students: Collection[UserId]
) -> dict[UserId, AttemptId]:
    """Return the attempt at the quiz that each of these people has stored as running, if any."""
    rows = db.execute(
        select(ATTEMPT.user_id, ATTEMPT.id).where(
            ATTEMPT.course_key == scope.course_key,
            ATTEMPT.quiz_key == scope.quiz_key,
            ATTEMPT.user_id.in_(students),
            IS_RUNNING,
        )
    )
    return {row.user_id: row.id for row in rows}
