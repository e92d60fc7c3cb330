"""The bars of coverage: `python -m tests.coverage_bars` after a run with `--cov`.

95 % of all lines and branches, and all lines and branches of `domain`, `policy` and `authoring` files:
a test has seen each decision of a rule or permission both ways.
"""

import json
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from coverage import Coverage

BAR = 95
RULES = ("app/*/domain.py", "app/*/domain/*.py", "app/*/policy.py", "app/authoring/*.py")
REPORT = Path("var/coverage.json")


def shortfalls(measured: dict[str, Any]) -> list[str]:
    """Return one sentence for each bar that coverage.py's JSON report does not reach."""
    totals = measured["totals"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    sentences = [
        f"{what} of app/: {percent:.2f} %, the bar is {BAR} %."
        for what, percent in (("Branches", branches), ("Lines", lines))
        if percent < BAR
    ]
    rules = {
        path: file
        for path, file in measured["files"].items()
        if any(fnmatch(path, pattern) for pattern in RULES)
    }
    if not rules:
        sentences.append(f"No rules were measured: nothing matches {', '.join(RULES)}.")
    for path, file in rules.items():
        missing = [str(line) for line in file["missing_lines"]]
        missing += [f"{source}→{target}" for source, target in file["missing_branches"]]
        if missing:
            sentences.append(f"{path} decides untested: {', '.join(missing)}.")
    return sentences


def main() -> int:
    """Read the data of the last run, print what falls short, and return 1 when anything does."""
    coverage = Coverage()
    coverage.load()
    REPORT.parent.mkdir(exist_ok=True)
    coverage.json_report(outfile=str(REPORT))
    sentences = shortfalls(json.loads(REPORT.read_text()))
    print(
        "\n".join(sentences) if sentences else f"Coverage: {BAR} % of app/, and every rule whole."
    )
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
