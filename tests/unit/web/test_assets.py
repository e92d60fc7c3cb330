"""Assets: made once, found by the digest of their bytes, served for ever and never from the disk."""

import asyncio
import errno
import gzip
import os
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
import httpx2
import pytest
from fontTools.ttLib import TTFont
from typer.testing import CliRunner

from app import cli
from app.kit.paths import STATIC
from app.web import assets, fonts, icons
from app.web.assets import Assets, AssetsNotBuilt, Build, adopt_builds, build_assets
from tests.make.threads import in_its_own_thread

CSS = "body { color: inherit; }\n" * 40


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target in which sprite and fonts are already made: they are the slow part."""
    target = tmp_path_factory.mktemp("target")
    source = tmp_path_factory.mktemp("empty")
    build_assets(source, target)
    return target


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "js").mkdir()
    (folder / "css" / "app.css").write_text(CSS)
    (folder / "js" / "one.js").write_text("export const one = 1;")
    (folder / "js" / ".hidden.js").write_text("secret")
    (folder / "notes.md").write_text("not an asset")
    return folder


@pytest.fixture
def built(source: Path, generated: Path) -> Build:
    return build_assets(source, generated)


def ask(app: Assets, path: str, method: str = "GET", accept: str = "identity") -> httpx2.Response:
    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, headers={"accept-encoding": accept})

    return in_its_own_thread(lambda: asyncio.run(send()))


def test_the_same_bytes_have_the_same_digest_and_are_not_made_again(
    source: Path, built: Build, generated: Path
) -> None:
    marker = built.folder / "css" / "app.css"
    before = marker.stat().st_mtime_ns
    again = build_assets(source, generated)
    assert again == built
    assert marker.stat().st_mtime_ns == before


def test_one_changed_byte_changes_every_address(
    source: Path, built: Build, generated: Path
) -> None:
    (source / "js" / "one.js").write_text("export const one = 2;")
    changed = build_assets(source, generated)
    assert changed.digest != built.digest
    assert changed.url("css/app.css") == f"/static/{changed.digest}/css/app.css"


def test_a_renamed_file_changes_the_digest(source: Path, built: Build, generated: Path) -> None:
    (source / "js" / "one.js").rename(source / "js" / "two.js")
    assert build_assets(source, generated).digest != built.digest


def test_files_that_are_not_assets_are_left_behind(built: Build) -> None:
    names = {path.name for path in built.folder.rglob("*")}
    assert "app.css" in names
    assert not names & {"notes.md", ".hidden.js"}


def test_only_the_newest_builds_are_kept(source: Path, generated: Path) -> None:
    builds = []
    for turn in range(assets.KEPT_BUILDS + 2):
        (source / "js" / "one.js").write_text(f"export const one = {turn + 100};")
        build = build_assets(source, generated)
        os.utime(build.folder, ns=(turn, turn))
        builds.append(build)
    last = build_assets(source, generated)
    remaining = {path.name for path in last.folder.parent.glob("[!.]*")}
    assert len(remaining) == assets.KEPT_BUILDS
    assert last.digest in remaining
    assert builds[0].digest not in remaining


def test_a_page_that_is_still_open_finds_the_modules_of_its_own_build(
    source: Path, built: Build, generated: Path
) -> None:
    (source / "js" / "one.js").write_text("export const one = 3;")
    app = Assets(build_assets(source, generated))
    assert ask(app, built.url("js/one.js")).text == "export const one = 1;"


def test_a_build_that_is_not_finished_is_not_served(built: Build) -> None:
    draft = built.folder.parent / ".making-1" / "build"
    draft.mkdir(parents=True)
    (draft / "half.css").write_text("a")
    assert ask(Assets(built), "/static/.making-1/build/half.css").status_code == 404


def test_losing_the_race_to_another_process_is_no_failure(tmp_path: Path) -> None:
    draft, folder = tmp_path / "draft", tmp_path / "done"
    for target in (draft, folder):
        target.mkdir()
        (target / "file").write_text("same")
    assets._move(draft, folder)
    assert (folder / "file").read_text() == "same"


def test_a_folder_that_cannot_be_moved_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        assets._move(tmp_path / "missing", tmp_path / "target")


def test_the_sprite_holds_every_icon_and_nothing_that_runs() -> None:
    drawn = assets.sprite()
    for name in icons.NAMES:
        assert f'<symbol id="{name}" ' in drawn
    assert "<script" not in drawn
    assert "style=" not in drawn
    assert "xmlns:" not in drawn


def test_an_icon_the_package_does_not_draw_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icons, "LUCIDE", ("no-such-icon",))
    with pytest.raises(KeyError):
        assets.sprite()


def font_of(built: Build, name: str) -> TTFont:
    return TTFont(BytesIO((built.folder / "fonts" / name).read_bytes()))


def test_the_stylesheet_asks_for_further_letters_where_they_are() -> None:
    """Another range in base.css would leave letters to a font of the system, or load a file in vain."""
    css = (STATIC / "css" / "base.css").read_text()
    for typeface in fonts.TYPEFACES:
        for _, name in typeface.faces:
            further = name.replace(".woff2", "-more.woff2")
            face = css.partition(f'url("../fonts/{further}")')[2].partition("}")[0]
            stated = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
            points = {
                point
                for first, last in stated
                for point in range(int(first, 16), int(last or first, 16) + 1)
            }
            assert points == set(typeface.further)


def test_the_fonts_hold_what_doses_names_and_prices_need(built: Build) -> None:
    for name in ("atkinson-regular", "atkinson-bold"):
        font = font_of(built, f"{name}.woff2")
        assert {ord(letter) for letter in "Il1O0 éøß£€–—“”…µ°×≤≥"} <= set(font.getBestCmap())
        further = font_of(built, f"{name}-more.woff2").getBestCmap()
        assert {ord(letter) for letter in "Łśżğő"} <= set(further)
        features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert "tnum" in features


def test_the_display_typeface_holds_names_and_prices_in_one_weight(built: Build) -> None:
    font = font_of(built, "source-serif.woff2")
    assert {ord(letter) for letter in "£€0123456789Áé“”–—"} <= set(font.getBestCmap())
    further = font_of(built, "source-serif-more.woff2").getBestCmap()
    assert {ord(letter) for letter in "₫Łśżễịỳơư"} <= set(further)
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert "pnum" in features
    assert "fvar" not in font


def letters_outside(text: str, characters: set[int]) -> set[str]:
    """Return what a font with these characters leaves to a font of the system."""
    return {letter for letter in text if letter.isprintable() and ord(letter) not in characters}


def test_every_letter_of_pages_and_courses_stands_in_both_typefaces(built: Build) -> None:
    """A letter that a typeface lacks is drawn by a font of the system, in another size and weight."""
    root = STATIC.parent
    texts = {
        str(path.relative_to(root)): re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
        for pattern in ("courses/*/**/*.md", "courses/*/**/*.yaml", "templates/**/*.html")
        for path in root.glob(pattern)
    }
    assert len(texts) > 200
    for name in ("atkinson-regular", "atkinson-bold", "source-serif"):
        drawn = {
            point
            for part in ("", "-more")
            for point in font_of(built, f"{name}{part}.woff2").getBestCmap()
        }
        outside = {path: letters_outside(text, drawn) for path, text in texts.items()}
        assert {path: letters for path, letters in outside.items() if letters} == {}, name
        assert letters_outside("Łódź, 1 ⅓ → ễ", drawn) >= {"⅓"}


def test_licences_stand_beside_what_they_licence(built: Build) -> None:
    folder = built.folder / "licences"
    assert "SIL OPEN FONT LICENSE" in (folder / "atkinson-hyperlegible.txt").read_text()
    assert "SIL OPEN FONT LICENSE" in (folder / "source-serif-4.txt").read_text()
    assert "Permission" in (folder / "lucide.txt").read_text()


def test_a_package_without_its_licence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.metadata, "files", lambda _package: None)
    with pytest.raises(FileNotFoundError, match="without its licence"):
        assets._licence("lucide")


def test_a_font_that_cannot_be_prepared_leaves_the_rest(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    missing = replace(fonts.ATKINSON, faces=(("Missing.ttf", "missing.woff2"),))
    monkeypatch.setattr(fonts, "TYPEFACES", (missing,))
    built = build_assets(source, tmp_path / "target")
    assert not (built.folder / "fonts").exists()
    assert (built.folder / "icons.svg").is_file()
    assert "could not be prepared" in caplog.text


def test_a_new_recipe_replaces_what_the_old_one_made(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "TYPEFACES", ())
    target = tmp_path / "target"
    build_assets(source, target)
    monkeypatch.setattr(assets, "_RECIPE", "another")
    build_assets(source, target)
    assert len(list((target / "generated").iterdir())) == 1


def test_an_asset_is_served_for_ever_with_its_type(built: Build) -> None:
    answer = ask(Assets(built), built.url("css/app.css"))
    assert answer.status_code == 200
    assert answer.text == CSS
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=x", None),
        ("identity", None),
        ("deflate", None),
    ],
)
def test_the_smallest_accepted_encoding_is_sent(
    built: Build, accept: str, encoding: str | None
) -> None:
    answer = ask(Assets(built), built.url("css/app.css"), accept=accept)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.text == CSS


def test_packed_files_hold_the_same_bytes(built: Build) -> None:
    folder = built.folder / "css"
    assert brotli.decompress((folder / "app.css.br").read_bytes()).decode() == CSS
    assert gzip.decompress((folder / "app.css.gz").read_bytes()).decode() == CSS


def test_a_font_is_not_packed_again(built: Build) -> None:
    answer = ask(Assets(built), built.url("fonts/atkinson-regular.woff2"), accept="br")
    assert answer.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_packing_that_gains_nothing_is_not_kept(built: Build) -> None:
    assert not (built.folder / "js" / "one.js.gz").exists()


def test_head_answers_without_a_body(built: Build) -> None:
    answer = ask(Assets(built), built.url("css/app.css"), "HEAD")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(CSS))
    assert ask(Assets(built), "/static/none", "HEAD").content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/{digest}",
        "/static/{digest}/",
        "/static/{digest}/css",
        "/static/{digest}/css/app.css.br",
        "/static/{digest}/css/../css/app.css",
        "/static/{digest}/%2e%2e/%2e%2e/generated",
        "/static/{digest}/css%5Capp.css",
        "/static/{digest}//etc/passwd",
        "/static/0000000000000000/css/app.css",
        "/static/{digest}/css/app.css%00",
    ],
)
def test_anything_else_is_not_found(built: Build, path: str) -> None:
    answer = ask(Assets(built), path.format(digest=built.digest).replace("/../", "/%2e%2e/"))
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_assets_are_only_read(built: Build, method: str) -> None:
    answer = ask(Assets(built), built.url("css/app.css"), method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_other_protocols_are_refused(built: Build) -> None:
    async def nothing(*_: Any) -> Any:
        raise AssertionError("nothing is sent or received")

    with pytest.raises(RuntimeError, match="HTTP only"):
        in_its_own_thread(
            lambda: asyncio.run(Assets(built)({"type": "websocket"}, nothing, nothing))
        )


def test_a_stylesheet_is_served_without_its_comments(tmp_path: Path) -> None:
    source = tmp_path / "static"
    (source / "css").mkdir(parents=True)
    rules = 'a::before { content: "/* kept */"; }\n/* said\n   to us */\nb { color: red; } /* and this */\n'
    (source / "css" / "app.css").write_text(rules)
    (source / "note.js").write_text("/* kept */\n")
    built = build_assets(source, tmp_path / "made")
    served = (built.folder / "css" / "app.css").read_text()
    assert served == 'a::before { content: "/* kept */"; }\nb { color: red; }\n'
    assert (built.folder / "note.js").read_text() == "/* kept */\n"


class TestAStylesheetOfSeveralFiles:
    @pytest.fixture
    def sheets(self, source: Path) -> Path:
        folder = source / "css"
        (folder / "parts").mkdir()
        (folder / "app.css").write_text(
            '@layer a, b;\n\n@import "base.css";\n@import "parts/tag.css";\n'
        )
        (folder / "base.css").write_text("/* Base */\n\n@layer a {\n  p { color: red; }\n}\n")
        (folder / "parts" / "tag.css").write_text("@layer b {\n  i { color: red; }\n}\n")
        return source

    def test_is_served_as_one_in_the_order_of_its_imports(
        self, sheets: Path, generated: Path
    ) -> None:
        built = build_assets(sheets, generated)
        served = (built.folder / "css" / "app.css").read_text()
        assert served == (
            "@layer a, b;\n@layer a {\np { color: red; }\n}\n@layer b {\ni { color: red; }\n}\n"
        )
        names = {path.name for path in (built.folder / "css").rglob("*")}
        assert not names & {"base.css", "tag.css", "tag.css.br", "parts"}

    def test_has_a_new_address_when_a_part_changes(self, sheets: Path, generated: Path) -> None:
        before = build_assets(sheets, generated)
        (sheets / "css" / "parts" / "tag.css").write_text("@layer b {\n  b { color: red; }\n}\n")
        assert build_assets(sheets, generated).digest != before.digest

    def test_is_refused_without_one_of_its_files(self, sheets: Path, generated: Path) -> None:
        (sheets / "css" / "base.css").unlink()
        with pytest.raises(FileNotFoundError, match=r"base\.css"):
            build_assets(sheets, generated)


@pytest.fixture(params=[errno.EACCES, errno.EROFS], ids=["another owner", "read-only"])
def refuse(request: pytest.FixtureRequest) -> Callable[..., None]:
    """What the system says where a release belongs to root, and where a unit makes it read-only."""

    def refuse(*_anything: object, **_named: object) -> None:
        raise OSError(request.param, "no")

    return refuse


def test_whoever_may_only_read_serves_what_the_owner_built(
    source: Path, generated: Path, monkeypatch: pytest.MonkeyPatch, refuse: Callable[..., None]
) -> None:
    """O13: `serve` ended in a checkout that belongs to root."""
    before = build_assets(source, generated)
    monkeypatch.setattr("os.utime", refuse)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert build_assets(source, generated) == before


def test_assets_that_are_missing_and_cannot_be_made_are_one_sentence(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuse: Callable[..., None]
) -> None:
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(AssetsNotBuilt, match="preceptor assets"):
        build_assets(source, tmp_path / "new")


def test_assets_of_the_release_before_need_an_owner_too(
    source: Path,
    generated: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[..., None],
) -> None:
    build_assets(source, generated)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(AssetsNotBuilt, match="as the owner of the release"):
        adopt_builds(generated, tmp_path / "next")


def test_a_mistyped_folder_of_the_release_before_is_refused(tmp_path: Path) -> None:
    """O14: nothing was taken over, and nobody was told."""
    ended = CliRunner().invoke(cli.app, ["assets", "--before", str(tmp_path / "typo")])
    assert ended.exit_code == 2
    assert ended.stderr == f"preceptor: There is no release in {tmp_path}/typo. Nothing was made.\n"
    assert ended.stdout == ""


def test_pages_of_the_release_before_find_their_files(
    source: Path, generated: Path, tmp_path: Path
) -> None:
    """O14."""
    before = build_assets(source, generated)
    target = tmp_path / "next" / "assets"
    assert adopt_builds(generated, target) == len(list((generated / "builds").glob("[!.]*")))
    assert adopt_builds(generated, target) == 0
    adopted = target / "builds" / before.digest
    assert {path.name for path in adopted.rglob("*")} == {
        path.name for path in before.folder.rglob("*")
    }
    assert adopt_builds(tmp_path / "none", target) == 0
