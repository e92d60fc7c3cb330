"""Styles, scripts, fonts and icons: built at set-up and served under their digest, so that browsers
may cache them for ever.

Nothing from third parties is committed: the icon sprite is made from the locked `lucide` package,
and the fonts are subsets of the locked packages (`fonts.py`), with their licences beside them.
"""

import errno
import gzip
import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

import brotli

from app.kit.error_descriptions import PlainError
from app.web import fonts, icons
from app.web.stylesheets import parts_of, served_stylesheet

PREFIX: Final = "/static/"
YEAR: Final = 31_536_000
KEPT_BUILDS: Final = 3
_CLOSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""Errors that mean a folder is read-only for us: it belongs to somebody else, or the service may
not write to the release."""

# Increase this when the code below makes different bytes from the same packages.
_RECIPE: Final = "3"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".json": "application/json",
    ".specrules": "application/speculationrules+json",
    ".webmanifest": "application/manifest+json",
}
_SERVED_AS: Final = b"stylesheets joined, without comments and indentation"
"""Part of each build's digest, because files that are served differently belong to a different
build."""
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".txt", ".json", ".webmanifest"})

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class AssetsNotBuilt(PlainError):
    """Styles, scripts and fonts are not built yet, and this user may not build them (O13)."""

    def __init__(self, target: Path) -> None:
        super().__init__(
            f"The assets are not built, and this user may not write to {target}. Run “preceptor assets” once "
            "as the owner of the release."
        )


@dataclass(frozen=True, slots=True)
class Build:
    """One complete set of built assets."""

    digest: str
    folder: Path

    def url(self, path: str) -> str:
        """Return the address of an asset by its path below `static/` or its generated name."""
        return f"{PREFIX}{self.digest}/{path}"


def build_assets(source: Path, target: Path) -> Build:
    """Build the assets of `source` (the folder `static/`) in `target`. Do nothing if none changed.

    Two processes may build at the same time: each writes its own folder, and the first rename wins.
    If a font cannot be subset, this is logged and pages use a system font. Raise AssetsNotBuilt if
    a build is needed and this user may not write there.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        generated = _generated(target)
        files = {**_files(generated), **_files(source)}
        digest = _digest(files)
        folder = target / "builds" / digest
        if not folder.is_dir():
            _publish(files, folder)
    except OSError as error:
        if error.errno not in _CLOSED:
            raise
        raise AssetsNotBuilt(target) from None
    try:
        os.utime(folder)
        _prune(folder.parent)
    except OSError as error:
        if error.errno not in _CLOSED:
            raise  # otherwise the owner of the release has built them, and we only serve them
    return Build(digest, folder)


def adopt_builds(before: Path, target: Path) -> int:
    """Copy the builds from another release's folder of assets, and return how many are new here.
    Pages of that release may still be open and request their own files (O14). Raise AssetsNotBuilt
    if this user may not write."""
    try:
        return _adopt(before, target / "builds")
    except OSError as error:
        if error.errno not in _CLOSED:
            raise
        raise AssetsNotBuilt(target) from None


def _adopt(before: Path, builds: Path) -> int:
    builds.mkdir(parents=True, exist_ok=True)
    adopted = 0
    for build in sorted((before / "builds").iterdir()) if (before / "builds").is_dir() else ():
        if build.name.startswith(".") or (builds / build.name).exists():
            continue
        with tempfile.TemporaryDirectory(dir=builds, prefix=".making-") as temporary:
            draft = Path(temporary) / "build"
            shutil.copytree(build, draft)
            _move(draft, builds / build.name)
        adopted += 1
    return adopted


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES and not path.name.startswith(".")
    }


def _digest(files: dict[str, Path]) -> str:
    total = hashlib.sha256(_SERVED_AS)
    for name in sorted(files):
        content = hashlib.sha256(files[name].read_bytes()).hexdigest()
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()[:16]


def _publish(files: dict[str, Path], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        draft = Path(temporary) / "build"
        sheets = [path for path in files.values() if path.suffix == ".css"]
        parts = {part for sheet in sheets for part in parts_of(sheet)}
        for name, path in files.items():
            if path in parts:
                continue
            content = _served(path)
            _write(draft / name, content)
            if path.suffix in _COMPRESSED:
                packed = {"br": brotli.compress(content), "gz": gzip.compress(content, mtime=0)}
                for ending, body in packed.items():
                    if len(body) < len(content):
                        _write(draft / f"{name}.{ending}", body)
        _move(draft, folder)


def _served(path: Path) -> bytes:
    """Return the content of a file as it is sent."""
    return served_stylesheet(path) if path.suffix == ".css" else path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _move(draft: Path, folder: Path) -> None:
    """Rename a folder, unless another process has just finished the same build."""
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _prune(builds: Path) -> None:
    """Keep only the newest builds. A page that is still open requests the modules of its own build."""
    finished = [path for path in builds.iterdir() if not path.name.startswith(".")]
    finished.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in finished[KEPT_BUILDS:]:
        shutil.rmtree(old, ignore_errors=True)


def is_built(source: Path, target: Path) -> bool:
    """Return whether the assets of `source` are built in `target`, without building them."""
    generated = _generated_folder(target)
    if not generated.is_dir():
        return False
    digest = _digest({**_files(generated), **_files(source)})
    return (target / "builds" / digest).is_dir()


def _generated_folder(target: Path) -> Path:
    """Return the folder of the sprite and the fonts; its name is the digest of everything they are
    made from."""
    parts = [
        _RECIPE,
        *(f"{name}={metadata.version(name)}" for name in ("lucide", "fonttools")),
        *(f"{face!r}={metadata.version(face.package)}" for face in fonts.TYPEFACES),
        *icons.LUCIDE,
        *(f"{name}={drawing}" for name, drawing in icons.OWN.items()),
    ]
    recipe = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return target / "generated" / recipe


def _generated(target: Path) -> Path:
    """Make the sprite and the fonts if they are missing."""
    folder = _generated_folder(target)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        draft = Path(temporary) / "generated"
        _write(draft / "icons.svg", sprite().encode())
        _write(draft / "licences" / "lucide.txt", _licence("lucide"))
        for typeface in fonts.TYPEFACES:
            if fonts.save_subset(typeface, draft / "fonts"):
                _write(draft / "licences" / typeface.licence, _licence(typeface.package))
        _move(draft, folder)
    for old in folder.parent.iterdir():
        if old != folder and not old.name.startswith("."):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def sprite() -> str:
    """Return an SVG with one symbol per icon. Raise KeyError for an icon that the package does not
    have."""
    with zipfile.ZipFile(str(resources.files("lucide") / "lucide.zip")) as archive:
        drawings = {name: _drawing(archive.read(f"{name}.svg").decode()) for name in icons.LUCIDE}
    symbols = (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
        for name, drawing in sorted({**drawings, **icons.OWN}.items())
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _drawing(svg: str) -> str:
    """Return the content of the <svg> element on one line."""
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s*/>", "/>", "".join(line.strip() for line in inside.splitlines()))


def _licence(package: str) -> bytes:
    for path in metadata.files(package) or ():
        if path.name == "LICENSE":
            return Path(str(path.locate())).read_bytes()
    raise FileNotFoundError(f"{package} came without its licence, so its files are not served.")


@dataclass(frozen=True, slots=True)
class _File:
    """One asset in all its encodings; the empty name is the uncompressed one."""

    kind: str
    bodies: dict[str, bytes]


class Assets:
    """ASGI app for `/static/<digest>/<path>`, the current and the latest earlier builds.

    Every file is read into memory once, so requests can only name files that existed at the start,
    and no path reaches the disk. The middleware around it adds the security headers.
    """

    def __init__(self, current: Build) -> None:
        self._files = dict(_load(current.folder.parent))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("Assets are served over HTTP only.")
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        file = self._files.get(str(scope["path"]).removeprefix(PREFIX))
        if file is None:
            missing = b"Not found\n"
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"content-length", str(len(missing)).encode()),
            ]
            await _answer(send, 404, headers, b"" if scope["method"] == "HEAD" else missing)
            return
        encoding = _encoding(scope, file.bodies)
        body = file.bodies[encoding]
        headers = [
            (b"content-type", file.kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", f"public, max-age={YEAR}, immutable".encode()),
        ]
        if len(file.bodies) > 1:
            headers.append((b"vary", b"Accept-Encoding"))
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _load(builds: Path) -> Iterator[tuple[str, _File]]:
    for folder in builds.iterdir():
        if folder.name.startswith("."):
            continue
        for name, path in _files(folder).items():
            bodies = {"": path.read_bytes()}
            for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
                packed = path.with_name(path.name + ending)
                if packed.is_file():
                    bodies[encoding] = packed.read_bytes()
            yield f"{folder.name}/{name}", _File(_TYPES[path.suffix], bodies)


def _encoding(scope: Scope, bodies: dict[str, bytes]) -> str:
    """Return the smallest encoding that the browser accepts (RFC 9110, 12.5.3), or the uncompressed
    one."""
    accepted: dict[str, float] = {}
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            for part in value.decode("latin-1").split(","):
                coding, _, quality = part.partition(";")
                accepted[coding.strip().lower()] = _quality(quality)
    for encoding in ("br", "gzip"):
        if encoding in bodies and accepted.get(encoding, accepted.get("*", 0.0)) > 0:
            return encoding
    return ""


def _quality(parameter: str) -> float:
    _, _, number = parameter.partition("=")
    if not number:
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
