"""Checks of the keys: that their files can be read, and that every key which the database needs is
there."""

import stat
from collections.abc import Iterable
from typing import Final

from app import key_files
from app.accounts.sealing_key_ids import keys_of_access_needs, keys_of_factors
from app.certificates.key_ids import signing_key_ids
from app.db.database import Database
from app.doctor.findings import Finding, attention, fault
from app.settings import Environment, Settings

SEALING_REMEDY: Final = "Put its line back into the file of PRECEPTOR_SEALING_KEYS from your copy."
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def look_at_key_files(settings: Settings) -> list[Finding]:
    """Report which keys are used for new values. Secrets are read but not shown."""
    try:
        keys = key_files.load(settings)
    except key_files.KeyFileProblem as problem:
        return [fault("keys", str(problem))]
    open_to_others = [
        kind.setting
        for kind in key_files.KINDS.values()
        if settings.env is Environment.production and kind.path(settings).stat().st_mode & _OTHERS
    ]
    if open_to_others:
        words = (
            f"Others than its owner have rights at the file of {' and of '.join(open_to_others)}."
        )
        return [attention("keys", words, "Close it: chmod 600.")]
    return [Finding("keys", f"{keys.signing.newest_id} signs, {keys.sealing.newest_id} seals")]


def look_at_needed_keys(database: Database, settings: Settings) -> list[Finding]:
    """Report keys that the database needs and that are in no key file any more."""
    keys = key_files.load(settings)
    with database.read() as db:
        factors_with = keys_of_factors(db)
        needs_with = keys_of_access_needs(db)
        signed_with = signing_key_ids(db)
    lost_factors = _missing(factors_with, keys.sealing.secrets)
    lost_needs = _missing(needs_with, keys.sealing.secrets)
    lost_signs = _missing(signed_with, keys.signing.public())
    findings = []
    if lost_factors:
        words = f"The sealing key of {lost_factors} authenticator apps is missing: their codes are refused."
        findings.append(fault("needed keys", words, SEALING_REMEDY))
    if lost_needs:
        whose = "1 person" if lost_needs == 1 else f"{lost_needs:,} people"
        words = f"The sealing key of the access needs of {whose} is missing: nobody can read them."
        findings.append(fault("needed keys", words, SEALING_REMEDY))
    if lost_signs:
        words = f"The signing key of {lost_signs} certificates is missing: they show as not valid."
        remedy = "Put its line back into the file of PRECEPTOR_SIGNING_KEYS from your copy."
        findings.append(fault("needed keys", words, remedy))
    return findings or [Finding("needed keys", "each key that the database needs is there")]


def _missing(used: dict[str, int], present: Iterable[str]) -> int:
    """Return how many values name a key that is not present."""
    present_ids = frozenset(present)
    return sum(count for key_id, count in used.items() if key_id not in present_ids)
