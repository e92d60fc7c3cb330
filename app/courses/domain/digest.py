"""The name of a revision of format 1: the digest of its two documents.

**`v1` never changes.** Stored revisions, certificates and audit rows hold digests that were computed this
way. It is computed from the documents as they are stored, not from today's models: a field that a model gains
later is not in them. Revisions of format 2 are named by their source: see `source_archive`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest_of_documents(delivery: str, keys: str, media: Mapping[str, str]) -> str:
    """Return “v1:” and 64 digits for a stored delivery document, its keys document, and the drawings by file
    name → digest. Raises ValueError where a text is not JSON, and KeyError or TypeError where it is no such
    document."""
    document = {
        "delivery": json.loads(delivery),
        "keys": _in_order(json.loads(keys)),
        "media": dict(media),
    }
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "v1:" + hashlib.sha256(canonical.encode()).hexdigest()


def _in_order(keys: dict[str, Any]) -> dict[str, Any]:
    """Return the keys with each set of right options in order; a stored set has none."""
    for quiz in keys["quizzes"].values():
        for key in quiz["questions"].values():
            key["correct"] = sorted(key["correct"])
    return keys
