"""`make messages`: collects every text that is translated, and brings each catalogue up to date.

`make messages LANGUAGE=de` adds a language first. A catalogue keeps all its translations: a text that stands
nowhere any more moves to the end of the file, and comes back from there when it is said again. A second run
changes nothing. The list of the texts itself is not stored, because it follows from the code.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeGuard

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from app.catalogues import FILE, LOCALES, catalogue_files, problem_of_tag, problems_of_files
from app.kit.paths import ROOT
from app.web.translating import Translating

MARKS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("msg", "label", "script_text", "paper_text", "act_text", "_", "gettext"), 1),
    **dict.fromkeys(("msgs", "script_count", "ngettext"), 2),
}
"""The functions whose texts are translated, with how many texts each takes before its values."""
CODE_MARKS: Final = (
    "msg",
    "msgs",
    "label",
    "script_text",
    "script_count",
    "paper_text",
    "act_text",
)
"""Called by their plain names: `column.label("id")` is no text."""
TEMPLATE_MARKS: Final = ("_", "gettext", "ngettext", "msg", "msgs")
MOST_COLUMNS: Final = 110
HEAD: Final = (
    "# {name} texts of Preceptor (docs/languages.md). `make messages` brings them up to date."
)


class TwoPlurals(Exception):
    """A text is said with two different plurals. A catalogue has room for one, so one would be wrong."""


class NoLiteral(Exception):
    """A template translates something that is not a literal, so no translator gets it."""


@dataclass(frozen=True)
class Text:
    """A text that is translated, with the file in which it stands. `plural` is None if it depends on no
    number."""

    path: str
    line: int
    singular: str
    plural: str | None = None

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


class Marking(Translating):
    """Reads `trans` as the application does, and leaves calls whose texts can be collected."""

    def _make_node(  # type: ignore[override]  # like the class that it extends
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,
    ) -> nodes.Stmt:
        texts = [text for text in (singular, plural) if text is not None]
        name = nodes.Name("gettext" if plural is None else "ngettext", "load")
        values: list[nodes.Expr] = [nodes.Const(text) for text in texts]
        return nodes.Output([nodes.Call(name, values, [], None, None), *variables.values()])


def texts_of_code(root: Path) -> Iterator[Text]:
    """Yield the texts of the modules in `root/app`. What is no literal is left out: a house rule of messages
    refuses it, but for the makers of messages themselves."""
    for path in sorted((root / "app").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            mark = call.func.id if isinstance(call.func, ast.Name) else ""
            if mark not in CODE_MARKS:
                continue
            texts = [value.value for value in call.args[: MARKS[mark]] if _is_text(value)]
            if len(texts) == MARKS[mark]:
                yield Text(str(path.relative_to(root)), call.lineno, *texts)


def _is_text(value: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def texts_of_templates(root: Path) -> Iterator[Text]:
    """Yield the texts of the templates of pages and mails."""
    environment = Environment(  # noqa: S701 - it only reads templates
        extensions=[Marking], trim_blocks=True, lstrip_blocks=True
    )
    paths = (path for path in (root / "templates").rglob("*.*") if path.suffix in (".html", ".txt"))
    for path in sorted(paths):
        place = str(path.relative_to(root))
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for line, mark, said in extract_from_ast(tree, TEMPLATE_MARKS):
            texts = (said,) if isinstance(said, str) else tuple(said or ())
            literals = [text for text in texts[: MARKS[mark]] if text is not None]
            if len(literals) < MARKS[mark]:
                raise NoLiteral(f"{place}:{line}: the text of {mark} is no literal")
            yield Text(place, line, *literals)


def list_of_texts(root: Path = ROOT) -> Catalog:
    """Return every text that is translated, each once, in the order of the files. Raise TwoPlurals if a text
    has several plurals, and NoLiteral if a template translates what is no literal."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    plurals: dict[str, Text] = {}
    for text in (*texts_of_code(root), *texts_of_templates(root)):
        if text.plural is not None:
            first = plurals.setdefault(text.singular, text)
            if first.plural != text.plural:
                raise TwoPlurals(f"{first.place} and {text.place}: {text.singular!r}")
        ids = text.singular if text.plural is None else (text.singular, text.plural)
        catalogue.add(ids, locations=[(text.path, text.line)])
    return catalogue


def updated(path: Path, tag: str, texts: Catalog) -> Catalog:
    """Return the catalogue of a language with every text of the list, and all its translations; a new one if
    there is no file."""
    locale = tag.replace("-", "_")
    if path.exists():
        with path.open("rb") as source:
            catalogue = read_po(source, locale=locale)
    else:
        catalogue = Catalog(locale, project="Preceptor", version="1", fuzzy=False)
        name = catalogue.locale.english_name if catalogue.locale else tag
        catalogue.header_comment = HEAD.format(name=name)
    for key, entry in list(catalogue.obsolete.items()):
        if texts.get(entry.id) is not None and catalogue.get(entry.id) is None:
            catalogue[entry.id] = catalogue.obsolete.pop(key)
    catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    for key, entry in list(catalogue.obsolete.items()):
        if not is_translated(entry):
            del catalogue.obsolete[key]
    return catalogue


def is_translated(entry: Message) -> bool:
    return bool(entry.string and any(entry.string))


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue. Lines of the code are left out, because they change all the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=MOST_COLUMNS, include_lineno=False)


def bring_up_to_date(tag: str, path: Path, texts: Catalog) -> str:
    """Write the catalogue of a language, and return a line about it."""
    catalogue = updated(path, tag, texts)
    write(path, catalogue)
    entries = [entry for entry in catalogue if entry.id]
    translated = sum(map(is_translated, entries))
    return (
        f"{tag}: {translated:,} translated, {len(entries) - translated:,} in English, "
        f"{len(catalogue.obsolete):,} not said any more"
    )


def main(added: list[str], *, root: Path = ROOT, locales: Path = LOCALES) -> int:
    """Bring every catalogue up to date, with those of new languages; return the exit code."""
    if wrong := [problem for tag in added if (problem := problem_of_tag(tag))]:
        print("\n".join(wrong), file=sys.stderr)
        return 2
    try:
        texts = list_of_texts(root)
    except (TwoPlurals, NoLiteral) as problem:
        print(f"{type(problem).__doc__}\n{problem}", file=sys.stderr)
        return 1
    print(f"{len(texts):,} texts")
    files = {**catalogue_files(locales), **{tag: locales / tag / FILE for tag in added}}
    for tag, path in files.items():
        print(bring_up_to_date(tag, path, texts))
    problems = problems_of_files(locales)
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
