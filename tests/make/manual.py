"""The blocks of docs/production.md: what an administrator types, and the files that they write."""

import re
from dataclasses import dataclass

from app.kit.paths import ROOT

SUBSTITUTIONS = (
    "`SOURCE`",
    "systemd",
    "certbot's authority",
    "the names `academy.example` and `mail.example`",
    "the mail server",
)
"""What the test puts something else in the place of: the first column of the table in the manual's head."""
MANUAL = ROOT / "docs" / "production.md"
SETTINGS_PAGE = ROOT / "docs" / "settings.md"
_FENCE = re.compile(
    r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$|^## (?P<heading>[^\n]+)$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """What stands in one fence. `path`: the file whose content it is; empty for what is typed as root."""

    heading: str
    path: str
    text: str

    @property
    def fetches(self) -> bool:
        """Whether it needs packages from elsewhere."""
        return "pip install" in self.text


def commands(text: str) -> list[str]:
    """Return the lines that call `preceptor`, without the text before the command and comments
    after it."""
    lines = re.findall(r"^(?:RELEASE=\S+ |\S*/)?(preceptor .*)$", text, re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for line in lines]


def steps_of_installation() -> list[str]:
    """Return what is typed in the folder of a release between its arrival and its first use."""
    (block,) = [block for block in blocks() if block.heading == "1. Install"]
    lines = block.text.splitlines()
    return [line for line in lines if line.startswith((".venv/", "python3 "))]


def blocks() -> list[Block]:
    """Return the blocks of the manual in its order; fail on one that says neither `sh` nor a path."""
    read, heading = [], ""
    for match in _FENCE.finditer(MANUAL.read_text()):
        if match["heading"]:
            heading = match["heading"]
            continue
        kind, _, path = match["info"].partition(" ")
        assert (kind == "sh") != bool(path), f"A block below “{heading}” says not what it is."
        read.append(Block(heading, path, match["text"]))
    assert {block.heading[:2] for block in read} >= {f"{step}." for step in range(1, 10)}
    return read
