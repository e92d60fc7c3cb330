"""Checks whether names can be printed on a certificate, by printing them with the certificate's
fonts.

A look at the font's tables would only be a guess. Results are cached in this process, because
neither the fonts nor typst change while it runs.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import BoundedSemaphore, Lock

import structlog

from app.documents import papers
from app.kit import typeface
from app.kit.errors import Conflict
from app.kit.messages import msg
from app.kit.words import ENGLISH_WORDS

log = structlog.get_logger("preceptor.names")

WITHIN = 4.0
"""How many seconds a person waits for the result when they save a name."""
AT_ONCE = 2
"""How many names are checked at the same time."""
MOST_WAITING = 4
"""How many callers may be served or wait. Each occupies a thread that pages also need. Further
callers get no result, so that a person who sends many names does not delay others."""
MOST_REMEMBERED = 5000
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_places, _queue = BoundedSemaphore(AT_ONCE), BoundedSemaphore(MOST_WAITING)
_remembered: dict[str, tuple[str, ...]] = {}
_guard = Lock()


class PrinterAway(Conflict):
    """typst gave no result in time or could not be started, or too many callers are waiting."""

    title = msg("The printer does not answer now")

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Names on certificates cannot be checked at this moment. Wait a minute and try again."
            )
        )


def letters_not_drawn(
    texts: Iterable[str], *, within: float = papers.PATIENCE
) -> Mapping[str, tuple[str, ...]]:
    """Return for each text the letters that no font of the certificate has; empty if it can be
    printed.

    Takes 0.1 s or more for a new text, so call it outside write blocks, and there
    `letters_found_missing`. Raise PrinterAway if there
    is no result after `within` seconds.
    """
    wanted = tuple(dict.fromkeys(texts))
    with _guard:
        answers = {text: _remembered[text] for text in wanted if text in _remembered}
    if new := [text for text in wanted if text not in answers]:
        answers |= _ask(new, within)
        with _guard:
            if len(_remembered) + len(new) > MOST_REMEMBERED:
                _remembered.clear()
            _remembered.update(answers)
    return answers


def letters_found_missing(texts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what `letters_not_drawn` has returned for these texts, for a write block: nothing is
    printed. Raise PrinterAway if a text was not checked before, for instance because it was written
    after the check."""
    wanted = tuple(dict.fromkeys(texts))
    with _guard:
        answers = {text: _remembered[text] for text in wanted if text in _remembered}
    if len(answers) < len(wanted):
        raise PrinterAway
    return answers


def _ask(texts: Sequence[str], within: float) -> dict[str, tuple[str, ...]]:
    with _in_turn(within):
        try:
            missing = set(_try_to_print(texts, within))
            return {
                text: _try_to_print([text], within) if missing.intersection(text) else ()
                for text in texts
            }
        except (papers.TakesTooLong, OSError, subprocess.SubprocessError, ValueError) as error:
            log.warning("printer away", exc_info=error)
            raise PrinterAway from None


@contextmanager
def _in_turn(within: float) -> Iterator[None]:
    """Wait for a free slot, or raise PrinterAway: if none is free in time, or at once if too many
    wait."""
    if not _queue.acquire(blocking=False):
        raise PrinterAway
    try:
        if not _places.acquire(timeout=within):
            raise PrinterAway
        try:
            yield
        finally:
            _places.release()
    finally:
        _queue.release()


def _try_to_print(texts: Sequence[str], within: float) -> tuple[str, ...]:
    """Return the letters that cannot be printed. If typst crashes on a text, return all its
    letters."""
    try:
        papers.exact_paper(
            "name", {"names": list(texts)}, ENGLISH_WORDS, at=_ANY_DAY, within=within
        )
    except papers.NotLaidOut:
        return tuple(dict.fromkeys("".join("".join(texts).split())))
    except papers.NotDrawn as refused:
        letters = papers.letters_not_drawn(refused) or _letters_lost(refused)
        if not letters:
            raise
        # A letter is reported together with the combining mark that the font lacks.
        return (
            tuple(letter for letter in letters if ord(letter) not in typeface.drawn_characters())
            or letters
        )
    return ()


def _letters_lost(refused: papers.NotDrawn) -> tuple[str, ...]:
    """Return the letters that typst would drop under their combining marks; `name.typ` finds them."""
    lost = re.search(r"lost: (\S+)", str(refused))
    return tuple(lost[1]) if lost else ()
