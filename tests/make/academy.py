"""An academy for tests that need no file."""

from app.kit.academy import Academy
from app.languages import languages_of

ACADEMY = Academy(name="Preceptor Academy", zone="Europe/London", mail="office@academy.example")

WORDS = languages_of(ACADEMY).own
