"""What people set and type is documented, and what is documented exists."""

import ast
import re
from collections.abc import Iterator

import click
import pytest

from switchhook.cli import root

from .conftest import ROOT, Source

INTERNAL = {"DJANGO_SETTINGS_MODULE", "SWITCHHOOK_LEASH"}
"""Passed from one of our processes to another, never set by a person."""


def settings_read(source: Source) -> Iterator[str]:
    """Names of environment variables, however they are read; a constant of the same file stands for its value."""
    constants = {
        target.id: node.value.value
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for name in filter(None, map(environment_key, ast.walk(source.tree))):
        match name:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Name(id=known) if known in constants:
                yield constants[known]


def environment_key(node: ast.AST) -> ast.expr | None:
    """The expression that names the variable where `node` reads or writes the environment."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[name, *_]):
            return name
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
            return name
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=name):
            return name
        case ast.Compare(left=name, comparators=[ast.Attribute(attr="environ")]):
            return name
    return None


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def reference(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_and_every_documented_one_is_read(product: list[Source]) -> None:
    read = {name for source in product for name in settings_read(source)} - INTERNAL
    documented = set(re.findall(r"^\| `([A-Z_]+)`", reference("settings.md"), re.MULTILINE))
    assert documented == read


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^## `switchhook ([a-z-]+(?: [a-z-]+)*)", reference("cli.md"), re.MULTILINE))
    assert documented == {name for name, _ in commands(root)}


@pytest.mark.parametrize("name", [name for name, _ in commands(root)])
def test_every_option_of_a_command_is_documented(name: str) -> None:
    command = dict(commands(root))[name]
    section = reference("cli.md").partition(f"## `switchhook {name}")[2].partition("\n## ")[0]
    options = {text for option in command.params for text in (*option.opts, *option.secondary_opts) if text[:2] == "--"}
    assert {option for option in options if f"`{option}" not in section} == set()


def test_every_public_function_and_class_says_what_it_does(product: list[Source]) -> None:
    """In the core and in the connectors' contract, which others build on. An enumeration's members speak for it."""
    missing = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in product
        if source.path.startswith(("src/switchhook/core/", "src/switchhook/connectors/base"))
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not (isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases))
    ]
    assert not missing, "\n".join(missing)
