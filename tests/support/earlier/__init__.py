"""The 26 tasks of the ICML benchmark in its own dialect and in ours, with their formulas in numpy.

Source: the public benchmark of arXiv 2502.02534. A task gives a header, which ends with the
signature of the kernel; a solution is the body below it. Dims in a header are written outermost
first, the other way round than the benchmark writes them.
"""

from __future__ import annotations

from collections.abc import Sequence

from earlier.attention import ATTENTION_DEFERRED, ATTENTION_FOLD, ATTENTION_SCAN
from earlier.experts import EXPERT_AFFINITY, EXPERT_MASKED, EXPERT_WEIGHTED
from earlier.indices import INDEX_EXPERT_CHOICE, INDEX_PREDICTED, INDEX_TOKENS, INDEX_TOP1
from earlier.models import DEPTHS_PREDICTED, DEPTHS_TOP3, MOE_TOP1, MOE_TOP2
from earlier.norms import NORM_BUFFERED, NORM_RMS, NORM_SCALAR
from earlier.products import BMM_DOT, BMM_OUTER, BMM_SCALED, GEMM_BUFFERED, GEMM_ROWS, GEMM_STREAMED
from earlier.rotations import ROPE_GPTJ, ROPE_NEOX, ROPE_REPEATED
from earlier.task import Task, Values, read_header

__all__ = ["TASKS", "Task", "Values", "read_header"]

TASKS: Sequence[Task] = (
    ATTENTION_FOLD,
    ATTENTION_SCAN,
    ATTENTION_DEFERRED,
    BMM_OUTER,
    BMM_SCALED,
    BMM_DOT,
    GEMM_STREAMED,
    GEMM_BUFFERED,
    GEMM_ROWS,
    NORM_BUFFERED,
    NORM_SCALAR,
    NORM_RMS,
    ROPE_NEOX,
    ROPE_GPTJ,
    ROPE_REPEATED,
    INDEX_TOP1,
    INDEX_EXPERT_CHOICE,
    INDEX_TOKENS,
    INDEX_PREDICTED,
    EXPERT_AFFINITY,
    EXPERT_WEIGHTED,
    EXPERT_MASKED,
    MOE_TOP1,
    MOE_TOP2,
    DEPTHS_TOP3,
    DEPTHS_PREDICTED,
)
