"""The passes by the name that a pipeline gives them."""

from __future__ import annotations

from compiler.passes.assign_depths import AssignDepths
from compiler.passes.base import Pass
from compiler.passes.canonicalise import Canonicalise
from compiler.passes.hier_tile import HierTile
from compiler.passes.insert_broadcasts import InsertBroadcasts
from compiler.passes.verify import Verify

PASSES: dict[str, type[Pass]] = {
    each.name: each for each in (InsertBroadcasts, Canonicalise, HierTile, AssignDepths, Verify)
}
