"""Finds and removes names and addresses of people who left in texts that others typed."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, String, and_, bindparam, cast, or_, select, update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.search_texts import write_search_texts_of
from app.kit.stored_messages import TEXTS, is_stored_message
from app.retention.endings import AT_ONCE, table

REMOVED: Final = "[removed]"
ASCII: Final = re.compile(r"[ !#-\[\]-~]+")
"""Characters that JSON and both databases handle in the same way."""
MOST: Final = 20 * AT_ONCE
"""How many rows of a column are read at once, and how many one sweep reads at most; the next sweep
continues."""
PLACES: Final = {
    "assessments": ("comment", "discard_reason"),
    "attempt_allowances": ("reason",),
    "attempt_exceptions": ("reason",),
    "attempt_extensions": ("reason",),
    "conversation_messages": ("removal_reason", "words"),
    "conversations": ("close_reason",),
    "audit_events": ("reason", "details", "personal_values"),
    "enrolments": ("note", "reason"),
    "factor_resets": ("reason",),
    "life_support_proofs": ("end_reason",),
    "notices": ("details",),
    "practicals": ("note",),
    "seats": ("reason",),
    "section_votes": ("words",),
    "step_marks": ("note",),
}
"""Text columns that may contain the name of another person."""
NAMELESS: Final = {
    "answers": ("response",),
    "attempts": ("drawn", "flags", "marks"),
    "certificate_blocks": ("reason",),
    "certificates": ("search_text", "snapshot", "revocation_reason"),
    "conversation_messages": ("search_text",),
    "conversations": ("course_title", "lesson_title", "section_anchor", "section_title"),
    "course_errata": ("was", "now", "why"),
    "course_revisions": ("delivery", "keys"),
    "enquiries": ("message", "note", "search_text"),
    "highlights": ("section", "lesson_title", "section_title", "passage"),
    "intakes": ("search_text",),
    "kept_mails": ("text", "source"),
    "operation_runs": ("detail", "detail_message"),
    "outbox_events": ("payload", "last_error", "error_message"),
    "practicals": ("search_text",),
    "reading_positions": ("section", "read_sections"),
    "section_notes": ("section", "lesson_title", "section_title", "words"),
    "section_votes": ("section", "lesson_title", "section_title"),
    "seats": ("policy",),
    "users": ("access_needs", "search_text", "sort_key"),
    "worker_heartbeats": ("trouble_message",),
}
"""Text columns that are not searched: certificates are signed, answers, courses and the headings at which
people stopped are about the subject, a note is read by its writer alone, search texts are made anew when a
name changes, and the others are deleted earlier or together with the account."""


@dataclass(frozen=True)
class Mentions:
    """The names and addresses of a few people, to be removed from texts.

    People choose their names freely, and a name may be an ordinary word such as “You”, “May” or
    “paid”. So a name is removed only where it is written like a name (see `_is_name`), or where it
    has several words and is written exactly as the person wrote it.
    """

    words: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.words, key=len, reverse=True)
        either = "|".join(re.escape(word) for word in longest_first)
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)

    def taken_out(self, value: Any) -> Any:
        """Return a text, or a JSON value, with the names of these people removed. The text of a stored
        message is the academy's own; only its values may name somebody."""
        if isinstance(value, str):
            return self.pattern.sub(self._instead, value)
        if isinstance(value, Mapping):
            ours = TEXTS if is_stored_message(value) else ()
            return {
                key: each if key in ours else self.taken_out(each) for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.taken_out(each) for each in value]
        return value

    def _instead(self, match: re.Match[str]) -> str:
        text = match.group()
        is_as_chosen = text in self.words and " " in text
        return REMOVED if "@" in text or is_as_chosen or _is_name(text) else text

    def condition(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a column may contain one of the words, ignoring case."""
        return or_(*(may_hold(column, word) for word in self.words))


def _is_name(text: str) -> bool:
    """Return whether words are written like a name: several words, of which the first and the last
    do not begin with a lower-case letter. A single word counts only in scripts without lower case;
    in other scripts it may be an ordinary word, and no pattern can tell the difference."""
    words = text.split()
    if len(words) == 1:
        return len(text) > 1 and text.lower() == text.upper() and not text.isdigit()
    return not (words[0][0].islower() or words[-1][0].islower())


def may_hold(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Return the condition that a column may contain the word; the exact pattern is applied later.
    SQLite ignores case only in ASCII, so the ASCII parts of the word are searched for, or its usual
    spellings if it has none."""
    is_json = isinstance(column.type, JSON)
    text = cast(column, String) if is_json else column
    pieces = [piece for piece in ASCII.findall(word) if len(piece) > 1]
    if pieces:
        return and_(*(text.icontains(piece, autoescape=True) for piece in pieces))
    spellings = sorted({word, word.lower(), word.upper(), word.title()})
    # JSON is stored with letters outside ASCII as \\u00e9, on both databases.
    written = [json.dumps(each)[1:-1] if is_json else each for each in spellings]
    return or_(*(text.icontains(each, autoescape=True) for each in written))


def take_out(database: Database, mentions: Mentions) -> bool:
    """Remove names and addresses from what others typed; return whether nothing is left to do. Rows
    are searched in a read block. Signed assessments are never changed."""
    if not mentions.words:
        return True
    return all(
        _take_out_of(database, name, column, mentions)
        for name, columns in PLACES.items()
        for column in columns
    )


def _take_out_of(database: Database, name: str, column: str, mentions: Mentions) -> bool:
    with database.read() as db:
        ids = list(islice(_holding(db, name, column, mentions), MOST))
    for start in range(0, len(ids), AT_ONCE):
        with database.write() as db:
            _rewrite(db, name, column, ids[start : start + AT_ONCE], mentions)
    return len(ids) < MOST


def _holding(db: Session, name: str, column: str, mentions: Mentions) -> Iterator[UUID]:
    """Yield the rows that contain one of the words. The database finds candidates; a short name is
    part of many other words, so there may be far more candidates than are read at once."""
    columns = table(name).c
    query = (
        select(columns.id, columns[column])
        .where(mentions.condition(columns[column]), *_is_unsigned(name))
        .order_by(columns.id)
        .limit(MOST)
    )
    rows = db.execute(query).all()
    while rows:
        yield from (row_id for row_id, value in rows if mentions.taken_out(value) != value)
        if len(rows) < MOST:
            return
        rows = db.execute(query.where(columns.id > rows[-1][0])).all()


def _rewrite(db: Session, name: str, column: str, ids: list[UUID], mentions: Mentions) -> None:
    columns = table(name).c
    rows = db.execute(
        select(columns.id, columns[column])
        .where(columns.id.in_(ids))
        .order_by(columns.id)
        .with_for_update()
    ).all()
    changed = [
        {"row_id": row_id, "text": text}
        for row_id, value in rows
        if (text := mentions.taken_out(value)) != value
    ]
    if changed:
        written = update(table(name)).where(columns.id == bindparam("row_id"))
        db.connection().execute(written.values({column: bindparam("text")}), changed)
        write_search_texts_of(db, name, [row["row_id"] for row in changed])


def _is_unsigned(name: str) -> Iterable[ColumnElement[bool]]:
    assessments = table("assessments").c
    if name == "assessments":
        return (assessments.signed_at.is_(None),)
    if name == "step_marks":
        unsigned = select(assessments.id).where(assessments.signed_at.is_(None))
        return (table(name).c.assessment_id.in_(unsigned),)
    return ()
