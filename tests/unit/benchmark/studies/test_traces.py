"""Traces: what the published files and those drawn like them hold, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aspl.terminal import UsageError
from benchmark.studies.catalog import KvStatistics, kv_group, kv_statistics, routing_statistics
from benchmark.studies.models import MIXTRAL, MOE_MODELS, QWEN
from benchmark.studies.synthetic import synthetic_lengths, synthetic_routing
from benchmark.studies.traces import find_kv, kv_trace, routing_trace

PUBLISHED = Path(__file__).parents[5] / "shared" / "data" / "step"

TILES = (8, 16, 32, 64, 128, 256, 512, 1024)
TILED = {
    "mixtral_b64": (20, 12, 8, 8, 8, 8, 8, 8),
    "mixtral_b1024": (259, 131, 67, 36, 20, 11, 8, 8),
    "qwen_b64": (95, 72, 61, 60, 60, 60, 60, 60),
    "qwen_b1024": (1070, 559, 310, 185, 123, 97, 86, 83),
}


@pytest.mark.parametrize("name", TILED)
def test_tokens_of_experts_fill_the_published_number_of_tiles(name: str) -> None:
    counts = routing_statistics()[name].counts
    assert tuple(sum(-(-each // tile) for each in counts) for tile in TILES) == TILED[name]


@pytest.mark.parametrize("name", TILED)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_routing_that_is_drawn_has_the_published_tokens_of_every_expert(
    name: str, seed: int
) -> None:
    statistics = routing_statistics()[name]
    data = synthetic_routing(statistics, seed)
    assert data.shape == (statistics.rows, statistics.chosen)
    assert data.dtype == np.int64
    assert np.bincount(data.ravel(), minlength=len(statistics.counts)).tolist() == list(
        statistics.counts
    )
    assert all(len(set(row)) == statistics.chosen for row in data.tolist())


def test_a_seed_decides_a_trace() -> None:
    statistics = routing_statistics()["qwen_b64"]
    first, again, other = (synthetic_routing(statistics, seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()
    lengths = kv_group(16, "high")[0]
    assert synthetic_lengths(lengths, 3).tolist() == synthetic_lengths(lengths, 3).tolist()
    assert synthetic_lengths(lengths, 3).tolist() != synthetic_lengths(lengths, 4).tolist()


@pytest.mark.parametrize("statistics", kv_statistics(), ids=lambda each: each.label)
def test_lengths_that_are_drawn_have_every_published_number(statistics: KvStatistics) -> None:
    for seed in range(2):
        data = synthetic_lengths(statistics, seed)
        require_statistics(data, statistics)


def require_statistics(data: np.ndarray, statistics: KvStatistics) -> None:
    assert data.dtype == np.int64
    assert len(data) == statistics.requests
    assert data.sum() == statistics.sum
    assert round(float(data.std(ddof=1)), 1) == statistics.deviation
    assert (data.min(), int(np.median(data)), data.max()) == (
        statistics.min,
        statistics.median,
        statistics.max,
    )
    assert (data // 32 + 1).sum() == statistics.tiles
    assert (data % 32 == 31).sum() == statistics.full


def test_every_class_of_a_figure_has_three_batches() -> None:
    groups = [kv_group(size, group) for size in (16, 64, 80) for group in ("low", "medium", "high")]
    assert [len(each) for each in groups] == [3] * 9
    assert len(kv_statistics()) == 51


@pytest.mark.parametrize("name", ["mixtral_b64", "qwen_b64"])
def test_a_published_routing_is_read(name: str) -> None:
    path = PUBLISHED / "routing" / f"{name}.npz"
    if not path.exists():
        pytest.skip("the published file is not here")
    model = MIXTRAL if name.startswith("mixtral") else QWEN
    counts = routing_statistics()[name].counts
    trace = routing_trace(str(path), model, 64)
    assert np.bincount(trace.data.ravel(), minlength=model.experts).tolist() == list(counts)


@pytest.mark.parametrize("statistics", kv_statistics(), ids=lambda each: each.label)
def test_published_lengths_are_those_of_the_catalog(statistics: KvStatistics) -> None:
    found = list((PUBLISHED / "kv").glob(f"conv_stdev{statistics.name}.npy"))
    if not found:
        pytest.skip("the published file is not here")
    data = kv_trace(str(found[0]), None).data
    require_statistics(data, statistics)
    if statistics.lengths is not None:
        assert data.tolist() == list(statistics.lengths)


def test_the_first_requests_of_a_batch() -> None:
    trace = kv_trace("synthetic:0996", 3)
    assert trace.source == "synthetic:b64/0996_4007_4070"
    assert trace.data.tolist() == [399, 1153, 982]
    assert kv_trace("synthetic", None).source == trace.source


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("0754", "names several traces: b16/0754_1451_1466, b16/0754_1851_1866, b64/0754"),
        ("b99", "there is no trace `b99`, try `synthetic:0996`"),
        ("b64/0996_4007_4071", "did you mean `b64/0996_4007_4070`"),
    ],
)
def test_a_name_that_is_not_of_one_trace_is_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_kv(name)


@pytest.mark.parametrize("model", MOE_MODELS.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("batch", [None, 64, 1024])
def test_routings_of_both_models_can_be_drawn(model: object, batch: int | None) -> None:
    assert isinstance(model, type(QWEN))
    data = routing_trace("synthetic", model, batch).data
    assert data.shape == (batch or 64, model.chosen)


def test_a_routing_of_another_batch_cannot_be_drawn() -> None:
    with pytest.raises(UsageError, match="give --batch 64 or 1024, or a file with --routing"):
        routing_trace("synthetic", QWEN, 128)


ROW = [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"rows": ROW}, "expected the key `data`, got `rows`; save it under this name"),
        ({"data": np.array(ROW, np.float32)}, r"expected int64, got float32; save it with astype"),
        ({"data": [[0, 1, 2]]}, r"expected shape \[tokens, 2\] for mixtral-8x7b, got \[1, 3\]"),
        ({"data": [0, 1]}, r"expected shape \[tokens, 2\] for mixtral-8x7b, got \[2\]"),
        ({"data": np.zeros((0, 2), np.int64)}, r"got \[0, 2\]"),
        ({"data": [[0, 1], [8, 3]]}, "row 1 names expert 8; mixtral-8x7b has experts 0 to 7"),
        ({"data": [[0, 1], [-1, 3]]}, "row 1 names expert -1; mixtral-8x7b has experts 0 to 7"),
        ({"data": [[0, 1], [5, 5]]}, "row 1 names expert 5 twice; a token goes to 2 different"),
    ],
)
def test_what_is_no_routing_is_refused(
    arrays: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "routing.npz"
    np.savez(path, **arrays)
    with pytest.raises(UsageError, match=message):
        routing_trace(str(path), MIXTRAL, None)


def test_a_routing_of_another_number_of_tokens_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "routing.npz"
    np.savez(path, data=ROW)
    assert routing_trace(str(path), MIXTRAL, 2).data.tolist() == ROW
    with pytest.raises(UsageError, match=r"expected shape \[64, 2\] for mixtral-8x7b, got \[2, 2"):
        routing_trace(str(path), MIXTRAL, 64)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([1, -2], "request 1 has length -2, expected 0 to 1048576"),
        ([1, 1 << 21], "request 1 has length 2097152"),
        ([[1, 2]], r"expected one length a request, got shape \[1, 2\]"),
        (np.zeros(0, np.int64), r"expected one length a request, got shape \[0\]"),
        (np.array([1.5]), "expected int64, got float64"),
    ],
)
def test_what_are_no_lengths_is_refused(lengths: np.ndarray, message: str, tmp_path: Path) -> None:
    path = tmp_path / "kv.npy"
    np.save(path, lengths)
    with pytest.raises(UsageError, match=message):
        kv_trace(str(path), None)


def test_a_file_of_the_other_format_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "kv.npy", np.arange(4))
    np.savez(tmp_path / "routing.npz", data=ROW)
    with pytest.raises(UsageError, match=r"expected an \.npz archive with the key `data`"):
        routing_trace(str(tmp_path / "kv.npy"), MIXTRAL, None)
    with pytest.raises(UsageError, match=r"expected an \.npy file of one array, got an archive"):
        kv_trace(str(tmp_path / "routing.npz"), None)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken", b"\x93NUMPY\x01\x00"])
def test_a_file_that_is_not_numpys_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="this is no file of numpy"):
        kv_trace(str(path), None)


def test_objects_in_a_file_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "kv.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(UsageError, match="this is no file of numpy"):
        kv_trace(str(tmp_path / "kv.npy"), None)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*: no such file"):
        kv_trace(str(tmp_path / "none.npy"), None)


@pytest.mark.parametrize("requests", [0, 65, -1])
def test_more_requests_than_there_are_is_refused(requests: int) -> None:
    with pytest.raises(UsageError, match=f"expected --requests from 1 to 64, got {requests}"):
        kv_trace("synthetic", requests)
