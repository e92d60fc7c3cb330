"""Puts stored mails in words, in every language of the installation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment

from app.kit.words import Words
from app.mail.kinds import MailKinds
from app.mail.letters import Letter, Letters


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Writes letters of the kinds of mail. `templates` returns the environment of a language."""

    kinds: MailKinds
    templates: Callable[[Words], Environment]
    academy: str
    base_url: str
    _letters: dict[str, Letters] = field(default_factory=dict, init=False, repr=False)

    def letter(
        self, template: str, document: Mapping[str, Any], words: Words, **further: Any
    ) -> Letter:
        """Return a stored mail in words; `further` are values that are not stored.

        Raises BadLetter if the template is invalid, LaterVersionNeeded and DamagedDocument.
        """
        filling = {**further, **self.kinds.filling_of(template, document)}
        return self._in(words).read(template, filling, academy=self.academy, base_url=self.base_url)

    def subject(self, template: str, document: Mapping[str, Any], words: Words) -> str:
        """Return only the subject, for a list of letters. Raises what `letter` raises."""
        filling = self.kinds.filling_of(template, document)
        return self._in(words).read_subject(
            template, filling, academy=self.academy, base_url=self.base_url
        )

    def html(self, letter: Letter) -> str:
        """Return a letter as HTML."""
        return self._in(letter.words).html(letter)

    def _in(self, words: Words) -> Letters:
        letters = self._letters.get(words.tag)
        if letters is None:
            letters = Letters.over(self.templates(words), words)
            self._letters[words.tag] = letters
        return letters
