"""When the installation was last audited, copied and cleared of old data. Commands write it; admins
see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.ids import EventId, new_uuid
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, Text, msg, msgs
from app.kit.stored_messages import message_beside, stored_if_message
from app.kit.stored_reasons import NOTHING_WAS_OLD
from app.operations.models import OperationRun

_OF_IDLE_SWEEPS: Final = (str(NOTHING_WAS_OLD), "Nothing was over.")
"""The details of a sweep that changed nothing, in this version and in earlier ones."""

DUE_AFTER = timedelta(hours=36)
"""A nightly run is overdue if the last one is older than this: one night was missed."""


class RunKind(LabelledEnum):
    """What was run."""

    audit = "audit", msg("Audit of the data")
    backup = "backup", msg("Backup")
    sweep = "sweep", msg("Deletion of old data")


NEVER_MADE: Final = {
    RunKind.audit: msg("No audit of the data was ever made here."),
    RunKind.backup: msg("No backup was ever made here."),
    RunKind.sweep: msg("No deletion of old data was ever made here."),
}
NOT_SUCCEEDED: Final = {
    RunKind.audit: msg("The last audit of the data did not succeed."),
    RunKind.backup: msg("The last backup did not succeed."),
    RunKind.sweep: msg("The last deletion of old data did not succeed."),
}


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a kind; `ended_at` is None if it never ran here."""

    kind: RunKind
    ended_at: datetime | None = None
    succeeded: bool = False
    detail: Text = ""

    def problem(self, now: datetime) -> Message | None:
        """Return a sentence about why an admin should look, or None if the run was recent and
        successful."""
        if self.ended_at is None:
            return NEVER_MADE[self.kind]
        if not self.succeeded:
            return msg("{problem} {detail}", problem=NOT_SUCCEEDED[self.kind], detail=self.detail)
        if now - self.ended_at > DUE_AFTER:
            return self._overdue(DUE_AFTER // timedelta(hours=1))
        return None

    def _overdue(self, hours: int) -> Message:
        if self.kind is RunKind.audit:
            return msgs(
                "The last audit of the data is older than {n} hour.",
                "The last audit of the data is older than {n} hours.",
                hours,
            )
        if self.kind is RunKind.backup:
            return msgs(
                "The last backup is older than {n} hour.",
                "The last backup is older than {n} hours.",
                hours,
            )
        return msgs(
            "The last deletion of old data is older than {n} hour.",
            "The last deletion of old data is older than {n} hours.",
            hours,
        )


def record_run(
    db: Session,
    kind: RunKind,
    *,
    started_at: datetime,
    succeeded: bool,
    detail: Text,
    now: datetime,
) -> None:
    """Add a run; how long it stays is a rule of `app.retention`."""
    db.add(
        OperationRun(
            id=EventId(new_uuid()),
            kind=kind.value,
            started_at=started_at,
            ended_at=now,
            succeeded=succeeded,
            detail=str(detail),
            detail_message=stored_if_message(detail),
        )
    )


def last_runs(db: Session) -> tuple[Run, ...]:
    """Return the last run of each kind, in one statement."""
    order = func.row_number().over(
        partition_by=OperationRun.kind,
        order_by=(OperationRun.ended_at.desc(), OperationRun.id.desc()),
    )
    ranked = select(OperationRun, order.label("place")).subquery()
    rows = {row.kind: row for row in db.execute(select(ranked).where(ranked.c.place == 1))}
    return tuple(
        Run(kind, row.ended_at, row.succeeded, message_beside(row.detail_message, row.detail))
        if (row := rows.get(kind.value)) is not None
        else Run(kind)
        for kind in RunKind
    )


def last_deletion(db: Session) -> Run | None:
    """Return the last sweep that changed something. Sweeps run every hour, and most find nothing to
    do."""
    row = db.scalar(
        select(OperationRun)
        .where(
            OperationRun.kind == RunKind.sweep.value, OperationRun.detail.not_in(_OF_IDLE_SWEEPS)
        )
        .order_by(OperationRun.ended_at.desc(), OperationRun.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    detail = message_beside(row.detail_message, row.detail)
    return Run(RunKind.sweep, row.ended_at, row.succeeded, detail)
