"""The scripts beside the package, most of which no test runs: what they take from it is there."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts").glob("*.py"))


def taken(script: Path) -> list[tuple[str, str]]:
    """Module and name of everything a script imports from the package, wherever in it."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [
        (node.module, alias.name)
        for node in found
        if node.module and node.module.split(".")[0] == "answerprint"
        for alias in node.names
    ]


def test_some_scripts_take_something() -> None:
    assert sum(map(len, map(taken, SCRIPTS))) > 20


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_imports_is_there(script: Path) -> None:
    for module, name in taken(script):
        found = import_module(module)
        assert hasattr(found, name) or import_module(f"{module}.{name}")
