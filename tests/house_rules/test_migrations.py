"""Each migration after the first release says what going back would lose."""

import pytest
from alembic.script import Script, ScriptDirectory

from app.db.releases import RELEASES
from app.kit.paths import MIGRATIONS

STORED = ScriptDirectory(str(MIGRATIONS))
CHAIN = tuple(STORED.walk_revisions())
PLACES = {step.revision: place for place, step in enumerate(CHAIN)}
LATER = CHAIN[: PLACES[RELEASES[0].revision]]


def test_the_migrations_are_one_chain() -> None:
    """Two that follow on the same one, such as of two branches, leave a database that upgrades to neither."""
    assert len(STORED.get_heads()) == 1, f"put one behind the other: {STORED.get_heads()}"


def test_the_releases_stand_in_the_chain_in_their_order() -> None:
    places = [PLACES[release.revision] for release in RELEASES]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("step", LATER, ids=lambda step: step.revision)
def test_a_migration_declares_what_going_back_loses(step: Script) -> None:
    """`loses = {}` says that it loses nothing. Another test runs each downgrade and compares the
    rows."""
    loses = getattr(step.module, "loses", None)
    assert isinstance(loses, dict), f"{step.path}: declare loses"
    for what, means in loses.items():
        assert what.partition(".")[0].isidentifier(), f"{step.path}: {what}"
        assert means, f"{step.path}: say what losing {what} means"
        assert not means.endswith("."), f"{step.path}: a part of a sentence"
    for statement, reason in getattr(step.module, "one_way_if", ()):
        assert statement.startswith("SELECT count(*) FROM "), f"{step.path}: {statement}"
        assert reason, f"{step.path}: say why the way back is closed"
