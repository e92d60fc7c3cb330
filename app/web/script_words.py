"""The words of the scripts. A page carries those of the scripts that it uses, in its language.

The scripts in `static/js` hold no sentence: they ask `word("name")` of `words.js`. The words of each module
stand here, under its name. A page gets those of its behaviours and of the modules that these import, at
once or when they are wanted.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.kit.paths import STATIC
from app.kit.words import Words

SCRIPTS: Final = STATIC / "js"
_BEHAVIOUR: Final = 'data-behaviour="'
_IMPORTS: Final = re.compile(r"""\b(?:from\s+|import\()["']\./([a-z-]+)\.js["']""")
COUNTS: Final = range(200)
"""Numbers that meet every form of a plural."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A text that depends on the number `n`."""

    singular: str
    other: str


def script_text(text: str) -> str:
    """Mark a text of a script for translators. The script fills in its placeholders."""
    return text


def script_count(singular: str, other: str) -> Counted:
    """Mark a text of a script that depends on the number `{n}`."""
    return Counted(singular, other)


NO_ROOM: Final = script_text(
    "This tablet has no room to keep it: do not close or reload this page."
)
KEPT: Final = script_text("It is kept on this tablet and sent again by itself.")
NOT_SAVED_YET: Final = script_text("Not saved yet.")
REFUSED: Final = script_text("Not saved. {why}")
COPY: Final = {"copy": script_text("Copy"), "copied": script_text("Copied")}
NOT_REACHED: Final = script_text("We could not reach the academy. Try again.")
ENDED: Final = script_text("Your sign-in has ended.")
SAVING: Final = {
    "saving": script_text("Saving…"),
    "saved": script_text("Saved"),
    "saved-at": script_text("Saved {time}"),
}

OF_QUESTION: Final = script_text("Question {position}: {text}")
OPENS_LATER: Final = script_text(
    "Your answer is kept here. The page that you want opens as soon as the academy can be reached."
)

TEXTS: Final[Mapping[str, Mapping[str, str | Counted]]] = {
    "assess": {
        "done": script_text("Done"),
        "prompted": script_text("With prompt"),
        "not-done": script_text("Not done"),
        "not-observed": script_text("Not observed"),
        "no-mark": script_text("no mark"),
        "mark": script_text("“{mark}”"),
        "kept": KEPT,
        "no-room": NO_ROOM,
        "not-saved-yet": NOT_SAVED_YET,
        "signed-out": script_text("Not saved: your sign-in has ended. Sign in below."),
        "other-person": script_text(
            "Not saved: somebody else is signed in. Sign in below as yourself."
        ),
        "refused": REFUSED,
        "conflict": script_text(
            "Not saved: the step was marked on another tablet. On record: {theirs}. Yours: {mine}."
        ),
        "conflict-note": script_text(
            "Not saved: the step was marked on another tablet. On record: {theirs}, note “{note}”. "
            "Yours: {mine}."
        ),
        "of-step": script_text("Step {number}. {text}"),
        "step-marked": script_text("Step {number}: {mark}. Saved."),
        "step-saved": script_text("Step {number}: saved."),
    },
    "assess-comment": {
        "comment-kept": script_text(
            "Not saved yet. It is kept on this tablet and sent again by itself."
        ),
        "comment-no-room": script_text(
            "Not saved. This tablet has no room to keep it: do not close or reload this page."
        ),
        "refused": REFUSED,
        "comment-conflict": script_text(
            "Not saved: the comment was changed on another tablet. On record: “{comment}”"
        ),
        "of-comment": script_text("The comment. {text}"),
        "comment-saved": script_text("The comment is saved."),
    },
    "bedside": {
        **SAVING,
        "no-answer": script_text("The academy does not answer."),
        "offline": script_text("This tablet is offline."),
        "sign-in-ended": ENDED,
        "somebody-else": script_text("Somebody else is signed in on this tablet."),
        "step": script_text("step {number}"),
        "comment": script_text("the comment"),
        "count-not-saved": script_count("{n} not saved", "{n} not saved"),
        "all-kept": script_text("Kept on this tablet."),
        "all-no-room": script_text(
            "This tablet has no room to keep them: do not close or reload this page."
        ),
        "not-saved-list": script_text("Not saved: {list}."),
        "signing-waits": script_text("Signing waits."),
        "all-saved": script_text("Everything is saved."),
        "link-waits": script_text("This waits until it is saved."),
        "leave-again": script_text("Press again to leave."),
    },
    "busy": {"sending": script_text("Sending…")},
    "confirm": {"go-back": script_text("Go back")},
    "copy": {
        **COPY,
        "copy-link": script_text("Copy the link"),
        "link-copied": script_text("The link is copied"),
        "link-selected": script_text(
            "The link is selected. Copy it with the keyboard or the menu."
        ),
    },
    "copy-text": {
        **COPY,
        "text-copied": script_text("The text is copied"),
        "text-selected": script_text(
            "The text is selected. Copy it with the keyboard or the menu."
        ),
        "now-copy": script_text("Selected: now copy it"),
    },
    "picture-dialog": {
        "larger": script_text("Larger"),
        "smaller": script_text("Smaller"),
        "close": script_text("Close"),
        "percent": script_text("{n} %"),
    },
    "enlarge": {
        "enlarge": script_text("Enlarge picture"),
        "enlarge-which": script_text("Enlarge picture: {caption}"),
    },
    "letters-left": {
        "left": script_count("{n} letter left", "{n} letters left"),
        "too-many": script_count("{n} letter too many", "{n} letters too many"),
    },
    "clear": {
        "clear-yes": script_text("Thank you."),
        "clear-not-quite": script_text("Thank you. What was not clear?"),
        "clear-words": script_text("Thank you. The authors will read it."),
        "clear-none": script_text("Taken back."),
    },
    "section-note": {
        "saving": SAVING["saving"],
        "saved-at": SAVING["saved-at"],
        "not-saved-yet": NOT_SAVED_YET,
        "refused": REFUSED,
        "offline": script_text("Not saved: there is no network. It is tried again by itself."),
        "taken-away": script_text("Taken away"),
    },
    "held-page": {
        "newest-here": script_text("Your newest answer is on this device."),
        "send-now": script_text("Send your answers now?"),
    },
    "offline": {
        "sealed-at": script_text("Sealed at {time}, not sent yet."),
        "sealed": script_text("Your answers are sealed on this device"),
        "keep-browser": script_text(
            "Keep this browser: it sends them by itself when the network is back. If you close the page, "
            "come back to the academy on this device."
        ),
        "open-it": script_text("Open it again"),
        "open-again": script_text("Your attempt is open again."),
    },
    "passkeys": {
        "not-reached": NOT_REACHED,
        "too-many": script_text(
            "There were too many tries. Wait five minutes, or go on another way."
        ),
        "not-now": script_text("This did not work. Try again, or go on another way."),
        "not-given": script_text(
            "Nothing was done: the passkey was not given, or it took too long. Try again, or go on another "
            "way."
        ),
        "has-passkey": script_text("This device has a passkey for you already."),
    },
    "quiz": {
        "of-question": OF_QUESTION,
        "opens-later": OPENS_LATER,
        "flag-not-stored": script_text(
            "The academy cannot be reached, so this flag is not stored. Your answers are not affected."
        ),
    },
    "quiz-nav": {
        "answered": script_text("Question {position}, answered"),
        "answered-flagged": script_text("Question {position}, answered, flagged"),
        "flagged": script_text("Question {position}, flagged"),
        "flagged-count": script_count("{n} flagged", "{n} flagged"),
        "question": script_text("Question {position}"),
    },
    "quiz-question": {
        **SAVING,
        "not-saved": script_text("Not saved"),
        "on-device": script_text("Saved on this device"),
        "in-tab": script_text("Kept in this tab"),
        "tab-only": script_text("This device has no room left, so do not close this tab."),
        "memory-only": script_text(
            "This device has no room to keep your answer. Do not close or reload this page."
        ),
        "with-advice": script_text("{state}. {advice}"),
        "of-question": OF_QUESTION,
        "signed-out": script_text(
            "You are signed out. Sign in again in another tab, and we send it."
        ),
        "other-person": script_text(
            "Somebody else is signed in. Sign in as yourself in another tab, and we send it."
        ),
        "trying": script_text("We keep trying to send it."),
        "when-online": script_text(
            "You are offline. We keep your answer and send it when you are back."
        ),
        "choose-again": script_text("Choose your answer again."),
        "two-answers": script_text("Two answers"),
        "another-device": script_text(
            "Another device has saved a different answer to this question. Both are kept."
        ),
        "choose": script_text("Choose which one counts"),
        "opens-later": OPENS_LATER,
    },
    "quiz-send": {
        "not-answered": script_count("{n} not answered", "{n} not answered"),
        "still-here": script_text(
            "Some answers are still on this device. Connect to the internet and send again."
        ),
    },
    "quiz-timer": {
        "half-left": script_text("Half of the time is left"),
        "minutes-left": script_count("{n} minute left", "{n} minutes left"),
        "time-up": script_text("Time is up. Your answers are being sent."),
        "more-time": script_text("You have been given more time."),
        "time-over": script_text("Time is up. In a few seconds you see what you can do now."),
        "time-up-kept": script_text(
            "Time is up. We cannot reach the academy at the moment: your answers are kept on this device and "
            "sent as soon as it answers."
        ),
        "time-left": script_text("Time left"),
    },
    "requests": {
        "confirm-count": script_count("Confirm {n}", "Confirm {n}"),
        "confirm-ticked": script_text("Confirm the ticked"),
        "mail-left": script_text("The mail has left."),
        "not-reached": NOT_REACHED,
    },
    "roster": {
        "present": script_text("{name}: present."),
        "absent": script_text("{name}: absent."),
        "unmarked": script_text("{name}: not marked."),
        "press-again": script_text("Not saved. Press again."),
        "ended-press-again": script_text(
            "Not saved: your sign-in has ended. Sign in in another tab, then press again."
        ),
        "refused": REFUSED,
        "of-person": script_text("{name}. {text}"),
    },
    "series": {
        "save-count": script_count("Save and publish {n} day", "Save and publish {n} days"),
        "save-ticked": script_text("Save and publish the ticked days"),
    },
    "sheet-queue": {"not-accepted": script_text("It was not accepted.")},
    "show-password": {
        "hide": script_text("Hide"),
        "show": script_text("Show"),
        "hide-password": script_text("Hide “{field}”"),
        "show-password": script_text("Show “{field}”"),
        "password-shown": script_text("Your password is shown"),
        "password-hidden": script_text("Your password is hidden"),
    },
    "sign-hold": {
        "not-signed": script_text(
            "Not signed: this tablet holds something that is not saved. Go back to marking."
        )
    },
    "sign-in-again": {
        "not-reached": NOT_REACHED,
        "check-password": script_text("This did not work. Check the password and try again."),
        "wrong-person": script_text("The sign-in did not work for this person. Try again."),
        "signed-in-again": script_text("You are signed in again."),
    },
    "sign-in-ends": {
        "ends-soon": script_count(
            "You will be signed out in a minute, unless you go on.",
            "You will be signed out in {n} minutes, unless you go on.",
        ),
        "ended": script_text(
            "Your sign-in has ended. When you save, you sign in first, and what you typed is kept."
        ),
        "you-stay": script_text("You stay signed in"),
        "no-longer": script_text(
            "This sign-in cannot last longer. Save your work; signing in again takes a moment."
        ),
        "not-sent": script_text("This could not be sent. Check your connection and press again."),
    },
}


def with_script_words(page: str, words: Words) -> str:
    """Return a page with the words of its behaviours, at the end of its body."""
    # Splitting a lesson takes 20 µs, a regular expression 33, of some 600.
    after_each = page.split(_BEHAVIOUR)[1:]
    behaviours = frozenset(words_after.partition('"')[0] for words_after in after_each)
    block = _block(behaviours, words)
    end = page.rfind("</body>")
    return f"{page[:end]}{block}{page[end:]}" if block and end >= 0 else page


@lru_cache(500)
def _block(behaviours: frozenset[str], words: Words) -> str:
    """Return the words of some behaviours as a data block, which no browser runs."""
    modules = modules_of(frozenset(" ".join(behaviours).split()))
    texts = {
        name: _translated(text, words)
        for module in sorted(modules)
        for name, text in TEXTS.get(module, {}).items()
    }
    if not texts:
        return ""
    document = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    # Inside a script element only "<" could end the block.
    document = document.replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{document}</script>'


@lru_cache(500)
def modules_of(behaviours: frozenset[str]) -> frozenset[str]:
    """Return modules and what they import, as far as it goes."""
    seen: set[str] = set()
    waiting = set(behaviours)
    while waiting:
        module = waiting.pop()
        path = SCRIPTS / f"{module}.js"
        if module not in seen and path.is_file():
            seen.add(module)
            waiting |= set(_IMPORTS.findall(path.read_text()))
    return frozenset(seen)


def _translated(text: str | Counted, words: Words) -> str | dict[str, str]:
    """Return a text, or its forms by the names that CLDR and `Intl.PluralRules` give to them."""
    if isinstance(text, str):
        return words.catalogue.gettext(text)
    rule = words.formats.locale.plural_form
    return {
        rule(n): words.catalogue.ngettext(text.singular, text.other, n) for n in reversed(COUNTS)
    }
