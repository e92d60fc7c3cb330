"""Reads proofs of basic life support for the admins' page of one person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import policy, queries
from app.accounts.life_support_rules import proof_record
from app.accounts.models import LifeSupportProof
from app.accounts.queries import Person
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.kit.versions import version_of


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One proof. `ended_at` is None while it counts."""

    passed_on: date
    expires_on: date
    issuer: str
    seen_at: datetime
    seen_by: str
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The proofs of one person; `proof` is the one that counts, `earlier` have ended, the newest first."""

    person: Person
    proof: ProofRow | None
    earlier: tuple[ProofRow, ...]

    @property
    def record(self) -> dict[str, object]:
        """The recorded values of the form's fields."""
        if self.proof is None:
            return proof_record(None, None, None)
        return proof_record(self.proof.passed_on, self.proof.expires_on, self.proof.issuer)

    @property
    def version(self) -> str:
        """The version for the forms of the page."""
        return version_of(self.record)


def proof_page(db: Session, actor: Actor, person_id: UserId) -> ProofPage:
    """Return a person's proofs for an admin. Raise NotFound for everyone else."""
    if not policy.may_manage_people(actor):
        raise NotFound
    person = queries.person(db, person_id)
    proofs = db.scalars(
        select(LifeSupportProof)
        .where(LifeSupportProof.user_id == person_id)
        .order_by(LifeSupportProof.seen_at.desc(), LifeSupportProof.id.desc())
    ).all()
    acted = [
        staff_id for proof in proofs for staff_id in (proof.seen_by, proof.ended_by) if staff_id
    ]
    names = {
        staff_member.user_id: staff_member.name
        for staff_member in queries.people(db, acted).values()
    }
    rows = [_row(proof, names) for proof in proofs]
    return ProofPage(
        person,
        next((row for row in rows if row.ended_at is None), None),
        tuple(row for row in rows if row.ended_at is not None),
    )


def _row(proof: LifeSupportProof, names: dict[UserId, str]) -> ProofRow:
    return ProofRow(
        passed_on=proof.passed_on,
        expires_on=proof.expires_on,
        issuer=proof.issuer,
        seen_at=proof.seen_at,
        seen_by=names[proof.seen_by],
        ended_at=proof.ended_at,
        ended_by=names[proof.ended_by] if proof.ended_by else None,
        end_reason=proof.end_reason,
    )


def has_proofs(db: Session) -> bool:
    """Return whether any proof is on record, of whatever person."""
    return db.scalar(select(LifeSupportProof.id).limit(1)) is not None
