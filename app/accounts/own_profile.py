"""A person's own profile: their name, the name for certificates, background, language and access needs."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.domain import Profile
from app.accounts.facts import NameSaved
from app.accounts.models import User
from app.accounts.needs_sealing import sealed_needs
from app.accounts.proof_requirements import details_to_prove
from app.accounts.queries import profile_from
from app.accounts.steps.audit_log import person_changes, record_account_act
from app.db.sealed import Sealed
from app.db.search_texts import search_columns
from app.kit.actor import (
    Actor,
    own_use_case,
)
from app.kit.errors import ProofNeeded
from app.kit.keys import SealingKeys
from app.kit.versions import demand_current
from app.outbox.service import announce


@own_use_case
def change_profile(
    db: Session,
    actor: Actor,
    profile: Profile,
    sealing: SealingKeys,
    *,
    expected_version: str,
    now: datetime,
) -> None:
    """Save the actor's own profile. Raise Stale if it was changed since the form was opened, and
    ProofNeeded if a personal detail changes without a fresh proof. Access needs are sealed; those that
    no key opens stay as they are, unless the profile has new ones."""
    user = db.scalars(
        select(User)
        .where(User.id == actor.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    recorded = profile_from(user, sealing)
    demand_current(expected_version, recorded=recorded.record, sent=profile.record)
    by_token = actor.sign_in_id is None
    if details_to_prove(recorded, profile, by_token=by_token) and not actor.has_fresh_proof(now):
        raise ProofNeeded
    db.execute(
        update(User)
        .where(User.id == actor.user_id)
        .values(
            name=profile.name,
            certificate_name=profile.certificate_name,
            **_searched_by(user, profile),
            is_medical=profile.is_medical,
            profession=profile.profession,
            registration_number=profile.registration_number,
            access_needs_sealed=_sealed_needs(user, recorded, profile, sealing),
            theme=profile.theme,
            language=profile.language,
        )
    )
    changes = person_changes(recorded.record, profile.record)
    record_account_act(
        db, actor.user_id, actor.user_id, "accounts.profile_changed", changes=changes, now=now
    )
    if (recorded.name, recorded.certificate_name) != (profile.name, profile.certificate_name):
        announce(db, NameSaved(user_id=actor.user_id), now=now)


def _searched_by(user: User, profile: Profile) -> dict[str, str]:
    names = {"name": profile.name, "certificate_name": profile.certificate_name}
    return search_columns(User, {"email": user.email, **names})


def _sealed_needs(
    user: User, recorded: Profile, profile: Profile, sealing: SealingKeys
) -> Sealed | None:
    """Return the access needs to store: those on record where they stay or cannot be read."""
    if profile.access_needs is not None:
        if profile.access_needs == recorded.access_needs:
            return user.access_needs_sealed
        return sealed_needs(sealing, profile.access_needs, user.id)
    return user.access_needs_sealed if recorded.are_needs_unreadable else None
