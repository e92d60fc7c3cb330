"""Whether names can be printed on a certificate: the printer itself is asked, with the certificate's fonts.

A font table would only guess. Every answer is remembered in this process, because neither the fonts nor
the printer change while it runs.
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

log = structlog.get_logger("preceptor.names")

WITHIN = 4.0
"""Seconds that a person waits for the answer when they save a name."""
AT_ONCE = 2
"""Names that are tried at the same time."""
MOST_WAITING = 4
"""Callers that are answered or wait for their turn. Each holds a thread that pages need too; whoever comes
beyond gets no answer, so one person who sends many names holds nobody up."""
MOST_REMEMBERED = 5000
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_places, _queue = BoundedSemaphore(AT_ONCE), BoundedSemaphore(MOST_WAITING)
_remembered: dict[str, tuple[str, ...]] = {}
_guard = Lock()


class PrinterAway(Conflict):
    """The printer gave no answer in time, could not be started, or too many wait for it already."""

    title = "The printer does not answer now"

    def __init__(self) -> None:
        super().__init__(
            "Names on certificates cannot be checked at this moment. Wait a minute and try again."
        )


def letters_not_drawn(
    texts: Iterable[str], *, within: float = papers.PATIENCE
) -> Mapping[str, tuple[str, ...]]:
    """Return for each text the letters of it that no font of the certificate draws; empty: it is printed.

    Takes a tenth of a second or more for a text that was never asked about: call it outside a write block.
    Raise PrinterAway where there is no answer after `within` seconds.
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
    """Hold a place at the printer, or raise PrinterAway: when none is free in time, and at once where others
    wait already."""
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
    """Return the letters that are not drawn. Where the printer breaks over a text, that is every letter."""
    try:
        papers.exact_paper("name", {"names": list(texts)}, at=_ANY_DAY, within=within)
    except papers.NotLaidOut:
        return tuple(dict.fromkeys("".join("".join(texts).split())))
    except papers.NotDrawn as refused:
        letters = papers.letters_not_drawn(refused) or _letters_lost(refused)
        if not letters:
            raise
        # A letter is named together with the mark on it that is not drawn.
        return (
            tuple(letter for letter in letters if ord(letter) not in typeface.drawn_characters())
            or letters
        )
    return ()


def _letters_lost(refused: papers.NotDrawn) -> tuple[str, ...]:
    """Return the letters that the printer would lose under their marks; `name.typ` looks for them."""
    lost = re.search(r"lost: (\S+)", str(refused))
    return tuple(lost[1]) if lost else ()
