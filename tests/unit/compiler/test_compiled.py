"""Programs as a machine gets them."""

from __future__ import annotations

import pytest
from compiling import checked, names
from xdsl.utils.exceptions import VerifyException

from aspl.ops.table import OPS
from compiler.compiled import compile_program
from compiler.pipelines import parse_pipeline

TWICE = "def kernel(x: Stream(f32, [3])) -> Stream(f32, [3]):\n    return Map(x, x, fn=mul)\n"


def test_a_compiled_program_is_linear() -> None:
    compiled = compile_program(checked(TWICE))
    assert names(compiled.checked) == ["Broadcast", "Map"]
    assert compiled.checked.linearity == "strict"
    assert compiled.depths == (None,) * 4


def test_without_passes_it_stays_as_it_is() -> None:
    program = checked(TWICE)
    assert compile_program(program, ()).checked == program


@pytest.mark.parametrize("name", OPS)
def test_every_example_compiles(name: str) -> None:
    program = checked(OPS[name].example.text)
    compiled = compile_program(program)
    assert len(compiled.depths) == len(compiled.checked.types)
    results = [program.types[value] for value in program.program.results]
    found = [compiled.checked.types[value] for value in compiled.checked.program.results]
    assert found == results


def test_spans_stay_for_later_diagnostics() -> None:
    (copy, product) = compile_program(checked(TWICE)).checked.program.nodes
    assert product.span.line == 2
    assert copy.span == product.span


def test_a_pass_that_finds_something_says_it() -> None:
    with pytest.raises(VerifyException, match="L001 stream `x` is read twice"):
        compile_program(checked(TWICE), parse_pipeline("verify"))
