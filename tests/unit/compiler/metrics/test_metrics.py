"""Symbolic metrics: a row for every operator, exact values, what ragged extents leave open."""

from __future__ import annotations

import pytest

from aspl import Checked, Findings, check, parse
from aspl.ops.table import OPS
from compiler.metrics import Rule, Values, metrics
from compiler.metrics.measure import RULES


def checked(text: str, **sizes: int) -> Checked:
    findings = Findings()
    program = parse(text, findings, sizes=sizes)
    assert program is not None
    found = check(program, findings, linearity="auto")
    assert found is not None, [each.message for each in findings]
    return found


def costs(text: str, rule: Rule, operator: str) -> tuple[str, str]:
    """Return traffic and memory of the first such operator of a kernel, as expressions."""
    found = metrics(checked(text), rule)
    cost = next(each for each in found.operators if each.operator == operator)
    return str(cost.off_chip), str(cost.on_chip)


@pytest.mark.parametrize("rule", RULES)
def test_every_operator_has_an_equation(rule: Rule) -> None:
    assert RULES[rule].keys() == OPS.keys()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", OPS)
def test_every_example_has_metrics(name: str, rule: Rule) -> None:
    found = metrics(checked(OPS[name].example.text), rule)
    assert any(each.operator == name for each in found.operators)


TYPED = """\
M, D = Dim(3), Dim(8)

def kernel(w: Tensor(bf16, [M, D]), v: Tensor({other}, [M, D]), out: Tensor(bf16, [M, D])) -> None:
    x = LinearOffChipLoad(w, tile=[1, D], stride=[1, 1], shape=[M, 1])
    Consumer(Repeat(LinearOffChipLoad(v, tile=[1, D]), n=2))
    LinearOffChipStore(Reshape(Accum(x, fn=add, init=zeros, rank=1), chunk=1), out)
"""


def test_the_published_rule_counts_bf16_as_two_bytes_in_loads_and_four_after() -> None:
    text = TYPED.format(other="f16")
    assert costs(text, "published", "LinearOffChipLoad") == ("2*D*M", "2*D")
    assert costs(text, "published", "Accum") == ("0", "4*D")
    assert costs(text, "published", "LinearOffChipStore") == ("4*D*M", "4*D")


def test_the_published_rule_counts_f16_as_two_bytes_everywhere() -> None:
    assert costs(TYPED.format(other="f16"), "published", "Repeat") == ("0", "2*D")
    assert costs(TYPED.format(other="f32"), "published", "Repeat") == ("0", "4*D")


def test_the_paper_counts_the_bytes_that_a_type_has() -> None:
    text = TYPED.format(other="bf16")
    assert costs(text, "paper", "LinearOffChipLoad") == ("2*D*M", "4*D")
    assert costs(text, "paper", "Accum") == ("0", "2*D")
    assert costs(text, "paper", "Repeat") == ("0", "2*D")
    assert costs(text, "paper", "LinearOffChipStore") == ("2*D*M", "4*D")


BUFFERS = """\
M, K = Dim(3), Dim(5)

def kernel(x: Stream(Tile(bf16, [2, 4]), [M, K])) -> Stream(Tile(bf16, [2, 4]), [M, 2, K]):
    return Streamify(Bufferize(x, rank=1), repeat=2)
"""


def test_buffers() -> None:
    assert costs(BUFFERS, "published", "Bufferize") == ("0", "64*K + 32")
    assert costs(BUFFERS, "published", "Streamify") == ("0", "32*K + 32")
    assert costs(BUFFERS, "paper", "Bufferize") == ("0", "32*K + 16")
    assert costs(BUFFERS, "paper", "Streamify") == ("0", "0")


def test_a_buffer_of_buffers_holds_as_many_of_its_elements_as_the_new_dims() -> None:
    text = """\
M, K = Dim(3), Dim(5)

def kernel(x: Stream(Buffer(f32, [7]), [M, K])) -> Stream(Buffer(f32, [K, 7]), [M]):
    return Bufferize(x, rank=1)
"""
    assert costs(text, "paper", "Bufferize") == ("0", "56*K + 28")


PRODUCT = """\
M, K, N, D = Dim(2), Dim(3), Dim(4), Dim(5)

def kernel(
    a: Stream(Tile(f32, [K, N]), [M, 6]), b: Stream(Tile(f32, [N, D]), [M, 6])
) -> Stream(Tile(f32, [K, D]), {shape}):
    return {call}
"""


def test_a_matrix_product_holds_its_weights_by_the_papers_equations() -> None:
    mapped = PRODUCT.format(shape="[M, 6]", call="Map(a, b, fn=matmul)")
    assert costs(mapped, "paper", "Map") == ("0", "4*D*N + 16*N")
    assert costs(mapped, "published", "Map") == ("0", "0")
    call = "Accum(a, b, fn=matmul, init=zeros, rank=1)"
    folded = PRODUCT.format(shape="[M]", call=call)
    assert costs(folded, "paper", "Accum") == ("0", "4*D*K + 4*D*N + 16*N")
    zipped = folded.replace("(a, b, fn", "(Zip(a, b), fn")
    assert costs(zipped, "paper", "Accum") == ("0", "4*D*K + 4*D*N + 16*N")
    assert costs(folded, "published", "Accum") == ("0", "4*D*K")


RANDOM = """\
P = DynamicDim(3)

def kernel(
    a: Stream(i64, [P]), to: Stream(i64, [P]), w: Tensor(bf16, [6, 8])
) -> Stream(bool, [P]):
    return RandomOffChipStore(RandomOffChipLoad(a, w, tile=[2, 8]), to, w)
"""


def test_random_accesses_count_two_bytes_by_the_published_rule_too() -> None:
    assert costs(RANDOM, "published", "RandomOffChipLoad") == ("32*P", "32")
    assert costs(RANDOM, "published", "RandomOffChipStore") == ("32*P", "32")
    assert costs(RANDOM, "paper", "RandomOffChipStore") == ("32*P", "64")


def test_values_need_every_dynamic_extent() -> None:
    found = metrics(checked(RANDOM), "published")
    assert found.value({"P": 5}) == Values(off_chip=320, on_chip=64, active_on_chip=64)
    assert found.value({"P": 0}) == Values(off_chip=0, on_chip=64, active_on_chip=0)
    with pytest.raises(KeyError):
        found.value({})


def test_traffic_of_a_ragged_stream_has_no_single_value() -> None:
    text = """\
M, L = Dim(3), RaggedDim(4)

def kernel(
    a: Stream(i64, [M, L]), w: Tensor(f32, [6, 8])
) -> Stream(Tile(f32, [1, 8]), [M, L]):
    return RandomOffChipLoad(a, w, tile=[1, 8])
"""
    program = checked(text)
    extents = program.program.size_values()
    assert extents["L"] == 4  # what random inputs take: no value of this run
    expected = Values(off_chip=None, on_chip=32, active_on_chip=32)
    assert metrics(program, "published").value(extents) == expected


def test_memory_of_ragged_tiles_follows_their_largest_extent() -> None:
    text = """\
M, L = Dim(3), RaggedDim(4)

def kernel(x: Stream(Tile(f32, [L, 8]), [M])) -> Stream(Tile(f32, [L, 8]), [M, 2]):
    return Repeat(x, n=2)
"""
    found = metrics(checked(text), "published")
    assert found.value({"M": 3}).on_chip is None
    assert found.value({"M": 3}, {"L": 7}).on_chip == 7 * 8 * 4


MANY = """\
E = Dim(128, fixed=True)
B, D, F, rows = Dim(64), Dim(16), Dim(32), Dim(4)

def kernel(
    x: Stream(Tile(bf16, [1, D]), [B]), to: Stream(Selector(E), [B]), w: Tensor(bf16, [E, D, F])
) -> None:
    for e, part in enumerate(Partition(x, to, n=E)):
        tiles = Accum(Reshape(part, chunk=rows, pad=zeros), fn=retile_row, init=empty, rank=1)
        for _ in range(7):
            copy, tiles = Broadcast(tiles, n=2)
            Consumer(LinearOffChipLoad(w[e], copy, tile=[D, F], stride=[1], shape=[1]))
        Consumer(tiles)
"""


def test_a_sum_over_many_experts_is_exact() -> None:
    program = checked(MANY)
    assert len(program.program.nodes) > 3000
    found = metrics(program, "published")
    counts = {f"part{expert}": expert * expert for expert in range(128)}
    extents = {**program.program.size_values(), **counts}
    tiles = sum(-(-count // 4) for count in counts.values())
    memory = 128 * (7 * 16 * 32 * 2 + 4 * 16 * 4)
    values = found.value(extents)
    assert (values.off_chip, values.on_chip) == (tiles * 7 * 16 * 32 * 2, memory)
    assert found.off_chip.value(extents) == values.off_chip
    assert found.on_chip.value(extents) == values.on_chip
