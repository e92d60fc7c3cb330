"""Documents as they were stored: `tests/fixtures/stored/documents/<kind>/<version>-<name>.json`.

Each file has the document (`stored`) and, in plain JSON, what it meant then (`read`). Every later
version reads the same from it. The files are never changed. To add one, write it with `"read": null`, run

    .venv/bin/python -m tests.make.golden

which fills in what this version reads, and look at the result before you commit it. A new kind of document
has a row in READERS, and in the table “Stored documents” of CONTRIBUTING.md.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.accounts.kept_forms import KeptForms
from app.audit.changes import DETAILS_VERSION, read_details
from app.certificates import domain as certificates
from app.certificates.records import trained
from app.enrolments.api import RequestedShape
from app.handlers import handlers_with
from app.kit.ids import EventId, UserId
from app.kit.messages import Message
from app.kit.stored_messages import REASON_VERSION, from_stored, read_reason
from app.learning.highlights import HIGHLIGHT_VERSION, read_passage
from app.practicals.domain import seat_policies
from app.quizzes.domain import stored
from tests.make.keys import ISSUER
from tests.make.mails import meaning, meaning_of_notice

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCUMENTS = Path(__file__).parent.parent / "fixtures" / "stored" / "documents"
SECRET = "the secret of golden documents"
OWNER, KEPT = UserId(UUID(int=7)), EventId(UUID(int=9))


@dataclass(frozen=True)
class Golden:
    """One stored document. `version` is that of its shape, `read` what it means."""

    kind: str
    version: int
    path: Path
    stored: Any
    read: Any


def golden_documents() -> Iterator[Golden]:
    for path in sorted(DOCUMENTS.glob("*/*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        version = int(path.name.partition("-")[0])
        yield Golden(path.parent.name, version, path, file["stored"], file["read"])


def plain(value: object) -> Any:
    """Return a value in plain JSON: sets in order, everything else in words."""
    return json.loads(json.dumps(value, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)


FIELDS_OF_RESPONSES = {"options": frozenset[str](), "text": "", "number": None}
"""Those that responses had before types had folders. Golden documents of the first four types name them."""


def _answer(document: Any) -> Any:
    """What was typed is left out of an answer that could be read: no version before 2026-12-05 had it."""
    read = asdict(stored.read_response(document))
    if not read["typed"]:
        del read["typed"]
    if FIELDS_OF_RESPONSES.keys().isdisjoint(read["response"]):
        return read
    return {**read, "response": {**FIELDS_OF_RESPONSES, **read["response"]}}


def _drawn(document: Any) -> Any:
    return [
        {**asdict(question), "options": [option._asdict() for option in question.options]}
        for question in stored.read_drawn(document)
    ]


def _passage(document: Any) -> Any:
    return asdict(read_passage(json.dumps(document)))


def _marks(document: Any) -> Any:
    return [asdict(mark) for mark in stored.read_marks(document)]


def _snapshot(document: Any) -> Any:
    """The hash is over the whole document: a certificate is genuine only while it stays the same."""
    practicals = [asdict(practical) for practical in trained(document)]
    return {"hash": certificates.hash_of(document), "practicals": practicals}


def _kept_form(document: Any) -> Any:
    form = KeptForms(SECRET)._open(b64decode(document), KEPT, OWNER)
    return None if form is None else asdict(form)


def _requested(document: Any) -> Any:
    return RequestedShape.model_validate_json(document).model_dump()


def _fact(row: dict[str, Any]) -> dict[str, Any]:
    fact = handlers_with(ISSUER).fact_of(row["name"], row["payload"])
    return {"class": type(fact).__name__, **fact.model_dump(mode="json")}


def _message(document: Any) -> Any:
    message = from_stored(document)
    assert isinstance(message, Message)
    return {"words": str(message), **asdict(message)}


def _reason(text: Any) -> Any:
    words = read_reason(text)
    return {"words": str(words), **(asdict(words) if isinstance(words, Message) else {})}


def _details_of_act(row: dict[str, Any]) -> Any:
    return asdict(read_details(row["details"], row["personal_values"]))


def _flags(document: Any) -> Any:
    return sorted(stored.read_flags(document))


def _seat_policy(document: Any) -> Any:
    return asdict(seat_policies.read_policy(document))


READERS: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "answers": (stored.RESPONSE_VERSION, _answer),
    "drawn-questions": (stored.DRAWN_VERSION, _drawn),
    "marks": (stored.MARKS_VERSION, _marks),
    "flags": (stored.FLAGS_VERSION, _flags),
    "certificate-snapshots": (certificates.FORMAT, _snapshot),
    "highlights": (HIGHLIGHT_VERSION, _passage),
    "kept-forms": (1, _kept_form),
    "answers-to-forms": (1, _requested),
    "details-of-acts": (DETAILS_VERSION, _details_of_act),
    "facts": (1, _fact),
    "mails": (2, meaning),
    "messages": (1, _message),
    "seat-policies": (seat_policies.NEWEST, _seat_policy),
    "reasons": (REASON_VERSION, _reason),
    "notices": (2, meaning_of_notice),
}
"""The newest version of each kind, and what reads every version of it, in plain values."""

ON_DEVICES = {
    "positions-on-devices": (1, "tests/browser/test_learning.py"),
    "notes-on-devices": (1, "tests/browser/test_no_network.py"),
    "answers-on-devices": (1, "tests/browser/test_quiz.py"),
    "queues-on-devices": (1, "tests/browser/test_quiz.py"),
    "sheets-on-devices": (1, "tests/browser/test_bedside.py"),
}
"""The newest version of each kind that a browser stores, and the test in which a browser reads them."""


def on_devices(kind: str) -> list[Golden]:
    """Return the golden documents of a kind that a browser stores."""
    return [golden for golden in golden_documents() if golden.kind == kind]


INTO_QUEUE = """item => new Promise((resolve, reject) => {
    const request = indexedDB.open("preceptor");
    request.onupgradeneeded = () => request.result.createObjectStore("items", { keyPath: "key" });
    request.onsuccess = () => {
        const transaction = request.result.transaction("items", "readwrite");
        transaction.objectStore("items").put(item);
        transaction.oncomplete = () => { request.result.close(); resolve(); };
        transaction.onabort = reject;
    };
})"""
IN_QUEUE = """() => new Promise((resolve) => {
    const request = indexedDB.open("preceptor");
    request.onsuccess = () => {
        const items = request.result.transaction("items").objectStore("items").getAll();
        items.onsuccess = () => { request.result.close(); resolve(items.result); };
    };
})"""
"""What a browser holds for everybody who used it."""


def put_on_device(page: "Page", golden: Golden, names: dict[str, str]) -> None:
    """Store a document in a browser as a version did. `names` are the ids that stand in braces in it."""
    text = json.dumps(golden.stored)
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    document = json.loads(text)
    if "item" in document:
        page.evaluate(INTO_QUEUE, document["item"])
    else:
        store = "([key, text]) => localStorage.setItem(key, text)"
        page.evaluate(store, [document["key"], json.dumps(document["value"])])


def main() -> None:
    for golden in golden_documents():
        if golden.read is None and golden.kind in READERS:
            read = plain(READERS[golden.kind][1](golden.stored))
            text = json.dumps({"stored": golden.stored, "read": read}, ensure_ascii=False, indent=2)
            golden.path.write_text(text + "\n", encoding="utf-8")
            print(f"{golden.path.relative_to(DOCUMENTS)}: {json.dumps(read, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
