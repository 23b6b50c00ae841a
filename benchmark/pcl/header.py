"""The header of a task file in this language: sizes, weights, given functions, the signature."""

from __future__ import annotations

import math

from aspl.text.outside import RESERVED
from aspl.types import Stream, Tensor, element_dims, element_dtype
from benchmark.pcl.problem import Findings
from benchmark.pcl.schema import Code, Fn, PclFile, Port
from benchmark.pcl.sizes import fixed_in, integers_of, names_in


def header_text(read: PclFile, found: Findings) -> str:
    """Write the header of a task.

    Errors: reports sizes that have no value.
    """
    known = integers_of(read.setup.text)
    names = names_in(read)
    for name in names:
        if name not in known:
            hint = f"write `{name} = 3` under `global`, as a number of its own"
            found.error("global", read.setup.line, f"the size `{name}` has no value", hint)
        elif name in RESERVED:
            found.error("global", read.setup.line, f"`{name}` is a name of the language")
    if found.errors:
        return ""
    fixed = fixed_in(read, known)
    lines = [
        f"{name} = Dim({known[name]}{', fixed=True' if name in fixed else ''})" for name in names
    ]
    taken = {*names, *(each.name for each in (*read.inputs, *read.weights))}
    taken |= {fn.name for fn in read.fns}
    spare = [name for name in known if name not in taken and _is_wanted(name, read)]
    lines += [f"{name} = {known[name]}" for name in spare]
    lines += [f"{each.name} = Parameter({_tensor(each)})" for each in read.weights]
    lines += [f"\n{_signature(fn)}\n{_comment(fn.apply, 4)}    ..." for fn in read.fns]
    return "\n".join([*_helpers(read), *lines, "", f"{_results(read)}{_kernel(read)}"]) + "\n"


def _comment(code: Code, indent: int) -> str:
    """Write the author's Python as comments: what is computed, for people and models to read."""
    lines = [line.rstrip() for line in code.text.splitlines() if line.strip()]
    return "".join(f"{' ' * indent}# {line}\n" for line in lines)


def _helpers(read: PclFile) -> list[str]:
    told = _comment(read.setup, 0).rstrip()
    return [f"# constants and helpers of the given functions:\n{told}\n"] if told else []


def _results(read: PclFile) -> str:
    """Say in torch what the results are, with inputs and weights in `input_data`."""
    parts = []
    for place, output in enumerate(read.outputs):
        parts.append(f"# result {place}, from inputs and weights in `input_data`:\n")
        parts += [_comment(code, 0) for code in output.transform]
    return "".join(parts)


def _is_wanted(name: str, read: PclFile) -> bool:
    """Whether an answer may want to name a number: no default that the file never speaks of."""
    spoken = name in read.setup.text or name in (read.impl or "")
    return spoken and name.isidentifier() and name not in RESERVED


def _tensor(port: Port) -> str:
    dims = (*port.dims, *element_dims(port.type))
    shape = Tensor(element_dtype(port.type), dims)
    return str(shape).removeprefix("Tensor(").removesuffix(")")


def _signature(fn: Fn) -> str:
    params = [f"x{place}: {each}" for place, each in enumerate(fn.inputs)]
    if fn.is_fold:
        values = ", ".join(map(_number, fn.init))
        state = f"({values})" if len(fn.init) > 1 else values
        params.append(f"state: {fn.output} = {state}")
    return f"def {fn.name}({', '.join(params)}) -> {fn.output}:"


def _number(value: float) -> str:
    if math.isinf(value):
        return "inf" if value > 0 else "lowest"
    return str(int(value)) if value.is_integer() else repr(value)


def _kernel(read: PclFile) -> str:
    inputs = [f"{each.name}: {Stream(each.type, each.dims)}" for each in read.inputs]
    results = [str(Stream(each.type, each.dims)) for each in read.outputs]
    told = results[0] if len(results) == 1 else f"({', '.join(results)})"
    return f"def kernel({', '.join(inputs)}) -> {told}:"
