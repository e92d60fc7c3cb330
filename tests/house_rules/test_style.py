"""Rules of the interface that a reviewer would miss. Each fault is named with its file and line; the rules
and the harm each prevents stand in `style_rules`."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from jinja2 import Environment
from lxml import html

from app import navigation
from app.kit.paths import STATIC, TEMPLATES
from app.web import icons
from app.web.application import NavigationItem
from app.web.assets import Build, build_assets
from app.web.templating import make_environment
from tests.house_rules.contrast import THEMES, pairs, themes
from tests.house_rules.script_rules import scripts_hold_no_words
from tests.house_rules.style_rules import (
    SCRIPT_RULES,
    STYLESHEET_RULES,
    TEMPLATE_RULES,
    assets_exist,
    behaviours_exist,
    classes_exist,
    classes_of,
    drawings_exist,
    drawings_keep_to_their_palette,
    drawings_use_tokens,
    faults,
    headings_skip_no_level,
    icons_are_drawn,
    imports_lead_somewhere,
    scenes_exist,
)
from tests.house_rules.stylesheet import Stylesheet, declarations
from tests.make.academy import ACADEMY, WORDS

PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "mail" not in path.parts)
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


def drawn_in(name: str) -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / name).read_text()))


DRAWINGS = drawn_in("pictures.svg")
SCENES = drawn_in("scenes.svg")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_assets(STATIC, tmp_path_factory.mktemp("assets"))


@pytest.fixture(scope="module")
def environment(built: Build) -> Environment:
    return make_environment(
        TEMPLATES,
        url_for=lambda name, **_: f"/{name}",
        asset=built.url,
        words=WORDS,
    )


def visit(role: str) -> SimpleNamespace:
    actor = None
    if role != "visitor":
        held = {f"is_{name}": name == role for name in ("student", "instructor", "admin")}
        actor = SimpleNamespace(
            name="Sara Okafor", user_id=1, must_enrol=False, unread_notices=3, **held
        )
    item = NavigationItem("Courses", "/courses", "book-open", current=True)
    return SimpleNamespace(
        actor=actor,
        navigation=(item,),
        flash=None,
        theme="auto",
        csrf_token="token",
        path="/",
        academy=ACADEMY,
        environment="demo",
        now=datetime(2026, 12, 8, 10, tzinfo=UTC),
        zone="Europe/London",
        idempotency_key="key",
        sign_in_ends_in=None,
        hides_demo_banner=False,
        back_to="/kit",
        preview=None,
    )


# The stylesheet


CSS = STATIC / "css"
SHEET = Stylesheet.at(CSS / "app.css")


def test_the_stylesheet_keeps_its_rules() -> None:
    problems = faults("app.css", SHEET.text, *STYLESHEET_RULES)
    assert [SHEET.located(problem) for problem in problems] == []


def test_a_fault_is_told_with_its_own_file_and_line() -> None:
    lines = SHEET.text.splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if line.startswith("  .tabs a {"))
    name, line, words = SHEET.located(f"app.css:{number}: a colour").split(":")
    assert (name, words) == ("components/enrolments.css", " a colour")
    assert (CSS / name).read_text().splitlines()[int(line) - 1].startswith("  .tabs a {")


def test_every_file_of_styles_is_imported_once_and_imports_nothing() -> None:
    """A file that the sheet does not import would never reach a page."""
    imported = [name for name, _ in SHEET.parts]
    assert sorted(imported) == sorted(
        path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css")
    )
    assert [name for name, text in SHEET.parts[1:] if "@import" in text] == []


def test_components_stand_in_the_layer_of_components() -> None:
    """Outside it they would win over every utility, and over paper. An address in them would be read from the
    folder of the joined sheet, not from theirs."""
    components = {name: text for name, text in SHEET.parts if name.startswith("components/")}
    assert len(components) > 20
    layers = {name: re.findall(r"^[^ /}\n].*", text, re.M) for name, text in components.items()}
    assert {
        name: outside for name, outside in layers.items() if outside != ["@layer components {"]
    } == {}
    assert [name for name, text in components.items() if "url(" in text] == []


def test_the_build_serves_one_sheet(built: Build) -> None:
    assert [path.name for path in (built.folder / "css").rglob("*.css")] == ["app.css"]
    served = (built.folder / "css" / "app.css").read_text()
    rules = [(d.within, d.name, d.value) for d in declarations(served)]
    assert rules == [(d.within, d.name, d.value) for d in declarations(SHEET.text)]
    assert "@import" not in served


def test_what_is_hidden_stays_hidden() -> None:
    """A component that says how it is displayed, as every button does, would show what is hidden: a later
    layer wins."""
    css = SHEET.text
    assert "[hidden] { display: none; }" in css.partition("@layer utilities {")[2]


@pytest.mark.parametrize("name", THEMES)
def test_every_pair_of_colours_is_computed(name: str) -> None:
    """Every colour of a pair is defined in the theme, and the contrast rule checks more than 60
    pairs."""
    css = SHEET.text
    theme = themes(css)[name]
    used = {(pair.front, pair.back) for pair in pairs(css)}
    assert {token for pair in used for token in pair} <= theme.keys()
    assert len(used) > 60


def test_what_the_first_visit_loads_is_light(built: Build) -> None:
    """Phones in a basement clinic: the budgets of the front end."""

    def packed(name: str) -> int:
        return len(brotli.compress((built.folder / name).read_bytes()))

    assert packed("css/app.css") <= 20_000
    assert packed("icons.svg") <= 10_000
    fonts = [path for path in (built.folder / "fonts").iterdir() if "-more" not in path.name]
    assert 0 < sum(path.stat().st_size for path in fonts) <= 42_000


# The templates, the scripts, the drawings


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_templates_keep_their_rules(page: Path, built: Build, environment: Environment) -> None:
    problems = faults(
        page.relative_to(TEMPLATES.parent).as_posix(),
        page.read_text(),
        *TEMPLATE_RULES,
        behaviours_exist({script.stem for script in SCRIPTS}),
        assets_exist(lambda name: (built.folder / name).is_file()),
        icons_are_drawn(environment, icons.NAMES),
        drawings_exist(environment, DRAWINGS),
        scenes_exist(environment, SCENES),
        classes_exist(classes_of(SHEET.text)),
    )
    assert problems == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_their_rules(script: Path) -> None:
    is_module = imports_lead_somewhere(lambda name: (script.parent / name).is_file())
    wordless = scripts_hold_no_words(classes_of(SHEET.text))
    assert faults(f"js/{script.name}", script.read_text(), *SCRIPT_RULES, wordless, is_module) == []


@pytest.mark.parametrize("name", ["pictures.svg", "scenes.svg"])
def test_drawings_keep_their_rules(name: str) -> None:
    text = (STATIC / "img" / name).read_text()
    assert faults(f"img/{name}", text, drawings_use_tokens, drawings_keep_to_their_palette) == []


def test_drawings_are_light() -> None:
    """A page that shows one of a file loads the file."""
    weights = {
        name: len(brotli.compress((STATIC / "img" / name).read_bytes()))
        for name in ("pictures.svg", "scenes.svg")
    }
    assert {name: weight for name, weight in weights.items() if weight > 4_000} == {}


def test_each_drawing_is_shown_to_people_who_build_pages(environment: Environment) -> None:
    page = environment.get_template("kit.html").render(visit=visit("visitor"))
    shown = re.findall(r"/img/(?:[\w.-]*/)*(\w+)[\w.-]*\.svg#([\w-]+)", page)
    assert {name for file, name in shown if file == "scenes"} == SCENES
    assert {name for file, name in shown if file == "pictures"} == DRAWINGS


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
        assert headings_skip_no_level(levels)
