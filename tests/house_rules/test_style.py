"""Rules of the interface that a reviewer would miss: each test names the harm it prevents."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from jinja2 import Environment, nodes
from lxml import html

from app.kit.places import STATIC, TEMPLATES
from app.web import icons, navigation
from app.web.assets import Build, build_assets
from app.web.templating import make_environment

CSS = re.sub(r"/\*.*?\*/", "", (STATIC / "css" / "app.css").read_text(), flags=re.S)
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "mail" not in path.parts)
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_assets(STATIC, tmp_path_factory.mktemp("assets"))


@pytest.fixture(scope="module")
def environment(built: Build) -> Environment:
    return make_environment(
        TEMPLATES,
        url_for=lambda name, **_: f"/{name}",
        asset=built.url,
        zone="Europe/London",
    )


def visit(role: str) -> SimpleNamespace:
    actor = None
    if role != "visitor":
        held = {f"is_{name}": name == role for name in ("student", "instructor", "admin")}
        actor = SimpleNamespace(name="Sara Okafor", **held)
    item = navigation.Item("Courses", "/courses", "book-open", current=True)
    return SimpleNamespace(
        actor=actor,
        navigation=(item,),
        flash=None,
        theme="auto",
        csrf_token="token",
        path="/",
        academy="The academy",
        environment="demo",
        now=datetime(2026, 12, 8, 10, tzinfo=UTC),
        zone="Europe/London",
        idempotency_key="key",
        preview=None,
    )


def layer(name: str) -> str:
    """The text inside `@layer name { … }`."""
    start = CSS.index("{", CSS.index(f"@layer {name} {{"))
    depth = 0
    for position in range(start, len(CSS)):
        depth += {"{": 1, "}": -1}.get(CSS[position], 0)
        if depth == 0:
            return CSS[start : position + 1]
    raise AssertionError(f"The layer {name} is not closed.")


def declarations(css: str) -> list[tuple[str, str]]:
    return re.findall(r"(?<=[{;\s])([a-z-]+)\s*:\s*([^;{}]+)(?=[;}])", css)


# The stylesheet


def test_colours_are_named_once() -> None:
    """A colour written elsewhere is wrong in one of the two themes."""
    elsewhere = CSS.replace(layer("tokens"), "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", elsewhere) == []


def test_every_used_token_exists() -> None:
    """A misspelt token is silently the initial value: black on black."""
    declared = set(re.findall(r"(--[\w-]+)\s*:", CSS))
    assert set(re.findall(r"var\((--[\w-]+)", CSS)) - declared == set()


PHYSICAL = re.compile(
    r"^(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)\b.*"
    r"|left|right|top|bottom|border-(?:top|bottom)-(?:left|right)-radius)$"
)


def test_what_is_hidden_stays_hidden() -> None:
    """A component that says how it is displayed, as every button does, would show what is hidden: a later
    layer wins."""
    assert "[hidden] { display: none; }" in layer("utilities")


def test_sides_are_logical() -> None:
    """A physical side stays where it is when the page runs from right to left."""
    wrong = [
        f"{name}: {value}"
        for name, value in declarations(CSS)
        if PHYSICAL.match(name)
        or (name in ("text-align", "float", "clear") and value.strip() in ("left", "right"))
    ]
    assert wrong == []


def test_four_sided_shorthands_treat_start_and_end_alike() -> None:
    """`padding: 1px 2px 3px 4px` is physical although no side is named."""
    for name, value in declarations(CSS):
        sides = re.split(r"\s+(?![^(]*\))", value.strip())
        if name in ("margin", "padding", "inset", "border-width") and len(sides) == 4:
            assert sides[1] == sides[3], f"{name}: {value}"


def test_importance_is_for_paper_only() -> None:
    """Each !important needs a stronger one later."""
    assert "!important" not in CSS.replace(layer("print"), "")


def test_motion_is_only_for_those_who_did_not_refuse_it() -> None:
    """Moving pages make some people sick (WCAG 2.3.3)."""
    start = CSS.index("@media (prefers-reduced-motion: no-preference)")
    end = CSS.index("@layer layout")
    outside = CSS[:start] + CSS[end:]
    moving = [name for name, _ in declarations(outside) if re.match("transition|animation", name)]
    assert moving == []
    assert "@keyframes" not in outside


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


HEX = r"#[0-9A-Fa-f]{6}"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        rf"--([\w-]+): light-dark\(({HEX}), ({HEX})\);", layer("tokens")
    )
}
GROUNDS = ("canvas", "surface", "sunken")
TONES = ("brand", "accent", "success", "warning", "danger", "info", "flag")
TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "muted", "subtle", *TONES) for ground in GROUNDS),
    *((text, f"{tone}-soft") for tone in TONES for text in (tone, "ink", "muted")),
    *(("on-brand", ground) for ground in ("brand", "brand-hover")),
    *(("on-danger", ground) for ground in ("danger", "danger-hover")),
    ("on-success", "success"),
]
GRAPHIC_PAIRS = [
    *((line, ground) for line in ("line-strong", "focus") for ground in GROUNDS),
    *((f"chart-{number}", "surface") for number in range(1, 7)),
    ("focus", "halo"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "bar"),
    [*((*pair, 4.5) for pair in TEXT_PAIRS), *((*pair, 3.0) for pair in GRAPHIC_PAIRS)],
)
def test_colours_can_be_told_apart(front: str, back: str, bar: float, theme: int) -> None:
    """WCAG 1.4.3 and 1.4.11, for every pair that the components use."""
    assert contrast(TOKENS[front][theme], TOKENS[back][theme]) >= bar


def test_what_the_first_visit_loads_is_light(built: Build) -> None:
    """Phones in a basement clinic: the budgets of the front end."""

    def packed(name: str) -> int:
        return len(brotli.compress((built.folder / name).read_bytes()))

    assert packed("css/app.css") <= 14_000
    assert packed("icons.svg") <= 10_000
    fonts = sum(path.stat().st_size for path in (built.folder / "fonts").iterdir())
    assert 0 < fonts <= 40_000


# The templates


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
class TestTemplate:
    def test_nothing_is_inline(self, page: Path) -> None:
        """The content security policy refuses inline code and style: it would silently do nothing."""
        text = page.read_text()
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text)
        for opening, content in re.findall(r"(<script\b[^>]*>)(.*?)</script>", text, re.S):
            if opening == '<script type="application/ld+json">':
                # A data block is never run; tojson keeps a value from ending it.
                assert re.fullmatch(r"\{\{ \w+ \| tojson \}\}", content)
                continue
            assert "src=" in opening or 'type="application/json"' in opening
            assert "src=" not in opening or not content.strip()

    def test_every_control_has_a_label(self, page: Path) -> None:
        """Without a label a screen reader says "edit text" and no more."""
        text = page.read_text()
        for tag in re.findall(
            r"<(?:input|select|textarea)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", text
        ):
            if 'type="hidden"' in tag or "aria-label" in tag:
                continue
            named = re.search(r'\bid="([^"]+)"', tag)
            assert named, f"no id: {tag}"
            assert f'for="{named[1]}"' in text, f"no label for {named[1]}"

    def test_posts_carry_the_token(self, page: Path) -> None:
        """A form without the token is refused for browsers that send no origin (R-080)."""
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', page.read_text(), re.S):
            assert 'name="csrf_token"' in form

    def test_behaviours_exist(self, page: Path) -> None:
        """A misspelt behaviour is a component that never wakes."""
        for names in re.findall(r'\bdata-behaviour="([^"{]+)"', page.read_text()):
            for name in names.split():
                assert (STATIC / "js" / f"{name}.js").is_file(), name

    def test_icons_are_drawn(self, page: Path, environment: Environment) -> None:
        """An icon that is not in the sprite is an empty square."""
        used = icons_in(environment.parse(page.read_text()))
        assert used - icons.NAMES == set()

    def test_assets_exist(self, page: Path, built: Build) -> None:
        """A missing style or script is a page that looks broken once, for one person."""
        for name in re.findall(r"""\basset\(\s*["']([^"']+)["']""", page.read_text()):
            assert (built.folder / name).is_file(), name


# Where each macro takes the name of an icon.
ICON_ARGUMENT = {
    "icon": 0,
    "fact": 0,
    "button": 2,
    "link_button": 3,
    "post_button": 4,
    "status_tag": 2,
    "blank_state": 2,
    "task": 5,
}


def icons_in(tree: nodes.Template) -> set[str]:
    found: list[nodes.Node] = []
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ICON_ARGUMENT:
            found += call.args[ICON_ARGUMENT[call.node.name] :][:1]
        found += [word.value for word in call.kwargs if word.key == "icon_name"]
    return {name for node in found for name in _words(node)}


def _words(node: nodes.Node) -> set[str]:
    if isinstance(node, nodes.CondExpr):
        return _words(node.expr1) | (_words(node.expr2) if node.expr2 else set())
    return {node.value} if isinstance(node, nodes.Const) and isinstance(node.value, str) else set()


def test_the_icons_of_the_navigation_are_drawn() -> None:
    lists = (navigation.VISITOR, navigation.STUDENT, navigation.INSTRUCTOR, navigation.ADMIN)
    assert {icon for entries in lists for _, _, icon in entries} - icons.NAMES == set()


def test_the_macros_draw_the_icons_of_their_kinds(environment: Environment) -> None:
    kinds = environment.get_template("macros/page.html").module.KIND_ICONS  # type: ignore[attr-defined]
    assert set(kinds.values()) - icons.NAMES == set()


# The page as it arrives


@pytest.mark.parametrize("role", ["visitor", "student", "instructor", "admin"])
class TestKit:
    @pytest.fixture
    def page(self, environment: Environment, role: str) -> Any:
        return html.document_fromstring(
            environment.get_template("kit.html").render(visit=visit(role))
        )

    def test_ids_are_unique_and_names_of_ids_lead_somewhere(self, page: Any) -> None:
        ids = page.xpath("//@id")
        assert sorted(ids) == sorted(set(ids))
        named = " ".join(page.xpath("//@aria-describedby | //@aria-labelledby | //@popovertarget"))
        targets = page.xpath("//a[starts-with(@href, '#') and string-length(@href) > 1]/@href")
        assert {*named.split(), *(target[1:] for target in targets)} <= set(ids)

    def test_every_control_has_exactly_one_label(self, page: Any) -> None:
        controls = page.xpath("//input[not(@type='hidden')] | //select | //textarea")
        assert len(controls) > 20
        for control in controls:
            assert len(page.xpath("//label[@for=$id]", id=control.get("id"))) == 1

    def test_errors_are_spoken_with_their_field(self, page: Any) -> None:
        wrong = page.xpath("//*[@aria-invalid='true' and @aria-describedby]")
        assert wrong
        for control in wrong:
            notes = [
                page.get_element_by_id(name) for name in control.get("aria-describedby").split()
            ]
            assert any("Error:" in note.text_content() for note in notes)

    def test_there_are_landmarks_one_heading_and_a_way_past_the_navigation(
        self, page: Any, role: str
    ) -> None:
        assert len(page.xpath("//h1")) == 1
        assert len(page.xpath("//main[@id='main' and @tabindex='-1']")) == 1
        assert page.xpath("//body/*[1]/@href") == ["#main"]
        assert page.xpath("//body/@data-role") == [role]
        assert len(page.xpath("//body/nav//a[@aria-current='page']")) == 1
        assert page.xpath("//html/@lang") == ["en-GB"]

    def test_headings_skip_no_level(self, page: Any) -> None:
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


# The scripts


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_small_and_write_no_markup(script: Path) -> None:
    """Markup from text is how a name becomes code; a long module is one that nobody reads."""
    text = script.read_text()
    assert not re.search(
        r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|\beval\(", text
    )
    assert len(text.splitlines()) <= 400
    for imported in re.findall(r"""from ["']([^"']+)["']""", text):
        assert imported.startswith("./")
        assert (script.parent / imported).is_file()
