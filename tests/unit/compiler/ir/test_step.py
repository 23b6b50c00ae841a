"""Every operator, and every part of a header, as a module and back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from compiling import checked, module_of, reread
from xdsl.utils.exceptions import VerifyException

import aspl.examples
from aspl.builder import Builder
from aspl.checker import check
from aspl.diagnostics import NOWHERE, Findings
from aspl.functions.function import Empty, Fill, Library, Parts
from aspl.ops.higher import Accum, Map
from aspl.ops.table import OPS
from aspl.types import DType, Scalar, Stream
from compiler.ir.build import build
from compiler.ir.encode import Encoder
from compiler.ir.header import header_of
from compiler.ir.read import program_of
from compiler.ir.step import OPERATIONS
from compiler.ir.text import NoModule, parse_module, print_module

EXAMPLES = sorted(Path(aspl.examples.__file__).parent.glob("*.aspl"))
TEXTS = {name: op.example.text for name, op in OPS.items()}
TEXTS |= {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES}


def test_every_operator_is_an_operation() -> None:
    assert list(OPERATIONS) == list(OPS)
    assert OPERATIONS["LinearOffChipLoad"].name == "step.linear_off_chip_load"


@pytest.mark.parametrize("name", TEXTS)
def test_a_program_comes_back_from_its_module(name: str) -> None:
    program = checked(TEXTS[name], "strict")
    module = build(program)
    module.verify()
    found = reread(module, "strict")
    assert found == program
    assert found.program.values == program.program.values
    spans = [(node.span, node.input_spans) for node in program.program.nodes]
    assert [(node.span, node.input_spans) for node in found.program.nodes] == spans


@pytest.mark.parametrize("spans", [False, True])
@pytest.mark.parametrize("name", TEXTS)
def test_a_module_comes_back_from_its_text(name: str, spans: bool) -> None:
    program = checked(TEXTS[name], "strict")
    text = print_module(build(program, spans=spans))
    module = parse_module(text)
    assert print_module(module) == text
    found = reread(module, "strict")
    assert found == program
    names = [value.name for value in program.program.values]
    assert [value.name for value in found.program.values] == names


def test_names_that_the_text_cannot_hold_are_kept_beside_it() -> None:
    module = module_of(
        "def kernel(x_0: Stream(f32, [3])) -> Stream(f32, [3]):\n"
        "    y_1 = Map(x_0, fn=exp)\n    y_2 = Map(y_1, fn=exp)\n    return y_2\n"
    )
    found = program_of(parse_module(print_module(module)))
    assert [value.name for value in found.values] == ["x_0", "y_1", "y_2"]


def test_without_spans_nothing_has_a_place() -> None:
    program = checked(TEXTS["Map"])
    found = program_of(build(program, spans=False))
    assert {node.span for node in found.nodes} == {NOWHERE}


def test_functions_that_the_header_does_not_name_are_carried_along() -> None:
    double = checked(
        "def double(x: f32) -> f32:\n    return x * 2\n\n"
        "def kernel(x: Stream(f32, [3])) -> Stream(f32, [3]):\n    return Map(x, fn=double)\n"
    ).program.functions[0]
    make = Builder()
    x = make.stream("x", Stream(Scalar(DType.F32), (make.size("M", 3),)))
    (y,) = make.add(Map(fn=double), x)
    program = check(make.build(y), Findings())
    assert program is not None
    found = reread(parse_module(print_module(build(program))))
    assert found.program.functions == ()
    assert found.program == program.program


@pytest.mark.parametrize(
    "init",
    [
        Fill(-math.inf),
        Fill(0.1, Scalar(DType.F32)),
        Empty(),
        Parts((Fill(1.0), Parts((Fill(-0.0), Empty())))),
    ],
    ids=str,
)
def test_initial_values(init: Fill | Empty | Parts) -> None:
    attribute = Encoder().init(init)
    assert header_of(module_of(TEXTS["Map"])).decoder().init(attribute) == init


def test_options_of_library_functions_keep_their_kinds() -> None:
    fn = Library("pick", (("index", 1),))
    (given,) = Encoder().parameters(Map(fn=fn)).values()
    assert header_of(module_of(TEXTS["Map"])).decoder().function(given) == fn


def test_parameters_that_have_their_defaults_are_left_out() -> None:
    assert set(Encoder().parameters(Accum(fn=Library("add")))) == {"fn"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("step.map", "step.mop", "operation step.mop is not registered"),
        ("builtin.module {", "builtin.module {{", "in block definition"),
        ('"step.size"() {name = "M", ', '"step.size"() {', "attribute 'name' expected"),
        ('fn = #step.library<"mul", {}>', "", "attribute 'fn' expected"),
        ("(%x, %y)", "()", "operand"),
    ],
)
def test_text_that_is_no_module_says_why(old: str, new: str, words: str) -> None:
    text = print_module(module_of(TEXTS["Map"]))
    assert old in text
    with pytest.raises(NoModule, match=words):
        parse_module(text.replace(old, new))


def test_a_wrong_line_is_located() -> None:
    with pytest.raises(NoModule) as caught:
        parse_module('builtin.module {\n  "step.mop"() : () -> ()\n}\n')
    assert caught.value.span is not None
    assert (caught.value.span.line, caught.value.span.column) == (2, 12)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["M", "K"]', '["Q", "K"]', "the symbol `Q` is not declared"),
        ('["M", "K"]', '["M +", "K"]', "expected an extent, got `M \\+`"),
        ('["M", "K"]', '["M.real", "K"]', "expected an extent"),
        ('["M", "K"]', '["M // 0", "K"]', "division by an extent of zero"),
        ('["M", "K"]', "[]", "expected a stream type"),
        ('kind = "size"', 'kind = "large"', "expected a kind of extents"),
        ('"mul"', '"mull"', "the library has no function `mull`"),
        ('"mul", {}', '"mul", {fast = true}', "`mul` has no option `fast`"),
        ('#step.library<"mul", {}>', "@mul", "the function `@mul` is not declared"),
        ("stream<f32", "stream<f64", "expected a number type"),
        ('name = "K", value', 'name = "M", value', "the extent `M` is declared twice"),
    ],
)
def test_a_module_that_stands_for_no_program_says_why(old: str, new: str, words: str) -> None:
    text = print_module(module_of(TEXTS["Map"]))
    assert old in text
    with pytest.raises(VerifyException, match=words):
        program_of(parse_module(text.replace(old, new)))


def test_a_module_has_one_kernel() -> None:
    with pytest.raises(VerifyException, match=r"expected one `step\.kernel`, got 0"):
        program_of(parse_module("builtin.module {\n}\n"))
