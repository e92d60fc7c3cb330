"""The academy of this installation: its settings and its file as one value, read when a process
starts."""

from email.utils import parseaddr
from pathlib import Path
from typing import Final

from app.courses.domain.academy_file import parse_academy
from app.kit.academy import Academy, AcademyFileProblem
from app.kit.paths import COURSES
from app.settings import Settings

SETTING: Final = "PRECEPTOR_ACADEMY_FILE"
SHIPPED: Final = COURSES / "academy.yaml"
"""The file of the academy whose courses come with this release. Used if the setting names no other
file."""
LARGEST: Final = 400_000


def load_academy(settings: Settings) -> Academy:
    """Return the academy, or raise AcademyFileProblem with everything that is wrong with its file.

    Without a file the academy has its settings and neutral words.
    """
    neutral = neutral_academy(settings)
    path = path_of_academy(settings)
    if path is None:
        return neutral
    parsed = parse_academy(str(path), _read(path), neutral)
    if parsed.academy is None:
        listed = "".join(f"\n  {problem}" for problem in parsed.problems)
        raise AcademyFileProblem(f"{SETTING}: mend the file of the academy first:{listed}")
    return parsed.academy


def neutral_academy(settings: Settings) -> Academy:
    """Return an academy from the settings alone."""
    return Academy(
        name=settings.academy_name,
        zone=settings.time_zone,
        mail=parseaddr(settings.mail_from)[1],
    )


def path_of_academy(settings: Settings) -> Path | None:
    """Return the file in use: the one that the setting names, or else the shipped one if it exists."""
    if settings.academy_file is not None:
        return settings.academy_file
    return SHIPPED if SHIPPED.exists() else None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise AcademyFileProblem(
            f"{SETTING} names a file that cannot be read: {path} ({why}). "
            f"Example: {SETTING}=/etc/preceptor/academy.yaml"
        ) from None
