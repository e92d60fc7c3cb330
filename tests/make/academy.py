"""An academy for tests that need no file."""

from app.kit.academy import Academy

ACADEMY = Academy(name="Preceptor Academy", zone="Europe/London", mail="office@academy.example")
