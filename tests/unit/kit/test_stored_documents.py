"""Stored documents of any version become the newest; later and damaged ones are refused, in words."""

import pytest

from app.kit.messages import msg
from app.kit.stored_documents import (
    DamagedDocument,
    DocumentKind,
    LaterVersionNeeded,
    stepped,
    upgraded,
    version_of_document,
)

ANSWERS = DocumentKind(msg("answers"), msg("Answers"))
LATER = (
    "A later version of Preceptor stored answers: they have version 4. This version reads them up to "
    "version 3. Nothing is lost. The academy needs the later version again to show this; everything "
    "else works."
)
DAMAGED = (
    "Answers cannot be read, because the stored data is damaged. Write to the academy: “preceptor audit” "
    "names what is damaged, and a backup has it whole."
)
STEPS = {
    1: lambda document: {"version": 2, "steps": [*document.get("steps", ()), "1 to 2"]},
    2: lambda document: {"version": 3, "steps": [*document.get("steps", ()), "2 to 3"]},
}


@pytest.mark.parametrize(
    ("document", "version"),
    [({}, 1), ({"version": 1}, 1), ({"version": 2, "more": 0}, 2), ({"version": 3}, 3)],
)
def test_a_document_without_a_version_is_of_the_first(document, version):
    assert version_of_document(document, ANSWERS, newest=3) == version


def test_a_later_version_is_named_with_the_newest_that_is_read():
    for read in (
        version_of_document,
        lambda *rest, newest: upgraded(*rest, newest=newest, steps=STEPS),
    ):
        with pytest.raises(LaterVersionNeeded) as refused:
            read({"version": 4}, ANSWERS, newest=3)
        assert refused.value.reason == "needs-newer-version"
        assert str(refused.value) == LATER


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {"version": 0},
        {"version": -1},
        {"version": True},
        {"version": "1"},
        {"version": 9.0},
    ],
    ids=repr,
)
def test_what_is_no_document_is_damaged(document):
    for read in (
        version_of_document,
        lambda *rest, newest: upgraded(*rest, newest=newest, steps=STEPS),
    ):
        with pytest.raises(DamagedDocument) as refused:
            read(document, ANSWERS, newest=3)
        assert refused.value.reason == "damaged"
        assert str(refused.value) == DAMAGED


@pytest.mark.parametrize(
    ("document", "steps"),
    [
        ({}, ["1 to 2", "2 to 3"]),
        ({"version": 2, "steps": ["stored"]}, ["stored", "2 to 3"]),
        ({"version": 3, "steps": ["stored"]}, ["stored"]),
    ],
)
def test_the_steps_are_taken_from_the_version_of_the_document(document, steps):
    assert upgraded(document, ANSWERS, newest=3, steps=STEPS)["steps"] == steps
    version = document.get("version", 1)
    assert stepped(document, version, newest=3, steps=STEPS)["steps"] == steps
