import ast

from .conftest import Source

MAY_CATCH_ALL = {
    "src/switchhook/worker.py",
    "src/switchhook/delivery/tasks.py",
    "src/switchhook/understanding/reader.py",
    "src/switchhook/intake/endpoint.py",
    "src/switchhook/intake/store.py",
    "src/switchhook/routing/endpoint.py",
    "src/switchhook/routing/store.py",
    "src/switchhook/live/endpoint.py",
    "src/switchhook/live/hub.py",
    "src/switchhook/calls/stream.py",
}
"""The job runner, its two loops, and the fast paths: they stand between one piece of work and all the rest."""

EVERYTHING = {"Exception", "BaseException"}


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return handler.type is None or any(isinstance(one, ast.Name) and one.id in EVERYTHING for one in caught)


def test_only_the_job_runner_and_the_fast_paths_catch_everything(product: list[Source]) -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in product
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node) and source.path not in MAY_CATCH_ALL
    ]
    assert not found, "\n".join(found)


def test_no_error_is_passed_over_in_silence_everywhere(product: list[Source]) -> None:
    """`suppress(Exception)` is a bare except under another name."""
    found = [f"{source.path}" for source in product if "suppress(Exception)" in source.text]
    assert not found, "\n".join(found)


def test_every_exception_class_has_a_code_of_its_own(product: list[Source]) -> None:
    """Codes are what scripts and the journal rely on."""
    from switchhook.core import errors

    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    codes = [found.code for found in classes if issubclass(found, errors.SwitchhookError)]
    assert len(codes) == len(set(codes)) > 5
