"""The paths of this installation's files."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"
COURSES = ROOT / "courses"
FOLDER_OF_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with which the metrics library finds the shared folder of several
processes."""
