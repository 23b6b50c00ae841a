"""The studies' programs: they check in every published configuration, and cost what was published.

Sources of the numbers: the published frontend run on the published traces, and the closed forms
that reproduce its sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aspl import Checked, Findings, check, evaluate, parse
from aspl.text.format import format_text
from benchmark.studies.attention import AttentionParallel
from benchmark.studies.catalog import kv_statistics
from benchmark.studies.experiment import Measures, published_metrics, routed_extents
from benchmark.studies.models import MIXTRAL, QWEN, MoeModel
from benchmark.studies.moe_tiling import MoeTiling
from benchmark.studies.routing import selectors_of, tokens_of
from benchmark.studies.swiglu import Swiglu
from benchmark.studies.texts import (
    Strategy,
    Tiling,
    attention_text,
    checked,
    moe_text,
    swiglu_text,
)
from benchmark.studies.time_multiplex import REGIONS, TimeMultiplex
from benchmark.studies.traces import kv_trace, routing_trace
from compiler.metrics import metrics

STRATEGIES: tuple[Strategy, ...] = ("coarse", "interleave", "dynamic")
TEXTS = {
    "swiglu": swiglu_text(),
    **{
        f"moe-{tiling}-{shared}": moe_text(tiling, shared=shared)
        for tiling in ("static", "dynamic")
        for shared in (False, True)
    },
    **{f"attention-{each}": attention_text(each, 4) for each in STRATEGIES},
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_in_canonical_layout_and_checks_as_it_stands(name: str) -> None:
    findings = Findings()
    assert format_text(TEXTS[name], findings) == TEXTS[name]
    program = parse(TEXTS[name], findings)
    assert program is not None
    assert check(program, findings) is not None
    assert list(findings) == []


def swiglu(rows: int, columns: int) -> Measures:
    return Swiglu(rows=rows, columns=columns).experiment().measures


@pytest.mark.parametrize("rows", [16, 32, 64])
@pytest.mark.parametrize("columns", [16, 32, 64, 128, 256])
def test_traffic_of_swiglu_is_the_closed_form(rows: int, columns: int) -> None:
    expected = 64 * (512 // columns) * 256 * 4 + 3 * (64 // rows) * 524288 + 65536
    assert swiglu(rows, columns).off_chip_bytes == expected


SWIGLU_MEGABYTES = {
    16: (8.4541, 7.4056, 6.8813, 6.6191, 6.4881),
    32: (5.3084, 4.2598, 3.7356, 3.4734, 3.3423),
}


@pytest.mark.parametrize("rows", SWIGLU_MEGABYTES)
def test_traffic_of_swiglu_is_what_figure_8_shows(rows: int) -> None:
    found = [swiglu(rows, columns).off_chip_bytes for columns in (16, 32, 64, 128, 256)]
    assert tuple(round((each or 0) / 1e6, 4) for each in found) == SWIGLU_MEGABYTES[rows]


# model, batch, tile: traffic, memory as plotted, memory without unselected experts
TILED: list[tuple[MoeModel, int, int | None, int, int, int]] = [
    (MIXTRAL, 64, 8, 7048003840, 15769602, 15769602),
    (MIXTRAL, 64, 16, 4229431552, 18915330, 18915330),
    (MIXTRAL, 64, 32, 2820145408, 25206786, 25206786),
    (MIXTRAL, 64, 64, 2820145408, 37789698, 37789698),
    (MIXTRAL, 64, None, 2820145408, 18915330, 18915330),
    (MIXTRAL, 1024, 16, 46179291136, 18915330, 18915330),
    (MIXTRAL, 1024, 32, 23630712832, 25206786, 25206786),
    (MIXTRAL, 1024, 64, 12708745216, 37789698, 37789698),
    (MIXTRAL, 1024, 128, 7071600640, 62955522, 62955522),
    (MIXTRAL, 1024, 256, 3900706816, 113287170, 113287170),
    (MIXTRAL, 1024, 512, 2843742208, 213950466, 213950466),
    (MIXTRAL, 1024, 1024, 2843742208, 415277058, 415277058),
    (MIXTRAL, 1024, None, 2843742208, 113287170, 113287170),
    (QWEN, 64, 8, 897319936, 125849602, 59002882),
    (QWEN, 64, 16, 680264704, 151015426, 70799362),
    (QWEN, 64, 32, 576455680, 201347074, 94392322),
    (QWEN, 64, 64, 567018496, 302010370, 141578242),
    (QWEN, 64, None, 567018496, 59789314, 59789314),
    (QWEN, 1024, 16, 5287985152, 151015426, 97931266),
    (QWEN, 1024, 32, 2938126336, 201347074, 130568194),
    (QWEN, 1024, 64, 1758478336, 302010370, 195842050),
    (QWEN, 1024, 128, 1173372928, 503336962, 326389762),
    (QWEN, 1024, 256, 928006144, 905990146, 587485186),
    (QWEN, 1024, 512, 824197120, 1711296514, 1109676034),
    (QWEN, 1024, 1024, 795885568, 3321909250, 2154057730),
    (QWEN, 1024, None, 795885568, 266620930, 266620930),
]


@pytest.mark.parametrize(
    ("model", "batch", "tile", "traffic", "plotted", "active"),
    TILED,
    ids=lambda each: each.name if isinstance(each, MoeModel) else str(each),
)
def test_metrics_of_experts_are_the_published_integers(
    model: MoeModel, batch: int, tile: int | None, traffic: int, plotted: int, active: int
) -> None:
    trace = routing_trace("synthetic", model, batch)
    found = MoeTiling(model=model, trace=trace, tile=tile).experiment().measures
    assert found.off_chip_bytes == traffic
    assert (found.on_chip_bytes, found.on_chip_active_bytes) == (plotted, active)


def test_memory_of_unselected_experts_before_it_is_left_out() -> None:
    for batch, whole in ((64, 113266690), (1024, 302010370)):
        trace = routing_trace("synthetic", QWEN, batch)
        found = MoeTiling(model=QWEN, trace=trace, tile=None).experiment().measures
        assert found.on_chip_all_bytes == whole


def program_of(model: MoeModel, batch: int, tile: int | None) -> Checked:
    trace = routing_trace("synthetic", model, batch)
    return MoeTiling(model=model, trace=trace, tile=tile).experiment().checked


@pytest.mark.parametrize("model", [MIXTRAL, QWEN], ids=lambda each: each.name)
def test_metrics_of_experts_are_the_closed_forms(model: MoeModel) -> None:
    static = published_metrics(program_of(model, 64, 16)).on_chip
    experts = model.experts
    written = f"10*D + {6 * experts}*D*cols + {12 * experts}*D*rows + 2"
    assert str(static) == written
    counts = [3] * model.experts
    program = program_of(model, 64, None)
    sizes = (model.hidden, model.intermediate, 64)
    hidden, intermediate, columns = sizes
    found = published_metrics(program).value(routed_extents(program, counts))
    memory = 3 * 4 * hidden * sum(counts) + experts * 3 * hidden * columns * 2 + 10 * hidden + 2
    assert found.on_chip == memory
    weights = experts * 3 * hidden * intermediate * 2
    assert found.off_chip == weights + 64 * (hidden * 2 + model.chosen * 2 + hidden * 4)


@pytest.mark.parametrize(
    ("batch", "tile", "flops"),
    [(64, 16, 157842800640), (64, 64, 420914135040), (64, None, 105228533760)],
)
def test_flops_of_mixtral_are_the_published_ones(batch: int, tile: int | None, flops: int) -> None:
    trace = routing_trace("synthetic", MIXTRAL, batch)
    measures = MoeTiling(model=MIXTRAL, trace=trace, tile=tile).experiment().measures
    assert measures.published_flops == flops


@pytest.mark.parametrize(
    ("tile", "flops"), [(16, 25368035328), (64, 84560117760), (None, 11274682368)]
)
def test_flops_of_qwen_are_the_published_ones(tile: int | None, flops: int) -> None:
    trace = routing_trace("synthetic", QWEN, 64)
    measures = MoeTiling(model=QWEN, trace=trace, tile=tile).experiment().measures
    assert measures.published_flops == flops


def multiplexed(regions: int, tiling: Tiling) -> Measures:
    trace = routing_trace("synthetic", QWEN, 64)
    study = TimeMultiplex(trace=trace, regions=regions, tiling=tiling)
    return study.experiment().measures


MULTIPLEXED = {128: (82595842, 787456), 32: (44716034, 295936), 4: (20205570, 152576)}


@pytest.mark.parametrize("regions", MULTIPLEXED)
def test_metrics_of_shared_regions_are_the_published_integers(regions: int) -> None:
    found = multiplexed(regions, "static")
    assert found.off_chip_bytes == 576455680
    assert (found.on_chip_bytes, found.published_compute) == MULTIPLEXED[regions]
    assert found.published_flops == 42984726528


def test_metrics_of_dynamic_tiling_without_sharing_are_the_published_integers() -> None:
    found = multiplexed(128, "dynamic")
    assert (found.on_chip_bytes, found.off_chip_bytes) == (47992834, 567018496)
    assert (found.published_compute, found.published_flops) == (786432, 11274682368)


@pytest.mark.parametrize(("regions", "idle"), [(64, 18), (32, 6), (16, 1), (8, 0), (4, 0)])
def test_memory_of_shared_regions_is_the_closed_form_on_the_published_trace(
    regions: int, idle: int
) -> None:
    rows, hidden, columns = 32, 2048, 48
    unit = 2 * rows * hidden * 4 + 3 * hidden * columns * 2
    held = 128 * rows * hidden * 4 + regions * unit + 10 * hidden + 2
    found = multiplexed(regions, "static")
    assert found.on_chip_all_bytes == held
    assert found.on_chip_bytes == held - 68 * rows * hidden * 4 - idle * unit


@pytest.mark.parametrize("regions", REGIONS)
def test_dynamic_tiling_in_shared_regions_reads_weights_once_an_expert(regions: int) -> None:
    found = multiplexed(regions, "dynamic")
    assert found.off_chip_bytes == 567018496
    assert found.on_chip_bytes <= found.on_chip_all_bytes


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("requests", [16, 64, 80])
def test_attention_checks_for_every_published_batch(strategy: Strategy, requests: int) -> None:
    for statistics in (each for each in kv_statistics() if each.requests == requests):
        trace = kv_trace(f"synthetic:{statistics.label}", None)
        found = AttentionParallel(trace=trace, strategy=strategy).experiment()
        assert found.measures.on_chip_bytes > 0
        assert set(found.inputs) <= {each.name for each in found.checked.program.inputs}


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("requests", [16, 32, 48, 64])
def test_attention_checks_for_the_first_requests(strategy: Strategy, requests: int) -> None:
    trace = kv_trace("synthetic:0996", requests)
    found = AttentionParallel(trace=trace, strategy=strategy).experiment()
    assert found.checked.program.size_values()["B"] == requests


def test_coarse_parallelisation_deals_chunks_of_16_requests() -> None:
    statistics = next(each for each in kv_statistics() if each.requests == 80)
    trace = kv_trace(f"synthetic:{statistics.label}", None)
    inputs = AttentionParallel(trace=trace, strategy="coarse").experiment().inputs
    places = [inputs[f"place{region}"].tolist() for region in range(4)]
    first = [*range(16), *range(64, 80)]
    assert places == [first, *(list(range(at, at + 16)) for at in (16, 32, 48))]


def test_the_paper_counts_less_memory_for_swiglu_accumulators() -> None:
    program = Swiglu(rows=16, columns=64).experiment().checked
    found = metrics(program, "paper").value(program.program.size_values())
    traffic = metrics(program, "published").value(program.program.size_values()).off_chip
    assert found.off_chip == traffic


def silu(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x / (1 + np.exp(-x))
    return found


def small_experts(sizes: dict[str, int], seed: int) -> tuple[dict[str, Any], np.ndarray]:
    """Return inputs of a mixture of experts, and its result."""
    rng = np.random.default_rng(seed)
    tokens, chosen, experts = sizes["B"], sizes["K"], sizes["E"]
    hidden, intermediate, regions = sizes["D"], sizes["F"], sizes["R"]
    routing = np.array([rng.permutation(experts)[:chosen] for _ in range(tokens)])
    x = rng.standard_normal((tokens, hidden))
    up, gate = rng.standard_normal((2, experts, hidden, intermediate))
    down = rng.standard_normal((experts, intermediate, hidden))
    weights = rng.standard_normal((tokens, chosen))
    expected = np.zeros_like(x)
    for token, row in enumerate(routing):
        # weights come expert by expert in the order in which a row names them
        for place, expert in enumerate(row):
            hidden_row = silu(x[token] @ gate[expert]) * (x[token] @ up[expert])
            expected[token] += weights[token, place] * (hidden_row @ down[expert])
    shared = {
        name: each.reshape(regions, experts // regions, *each.shape[1:])
        for name, each in (("up", up), ("gate", gate), ("down", down))
    }
    inputs = {
        "x": x,
        **selectors_of(routing, experts),
        **shared,
        "weights": weights,
        "out": np.zeros_like(x),
    }
    return inputs, expected


@pytest.mark.parametrize("tiling", ["static", "dynamic"])
@pytest.mark.parametrize(("regions", "shared"), [(6, False), (3, True), (1, True)])
def test_experts_compute_a_mixture_of_experts(tiling: Tiling, regions: int, shared: bool) -> None:
    sizes = {"B": 13, "K": 2, "E": 6, "R": regions, "D": 4, "F": 6, "rows": 3, "cols": 2}
    program = checked(moe_text(tiling, shared=shared), sizes)
    for seed in range(2):
        inputs, expected = small_experts(sizes, seed)
        found = evaluate(program, inputs, precision="f64").tensors["out"]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_swiglu_computes_swiglu() -> None:
    sizes = {"M": 8, "K": 6, "N": 12, "rows": 2, "cols": 4}
    rng = np.random.default_rng(1)
    x = rng.standard_normal((8, 6))
    gate, up = rng.standard_normal((2, 6, 12))
    down = rng.standard_normal((12, 6))
    inputs = {"x": x, "gate": gate, "up": up, "down": down, "out": np.zeros_like(x)}
    found = evaluate(checked(swiglu_text(), sizes), inputs, precision="f64").tensors["out"]
    np.testing.assert_allclose(found, (silu(x @ gate) * (x @ up)) @ down, rtol=1e-10)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_attention_computes_attention_where_tiles_are_full(strategy: Strategy) -> None:
    """The published program does not mask the padding of a last tile, so it has none here."""
    requests, rows, slots, depth = 8, 4, 5, 6
    rng = np.random.default_rng(2)
    tiles = rng.integers(1, 5, size=requests)
    sizes = {"B": requests, "D": depth, "rows": rows, "slots": slots}
    regions = 2
    query = rng.standard_normal((requests * 8, depth))
    key, value = rng.standard_normal((2, requests, depth))
    keys, values = rng.standard_normal((2, requests * slots * rows, depth))
    metadata = {
        "place": np.arange(requests),
        "length": tiles,
        "offset": np.full(requests, rows - 1),
        "query": query,
        "key": key,
        "value": value,
    }
    later = np.arange(requests) >= regions
    begin = np.stack([~later, later], axis=1)
    tensors = {"key_cache": keys, "value_cache": values, "out": np.zeros_like(query)}
    if strategy == "coarse":
        half = requests // regions
        sizes |= {f"C{region}": half for region in range(regions)}
        metadata = {
            f"{name}{region}": part
            for name, whole in metadata.items()
            for region, part in enumerate(np.split(whole, regions))
        }
    elif strategy == "dynamic":
        metadata |= {"first": np.eye(regions, dtype=bool), "begin": begin, "again": begin[::-1]}
    program = checked(attention_text(strategy, regions), sizes)
    found = evaluate(program, metadata | tensors, precision="f64").tensors["out"]
    for request in range(requests):
        start, length = request * slots * rows, tiles[request] * rows
        k, v = (each[start : start + length].copy() for each in (keys, values))
        k[-1], v[-1] = key[request], value[request]
        weights = np.exp(query[request * 8 : request * 8 + 8] @ k.T)
        expected = weights @ v / weights.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(found[request * 8 : request * 8 + 8], expected, rtol=1e-9)


def test_tokens_of_experts_are_counted() -> None:
    routing = np.array([[0, 3], [3, 1]])
    assert tokens_of(routing, 5) == [1, 1, 0, 2, 0]
