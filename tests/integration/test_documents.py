"""What the documents tell an administrator to type exists: commands, options, settings, paths.

The whole manual is typed in tests/e2e/test_manual.py, in the deep run.
"""

import re
import shlex
from typing import Any

import pytest
import typer

from app import cli
from app.kit.paths import ROOT
from app.settings import Settings
from app.settings_rules import PREFIX
from app.settings_sources import FROM_FILES, SUFFIX
from tests.make.manual import (
    MANUAL,
    SETTINGS_PAGE,
    SUBSTITUTIONS,
    blocks,
    commands,
    steps_of_installation,
)

DEPLOY = ROOT / "docs" / "deploy"
DOCUMENTS = [
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(DEPLOY.iterdir()),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
]
PRECEPTOR = typer.main.get_command(cli.app)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MOST_LINES = 300
OURS = re.compile(r"/(?:etc|var/lib|var/backups|run)/preceptor[\w/.-]*|/opt/preceptor/current")


def command_of(line: str) -> tuple[Any, list[str]]:
    """Return the command that a line calls, and the words behind its name; fail where there is none."""
    command: Any = PRECEPTOR
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands or words[0].startswith("-"), line
        if words[0].startswith("-"):
            break
        command, words = command.commands[words[0]], words[1:]
    return command, words


def typed_lines() -> list[str]:
    """Return every line of a document's blocks that calls `preceptor`."""
    fences = [fence for path in DOCUMENTS for fence in FENCE.findall(path.read_text())]
    return sorted({line for fence in fences for line in commands(fence)})


def named_lines() -> list[str]:
    """Return what stands within the sentences: often a command without what it needs."""
    texts = [FENCE.sub("", path.read_text()).replace("\n", " ") for path in DOCUMENTS]
    named = {line for text in texts for line in re.findall(r"[`“](preceptor [^`”…]+)", text)}
    return sorted({line.replace('"', "").strip() for line in named})


@pytest.mark.parametrize("line", typed_lines())
def test_a_command_of_a_block_is_read_by_the_real_parser(line: str):
    command, words = command_of(re.sub(r"\$\([^)]*\)", "FILE", line))
    if "--help" not in words:
        command.make_context(line, words)


@pytest.mark.parametrize("line", named_lines())
def test_a_command_that_a_sentence_names_exists(line: str):
    command, words = command_of(line)
    options = {option for each in command.params for option in each.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= options


def test_a_misspelt_command_is_noticed():
    with pytest.raises(AssertionError, match="bakup"):
        command_of("preceptor bakup x")
    command, words = command_of("preceptor backup x --kep")
    with pytest.raises(Exception, match="No such option"):
        command.make_context("backup", words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_setting_that_a_document_names_exists(path):
    names_of_settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    names_of_settings |= {f"{PREFIX}{name.upper()}{SUFFIX}" for name in FROM_FILES}
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", path.read_text()))
    assert named - {f"{PREFIX}TEST_BROWSER"} <= names_of_settings


def test_manual_and_units_name_the_same_places():
    manual = set(OURS.findall(MANUAL.read_text()))
    for path in DEPLOY.iterdir():
        if path.suffix not in (".html", ""):
            named = {place.rstrip(".") for place in OURS.findall(path.read_text())}
            assert {place.split("/docs")[0] for place in named} <= manual, path.name


def test_each_block_stands_for_itself():
    """In the test each block has a shell of its own; in a real terminal nothing may be left from the last."""
    for block in blocks():
        if not block.path:
            assert not re.search(r"^(?:umask|set|export|\w+=\S+$)", block.text, re.MULTILINE)
            uses_folder = re.search(r"^(?:\.venv|docs|cp docs)", block.text, re.MULTILINE)
            assert not uses_folder or re.search(r"^cd /opt/preceptor", block.text, re.MULTILINE)


def test_the_manual_makes_what_a_command_needs_before_it():
    """O19: the command was not found, and neither role nor database was there."""
    typed = "\n".join(block.text for block in blocks() if not block.path)
    command = "install -m 755 docs/deploy/preceptor /usr/local/sbin/preceptor"
    first = re.search(r"^preceptor ", typed, re.MULTILINE)
    assert first is not None
    assert 0 <= typed.find(command) < first.start()
    steps = ("createuser --createdb preceptor", "createdb --owner=preceptor", "preceptor migrate")
    assert sorted(steps, key=typed.index) == list(steps)


def test_what_the_test_changes_is_told_to_the_reader():
    head = MANUAL.read_text().partition("## 1.")[0]
    rows = re.findall(r"^\| ([^|]+) \|", head, re.MULTILINE)
    assert tuple(rows[1:]) == SUBSTITUTIONS


def test_the_manual_stays_short():
    assert len(MANUAL.read_text().splitlines()) <= MOST_LINES
    assert len(SETTINGS_PAGE.read_text().splitlines()) <= MOST_LINES


def test_the_container_is_made_by_the_steps_of_the_manual():
    text = (DEPLOY / "Containerfile").read_text()
    steps = re.findall(r"^RUN (.+)$", text, re.MULTILINE)
    before = ["apt-get update", "apt-get install -y postgresql-client"]
    (user,) = re.findall(r"^useradd .+$", MANUAL.read_text(), re.MULTILINE)
    # The number is fixed here: files of volumes belong to numbers.
    before.append(user.replace("--system", "--system --uid 990"))
    assert steps == [*before, *steps_of_installation()]
    assert text.index("USER preceptor") < text.index("ENTRYPOINT")
