"""Runs of several rounds, written by hand."""

from __future__ import annotations

from run_records import TASKS, began, config, in_round, judged, outcomes, verdict

from benchmark.store.config import PolicyOptions
from benchmark.store.events import CallBegan, Exemplar
from benchmark.store.objects import digest, encoded
from benchmark.store.workspace import Write

NAMES = tuple(each.name for each in TASKS)
SHORT = "# short\nreturn x\n"
EXEMPLAR = Exemplar(task="bmm/outer", program=digest(encoded(SHORT)), rate=0.5)
ELSEWHERE = encoded("# of another run\n")
FOREIGN = Exemplar(task="rope/neox", program=digest(ELSEWHERE), rate=0.25)
ADAPTIVE = config(
    samples=2, policy="adaptive", options=PolicyOptions(repairs=1, temperatures=(0.2, 0.8))
)


def lost(sample: int, usd: float | None = 0.02) -> Write:
    event = CallBegan(
        task="attention/scan", sample=sample, call=0, step="propose", request="r", bound_usd=usd
    )
    return Write(run="", events=(event,))


def adaptive() -> list[Write]:
    """Round 0 solves bmm/outer twice, round 1 attention/fused, round 2 nothing; calls are lost."""
    return [
        began(0, NAMES, first=0, samples=2),
        *outcomes("attention/fused", {"ill-typed": 2}),
        *outcomes("attention/scan", {"ill-typed": 2}),
        *judged(verdict("bmm/outer", SHORT, "correct", 120), 0),
        *judged(verdict("bmm/outer", "# fast\ny = x\nreturn y\n", "correct", 80), 1),
        *outcomes("rope/neox", {"wrong-values": 2}),
        began(
            1,
            ("attention/fused", "attention/scan", "rope/neox"),
            first=2,
            samples=2,
            exemplars=(EXEMPLAR,),
            strata=1,
        ),
        *in_round(1, outcomes("attention/fused", {"ill-typed": 1, "correct": 1}, first=2)),
        *in_round(1, outcomes("attention/scan", {"ill-typed": 2}, first=2)),
        *in_round(1, outcomes("rope/neox", {"limit": 2}, first=2)),
        Write(run="", events=(), objects=(ELSEWHERE,)),
        began(
            2,
            ("attention/scan", "rope/neox"),
            first=4,
            samples=2,
            exemplars=(EXEMPLAR, FOREIGN),
            chosen={"attention/scan": (1,), "rope/neox": (0,)},
            stratum=0,
            strata=2,
        ),
        *in_round(2, outcomes("attention/scan", {"ill-typed": 1}, first=4)),
        *in_round(2, outcomes("rope/neox", {"limit": 2}, first=4)),
        *in_round(2, [lost(5), lost(6)]),
    ]


def baseline() -> list[Write]:
    return [
        began(0, NAMES, first=0, samples=5),
        *outcomes("attention/fused", {"ill-typed": 5}),
        *outcomes("attention/scan", {"ill-typed": 4, "correct": 1}),
        *outcomes("bmm/outer", {"correct": 5}),
        *outcomes("rope/neox", {"wrong-values": 5}),
    ]
