"""Where the files of this installation lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
COURSES = ROOT / "courses"
FOLDER_OF_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable in which the library of the figures looks for the folder of several processes."""
