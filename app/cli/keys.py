"""`preceptor keys`: make a key, and list what is there."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import AsJson, now_of, read_settings
from app.key_files import KINDS, KeyFile, KeyPurpose, add_key, read_checked, read_text
from app.kit.keys import SEALING, SIGNING, KeyLine, SigningKeys
from app.web.clock import real_clock

app = typer.Typer(no_args_is_help=True, help="Keys that sign certificates and seal secrets.")

AtPath = Annotated[
    Path | None,
    typer.Option("--file", help="The key file; otherwise the one that the settings name."),
]


@app.command("new")
def make_key(purpose: KeyPurpose, file: AtPath = None) -> None:
    """Add a new key before the others, or make the file. From the next start on it signs or seals;
    the older ones still verify or open."""
    kind = KINDS[purpose]
    if file is None:
        settings = read_settings()
        path, now = kind.path(settings), now_of(settings)
    else:
        path, now = file, real_clock()
    line = add_key(path, kind, on=now.date())
    print(f"{line.id} is the newest {purpose} key of {path}. Start the server anew to use it.")
    print("Keep a copy of this file in a safe place, apart from the copies of the database.")


@app.command("list")
def list_keys(
    purpose: Annotated[
        KeyPurpose | None, typer.Argument(help="signing or sealing; both without it.")
    ] = None,
    file: AtPath = None,
    as_json: AsJson = False,
) -> None:
    """List the keys by their ids, the newest first; public keys are shown, secrets never."""
    if file is not None and purpose is None:
        raise typer.BadParameter("With --file say which keys these are: signing or sealing.")
    shown = []
    for kind in KINDS.values() if purpose is None else (KINDS[purpose],):
        path = file or kind.path(read_settings())
        lines = read_checked(read_text(path, kind), path, kind)
        public = _public(path, kind)
        shown += [
            {
                "purpose": str(kind.purpose),
                "id": line.id,
                "does": _does(line, is_newest=at == 0),
                "public_key": public.get(line.id),
            }
            for at, line in enumerate(lines)
        ]
    if as_json:
        print(json.dumps({"keys": shown}))
        return
    for row in shown:
        print("  ".join(str(word) for word in row.values() if word))


def _public(path: Path, kind: KeyFile) -> dict[str, str]:
    if kind.purpose is not KeyPurpose.signing:
        return {}
    ring = SigningKeys.read(read_text(path, kind))
    return {key_id: b64encode(value).decode() for key_id, value in ring.public().items()}


def _does(line: KeyLine, *, is_newest: bool) -> str:
    if line.kind == SIGNING:
        return "signs and verifies" if is_newest else "verifies"
    if line.kind == SEALING:
        return "seals and opens" if is_newest else "opens"
    return "verifies (public half only)"
