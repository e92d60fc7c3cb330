"""Rules of the house about names: a name says what it holds, and no two public classes share a
name."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
APP = ROOT / "app"
VAGUE = {"one", "found", "asked", "known", "kept", "made", "given"}
_WORDS = "|".join(sorted(VAGUE))
_IN_USE = re.compile(rf"(?<![.\w])(?:{_WORDS})\b|\.(?:{_WORDS})\s*[=:,)\]]")
_NO_CODE = re.compile(r'''(?<![fFrR])(?:""".*?"""|"(?:[^"\\\n]|\\.)*")|#[^\n]*''', re.DOTALL)
_CLASS = re.compile(r"^[ \t]*class ([A-Z]\w*)[(:]", re.MULTILINE)
SOURCES = sorted(
    path for path in (*APP.rglob("*.py"), *TESTS.rglob("*.py")) if "fixtures" not in path.parts
)
PARTS_OF_ADDRESSES = {
    # `?kept=yes` is in addresses that browsers remember: it says that a form was stored.
    "app/accounts/forms.py: SignInForm.kept",
    "app/accounts/forms.py: ProveForm.kept",
    "app/accounts/factors/forms.py: ProveByPasskeyForm.kept",
}


def bindings(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield each name that the code binds, with the qualified name of the class or function around
    it."""
    for node in ast.iter_child_nodes(tree):
        within = inside
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, inside
                within = f"{inside}{name}."
            case ast.ClassDef(name=name):
                yield name, inside
                within = f"{inside}{name}."
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name, inside
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, inside
            case ast.alias(asname=str(name)):
                yield name, inside
            case ast.ExceptHandler(name=str(name)):
                yield name, inside
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, inside
            case ast.MatchMapping(rest=str(name)):
                yield name, inside
        yield from bindings(node, within)


def vague_names(source: str) -> list[str]:
    """Return the vague names in a module, each with the class or function that holds it."""
    if not _IN_USE.search(_NO_CODE.sub("", source)):
        return []  # parsing every file takes seconds
    return [f"{inside}{name}" for name, inside in bindings(ast.parse(source)) if name in VAGUE]


def names_defined_twice(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the public class names that more than one module defines, with their modules."""
    modules = defaultdict[str, list[str]](list)
    for module, source in sources:
        for name in _CLASS.findall(source):
            modules[name].append(module)
    return {name: where for name, where in modules.items() if len(where) > 1}


def test_no_name_is_vague():
    """A name such as `found` fits every value that a function returns, so it tells a reader
    nothing."""
    vague = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name in vague_names(path.read_text())
    }
    assert len(SOURCES) > 600
    assert vague == PARTS_OF_ADDRESSES


def test_no_public_class_has_the_name_of_another():
    """A reader who sees `Candidate` in a signature must not have to look up which of two classes it
    is."""
    sources = [(str(path.relative_to(APP)), path.read_text()) for path in sorted(APP.rglob("*.py"))]
    assert names_defined_twice(sources) == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("found = 1", ["found"]),
        ("def f(known): ...", ["f.known"]),
        ("def f(*, kept=None): ...", ["f.kept"]),
        ("def made(): ...", ["made"]),
        ("async def asked(): ...", ["asked"]),
        ("class A:\n    given: int", ["A.given"]),
        ("class A:\n    def b(self):\n        self.kept = 1", ["A.b.kept"]),
        ("[one for one in range(3)]", ["one"]),
        ("lambda one: one.name", ["one"]),
        ("if found := f(): ...", ["found"]),
        ('f"{[one for one in a]}"', ["one"]),
        ("a = {1: 'known'}  # found", []),
        ("self.made, self.b = 1, 2", ["made"]),
        ("for one, other in pairs: ...", ["one"]),
        ("with f() as made: ...", ["made"]),
        ("from a import b as known", ["known"]),
        ("try: ...\nexcept ValueError as asked: ...", ["asked"]),
        ("match a:\n    case [*found]: ...\n    case {**given}: ...", ["found", "given"]),
        ("match a:\n    case {'b': made}: ...", ["made"]),
        ("from hypothesis import given\n\n@given(x=1)\ndef f(x): ...", []),
        ("row = db.execute(query).one()", []),
        ("class A:\n    founder: str", []),
    ],
)
def test_a_vague_name_is_noticed_wherever_it_stands(source: str, names: list[str]) -> None:
    assert vague_names(source) == names


def test_a_second_class_of_a_name_is_noticed() -> None:
    first, second = ("a.py", "class Seat: ..."), ("b.py", "class Seat: ...\nclass _Row: ...")
    assert names_defined_twice([first, second]) == {"Seat": ["a.py", "b.py"]}
    assert names_defined_twice([first, ("c.py", "class Row: ...\nclass _Seat: ...")]) == {}
