"""The task author's Python: `global`, function bodies, `data_transform`. Workers alone run it.

What it sees: torch, the sizes, the names of `global`, and `input_data`. Functions find the weights
there and never the inputs: a function that could read the whole input could compute the answer.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any, TypeAlias

import numpy as np

from benchmark.pcl.problem import AuthorError
from benchmark.pcl.schema import Code, PclFile
from benchmark.pcl.sizes import DEFAULTS

Names: TypeAlias = dict[str, Any]
Body: TypeAlias = Callable[[list[Any], list[Any]], Any]
_SEED = 42
"""What published tests seed torch with, before anything is drawn."""
_RESULT = "__result__"


@contextmanager
def at_precision(floats: Any) -> Iterator[None]:  # noqa: ANN401 - a type of torch
    """Make a float type the default of torch, and keep no gradients."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(floats)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


def names_of(read: PclFile, sizes: Mapping[str, int], floats: Any) -> Names:  # noqa: ANN401
    """Run `global` and return its names, its tensors in a float type.

    Errors: AuthorError.
    """
    import torch

    names: Names = {
        "__name__": "task",
        "torch": torch,
        "np": np,
        "numpy": np,
        "math": math,
        "nn": torch.nn,
        "F": torch.nn.functional,
        **DEFAULTS,
        **sizes,
    }
    code = _compiled(read.setup, lambda: _kept(ast.parse(read.setup.text), sizes), read)
    # drawn in one type, so that every precision sees the same numbers
    with at_precision(torch.float32), _told(read.setup, read), torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        exec(code, names)
    for name, value in names.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            names[name] = value.to(floats)
    return names


def body_of(code: Code, names: Names, read: PclFile) -> Body:
    """Return the function of `input` and `state` that a body is.

    Errors: AuthorError, from calls too.
    """

    def tree() -> ast.Module:
        body = ast.parse(code.text).body
        _return_last(body)
        made = ast.parse(f"def {_RESULT}(input, state):\n    pass")
        function = made.body[0]
        assert isinstance(function, ast.FunctionDef)
        function.body = body or function.body
        return ast.fix_missing_locations(made)

    # into a place of its own: the names themselves stay the function's globals
    place: Names = {}
    exec(_compiled(code, tree, read), names, place)
    run: Body = place[_RESULT]

    def told(given: list[Any], state: list[Any]) -> Any:  # noqa: ANN401
        with _told(code, read):
            found = run(given, state)
        return state if found is None and state else found

    return told


def last_value(blocks: Sequence[Code], names: Names, read: PclFile) -> Any:  # noqa: ANN401
    """Run blocks one after the other and return what the last line of the last one makes.

    Errors: AuthorError.
    """
    for code in blocks:

        def tree(code: Code = code) -> ast.Module:
            module = ast.parse(code.text)
            _assign_last(module.body)
            return ast.fix_missing_locations(module)

        compiled = _compiled(code, tree, read)
        names[_RESULT] = None
        with _told(code, read):
            exec(compiled, names)
    return names[_RESULT]


def _kept(module: ast.Module, sizes: Mapping[str, int]) -> ast.Module:
    """Give sizes their values again after each statement that binds them."""
    body: list[ast.stmt] = []
    for statement in module.body:
        body.append(statement)
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            bound = {
                each.id
                for each in ast.walk(statement)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            for name in sorted(bound & sizes.keys()):
                again = ast.parse(f"{name} = {sizes[name]}").body
                body += [ast.copy_location(each, statement) for each in again]
    return ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))


def _return_last(body: list[ast.stmt]) -> None:
    """Make a body return what its last line makes, unless it returns something itself."""
    if not body or any(map(_returns, body)):
        return
    match body[-1]:
        case ast.Expr(value=value):
            body[-1] = ast.copy_location(ast.Return(value), body[-1])
        case ast.Assign(targets=[ast.Name(id=name)]):
            body.append(ast.Return(ast.Name(id=name, ctx=ast.Load())))
        case _:
            pass


def _returns(node: ast.AST) -> bool:
    """Whether a `return` stands in a statement, outside functions of its own."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return isinstance(node, ast.Return) or any(map(_returns, ast.iter_child_nodes(node)))


def _assign_last(body: list[ast.stmt]) -> None:
    result: list[ast.expr] = [ast.Name(id=_RESULT, ctx=ast.Store())]
    match body[-1] if body else None:
        case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
            body[-1] = ast.copy_location(ast.Assign(targets=result, value=value), body[-1])
        case ast.Assign() as last:
            last.targets = [*last.targets, *result]
        case _:
            pass


def _compiled(code: Code, tree: Callable[[], ast.Module], read: PclFile) -> CodeType:
    with _told(code, read):
        return compile(tree(), f"{read.file}:{code.path}", "exec")


@contextmanager
def _told(code: Code, read: PclFile) -> Iterator[None]:
    """Say in whose code an exception came up, and on which line of the file."""
    try:
        yield
    except AuthorError:
        raise
    except Exception as error:
        line = code.line + max(_line_of(error, f"{read.file}:{code.path}"), 1) - 1
        words = " ".join(str(error).split())[:300]
        if isinstance(error, KeyError):
            words = f"{words}; functions see weights in `input_data`, never inputs"
        raise AuthorError(
            f"{read.file}:{line}: {code.path}: {type(error).__name__}: {words}"
        ) from error


def _line_of(error: BaseException, file: str) -> int:
    """Return the line of the code that an exception passed last, 0 where it passed none."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
