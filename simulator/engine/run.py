"""The engine's main loop.

Every unit runs until it has to wait. When none can run, the earliest of what is left happens: a
merge decides for a chunk that nothing can precede any more (first on a tie), or off-chip memory
serves its next cycles. So causality holds, and the same tables give the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from compiler.machine import Kind
from simulator.engine.higher import step_flat_map, step_fold, step_map, step_scan
from simulator.engine.hub import NEVER, next_cycle, serve
from simulator.engine.kernel import Ints, Memory, address_of, engine_digest, entry, kernel
from simulator.engine.layout import (
    DIGEST,
    ENDED,
    HEADER,
    KIND,
    LIVE,
    MERGE_COUNT,
    MERGES,
    QUEUED,
    READY_BASE,
    READY_HEAD,
    READY_SIZE,
    READY_TAIL,
    RUNNING,
    STATUS,
    STUCK,
)
from simulator.engine.merging import (
    decide_now,
    decision_time,
    step_eager_merge,
    step_reassemble,
)
from simulator.engine.offchip import (
    step_load,
    step_load_random,
    step_load_ref,
    step_store,
    step_store_random,
)
from simulator.engine.onchip import step_bufferize, step_streamify, step_streamify_ref
from simulator.engine.routing import step_broadcast, step_parallelize, step_partition
from simulator.engine.shape import (
    step_expand,
    step_flatten,
    step_promote,
    step_promote_around,
    step_repeat,
    step_reshape,
    step_zip,
)
from simulator.engine.sources import step_sink, step_source

(
    _SOURCE,
    _SINK,
    _LOAD,
    _LOAD_REF,
    _LOAD_RANDOM,
    _STORE,
    _STORE_RANDOM,
    _BUFFERIZE,
    _STREAMIFY,
    _STREAMIFY_REF,
    _MAP,
    _FOLD,
    _SCAN,
    _FLAT_MAP,
    _PARTITION,
    _REASSEMBLE,
    _EAGER_MERGE,
    _PARALLELIZE,
    _BROADCAST,
    _FLATTEN,
    _PROMOTE,
    _PROMOTE_AROUND,
    _RESHAPE,
    _EXPAND,
    _REPEAT,
    _ZIP,
) = map(int, Kind)


@kernel
def _run(m: Memory) -> None:
    while m[STATUS] == RUNNING:
        while m[READY_HEAD] != m[READY_TAIL] and m[STATUS] == RUNNING:
            u = m[m[READY_BASE] + m[READY_HEAD]]
            head = m[READY_HEAD] + 1
            m[READY_HEAD] = 0 if head == m[READY_SIZE] else head
            m[u + QUEUED] = 0
            _step(m, u)
        if m[STATUS] == RUNNING:
            _go_on(m)


@kernel
def _go_on(m: Memory) -> None:
    """Let happen what comes first when every unit waits."""
    merge, decided = -1, NEVER
    for i in range(m[MERGE_COUNT]):
        u = m[m[MERGES] + i]
        time = decision_time(m, u)
        if time < decided:
            merge, decided = u, time
    cycle = next_cycle(m)
    if decided <= cycle and decided < NEVER:
        decide_now(m, merge)
    elif cycle < NEVER:
        serve(m, decided)
    else:
        m[STATUS] = ENDED if m[LIVE] == 0 else STUCK


@kernel
def _step(m: Memory, u: int) -> None:
    kind = m[u + KIND]
    if kind >= _FLATTEN:
        _step_shape(m, u, kind)
    elif kind >= _PARTITION:
        _step_routing(m, u, kind)
    elif kind >= _MAP:
        _step_higher(m, u, kind)
    else:
        _step_memory(m, u, kind)


@kernel
def _step_shape(m: Memory, u: int, kind: int) -> None:
    if kind == _FLATTEN:
        step_flatten(m, u)
    elif kind == _REPEAT:
        step_repeat(m, u)
    elif kind == _RESHAPE:
        step_reshape(m, u)
    elif kind == _PROMOTE:
        step_promote(m, u)
    elif kind == _PROMOTE_AROUND:
        step_promote_around(m, u)
    elif kind == _EXPAND:
        step_expand(m, u)
    else:
        step_zip(m, u)


@kernel
def _step_routing(m: Memory, u: int, kind: int) -> None:
    if kind == _BROADCAST:
        step_broadcast(m, u)
    elif kind == _PARTITION:
        step_partition(m, u)
    elif kind == _REASSEMBLE:
        step_reassemble(m, u)
    elif kind == _PARALLELIZE:
        step_parallelize(m, u)
    else:
        step_eager_merge(m, u)


@kernel
def _step_higher(m: Memory, u: int, kind: int) -> None:
    if kind == _MAP:
        step_map(m, u)
    elif kind == _FOLD:
        step_fold(m, u)
    elif kind == _SCAN:
        step_scan(m, u)
    else:
        step_flat_map(m, u)


@kernel
def _step_memory(m: Memory, u: int, kind: int) -> None:
    if kind == _LOAD_REF:
        step_load_ref(m, u)
    elif kind == _LOAD:
        step_load(m, u)
    elif kind == _LOAD_RANDOM:
        step_load_random(m, u)
    elif kind == _STORE:
        step_store(m, u)
    elif kind == _STORE_RANDOM:
        step_store_random(m, u)
    elif kind == _BUFFERIZE:
        step_bufferize(m, u)
    elif kind == _STREAMIFY:
        step_streamify(m, u)
    elif kind == _STREAMIFY_REF:
        step_streamify_ref(m, u)
    elif kind == _SOURCE:
        step_source(m, u)
    else:
        step_sink(m, u)


def _entry(digest: int) -> Callable[[Ints], None]:
    def compiled(memory: Ints) -> None:
        memory[DIGEST] = digest
        _run(address_of(memory))

    return entry(compiled)


_DIGEST = engine_digest()
_COMPILED = _entry(_DIGEST)
_STAMP = Path(__file__).parent / "__pycache__" / "engine.digest"


def run(memory: Ints) -> None:
    """Run to the end, or until nothing can go on. The first call on a machine compiles."""
    _COMPILED(memory)
    if not is_compiled():
        # where nothing can be written, numba keeps its files elsewhere, and we only talk more
        with suppress(OSError):
            _STAMP.write_text(str(_DIGEST), encoding="ascii")


def warm_up() -> None:
    """Compile the engine, or read it from disk, by a run of no units."""
    run(np.zeros(HEADER, dtype=np.int64))


def is_compiled() -> bool:
    """Whether the engine was compiled before, so that it is read from disk."""
    try:
        return _STAMP.read_text(encoding="ascii") == str(_DIGEST)
    except OSError:
        return False
