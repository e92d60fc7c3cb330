"""The example of docs/question-types.md: the type that its blocks make works, and touches nothing else."""

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.kit.paths import ROOT

DOCUMENT = (ROOT / "docs" / "question-types.md").read_text(encoding="utf-8")
COPIED = ("app", "templates", "static")
REGISTRIES = tuple(f"app/questions/{name}.py" for name in ("answering", "authoring", "scoring"))
USE = Path(__file__).parent / "use_of_the_example.py"


def files_of_the_example() -> dict[str, str]:
    """Return what each block of the document says is the content of a file, by its path."""
    return dict(
        re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    )


def is_new(path: Path, tree: Path) -> bool:
    """Whether a file of the copy differs from that of the program, or is not in it."""
    original = ROOT / path.relative_to(tree)
    return not original.is_file() or not filecmp.cmp(path, original)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the program, with the example type in it."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc"))
    for path, text in files_of_the_example().items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    entries = re.findall(r'^"word": word\.\w+,$', DOCUMENT, re.MULTILINE)
    for path, entry in zip(REGISTRIES, entries, strict=True):
        register(tmp_path / path, entry)
    return tmp_path


def register(registry: Path, entry: str) -> None:
    """Add the line of a registry, and its import, behind those of the types before."""
    text = registry.read_text(encoding="utf-8")
    before, _, after = text.partition("\n\nTYPES: ")
    imported = f"from app.questions.word import {registry.stem} as word"
    types, _, rest = after.partition("}\n")
    registry.write_text(
        f"{before}\n{imported}\n\nTYPES: {types}    {entry}\n}}\n{rest}", encoding="utf-8"
    )


def test_the_example_works_and_touches_only_what_carries_its_name(tree: Path):
    changed = {
        path.relative_to(tree).as_posix()
        for path in tree.rglob("*")
        if path.is_file() and is_new(path, tree)
    }
    assert changed == {
        *REGISTRIES,
        *(
            f"app/questions/word/{name}.py"
            for name in ("__init__", "answering", "authoring", "scoring")
        ),
        *(f"templates/questions/word/{name}.html" for name in ("answer", "review")),
        "static/js/questions/word.js",
        "tests/unit/questions/word/test_scoring.py",
    }
    for registry in REGISTRIES:
        lines = (ROOT / registry).read_text(encoding="utf-8").splitlines()
        written = (tree / registry).read_text(encoding="utf-8").splitlines()
        added = [line for line in written if line not in lines]
        assert [line for line in added if "word" not in line] == []
        assert len(added) == 2
    done = subprocess.run(
        [sys.executable, str(USE), str(tree), str(ROOT)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "It works."
