"""Each document that a version stored is read by this one, and means what it meant then."""

import pytest

from tests.make.golden import DOCUMENTS, ON_DEVICES, READERS, Golden, golden_documents, plain

GOLDEN = list(golden_documents())
ON_SERVER = [golden for golden in GOLDEN if golden.kind in READERS]


@pytest.mark.parametrize(
    "golden", ON_SERVER, ids=lambda golden: f"{golden.kind}-{golden.path.stem}"
)
def test_it_means_what_it_meant(golden: Golden):
    read = READERS[golden.kind][1]
    assert golden.read is not None, "run .venv/bin/python -m tests.make.golden"
    assert plain(read(golden.stored)) == golden.read


@pytest.mark.parametrize(
    "golden",
    [golden for golden in ON_SERVER if isinstance(golden.stored, dict)],
    ids=lambda golden: f"{golden.kind}-{golden.path.stem}",
)
def test_a_key_that_nobody_knows_changes_nothing(golden: Golden):
    """A later version may add an optional key. The hash of a certificate is over all of its keys."""
    read = READERS[golden.kind][1]
    changed = plain(read({**golden.stored, "unheard-of": [1]}))
    if golden.kind == "certificate-snapshots":
        changed["hash"] = golden.read["hash"]
    assert changed == golden.read


def test_each_version_of_each_kind_is_there():
    newest = {kind: version for kind, (version, _) in {**READERS, **ON_DEVICES}.items()}
    there = {kind: {golden.version for golden in GOLDEN if golden.kind == kind} for kind in newest}
    assert there == {kind: set(range(1, version + 1)) for kind, version in newest.items()}
    assert {path.name for path in DOCUMENTS.iterdir()} == set(newest)
