"""Reads the layer contracts of `pyproject.toml`: which modules stand in which layer of their package."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from re import split

ROOT = Path(__file__).parent.parent.parent
APP = ROOT / "app"
TYPES = "app.questions"
"""The package with a folder for each type of question. Its contract names none of them, so that a new type
needs no line there; the contract of `app.questions.*` holds for each folder."""


@dataclass(frozen=True, slots=True)
class LayerContract:
    """One contract. `layers` are the highest first; each has names relative to the container."""

    container: str
    layers: tuple[tuple[str, ...], ...]
    is_exhaustive: bool
    ignored_children: frozenset[str]
    ignored_imports: tuple[str, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        """The full names of all modules that the contract names."""
        return tuple(
            f"{container}.{name}"
            for container in self.containers
            for layer in self.layers
            for name in layer
        )

    @property
    def containers(self) -> tuple[str, ...]:
        """The packages whose layers these are: one, or each folder of a type of question."""
        return tuple(type_folders()) if self.container == f"{TYPES}.*" else (self.container,)


def import_contracts() -> list[dict[str, object]]:
    """Return all import contracts of `pyproject.toml`, as they are written."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def layer_contracts() -> dict[str, LayerContract]:
    """Return the layer contract of each package by the package's name."""
    contracts = [
        _contract(written) for written in import_contracts() if written["type"] == "layers"
    ]
    by_container = {contract.container: contract for contract in contracts}
    assert len(by_container) == len(contracts), "a package has two layer contracts"
    return by_container


def type_folders() -> list[str]:
    """Return the packages of the types of questions, and that of what some types share."""
    folders = (APP / "questions").iterdir()
    return sorted(f"{TYPES}.{path.name}" for path in folders if (path / "__init__.py").is_file())


def use_case_modules() -> dict[str, Path]:
    """Return the file of each module that holds use-cases, by the module's name.

    These are the modules of the layer that names `service`. Where `service` is a package, they are those
    of the first layer of its own contract.
    """
    contracts = layer_contracts()
    modules = []
    for contract in contracts.values():
        for layer in contract.layers:
            if "service" in layer:
                modules += [f"{contract.container}.{name}" for name in layer]
    inside = {
        module: [f"{module}.{name}" for name in contracts[module].layers[0]]
        for module in modules
        if module in contracts
    }
    files = {}
    for module in modules:
        for name in inside.get(module, [module]):
            files[name] = file_of(name)
    return files


def below_the_edges() -> set[str]:
    """Return the modules and packages of features from the layer of use-cases downwards."""
    modules = set()
    for contract in layer_contracts().values():
        tops = [number for number, layer in enumerate(contract.layers) if "service" in layer]
        for layer in contract.layers[tops[0] :] if tops else ():
            modules |= {f"{contract.container}.{name}" for name in layer}
    return modules


def file_of(module: str) -> Path:
    """Return the file of a module; of a package, its folder."""
    path = ROOT.joinpath(*module.split("."))
    return path if path.is_dir() else path.with_suffix(".py")


def _contract(written: dict[str, object]) -> LayerContract:
    containers, layers = written["containers"], written["layers"]
    ignored, imports = written.get("exhaustive_ignores", []), written.get("ignore_imports", [])
    assert isinstance(containers, list)
    assert isinstance(layers, list)
    assert isinstance(ignored, list)
    assert isinstance(imports, list)
    (container,) = containers
    return LayerContract(
        container=container,
        layers=tuple(
            tuple(name.strip(" ()") for name in split(r"[|:]", layer)) for layer in layers
        ),
        is_exhaustive=written.get("exhaustive", False) is True,
        ignored_children=frozenset(ignored),
        ignored_imports=tuple(imports),
    )
