"""The passes and pipelines as `aspl opt --list` prints them."""

from __future__ import annotations

from compiler.passes.table import PASSES
from compiler.pipelines import PIPELINES, options_of, pipeline_text


def passes_text() -> str:
    """Write every pass with its options, then the pipelines that have a name."""
    lines = ["passes"]
    for name, kind in PASSES.items():
        lines.append(f"  {name:<18} {kind.about}")
        for option in options_of(kind):
            default = "" if option.default is None else f" (default {option.default})"
            lines.append(f"    {option.name}=N  {option.metadata['doc']}{default}")
    lines.append("")
    lines.append("pipelines, which may stand in the place of a pass")
    for name, pipeline in PIPELINES.items():
        lines.append(f"  {name:<18} {pipeline_text(pipeline)}")
    return "\n".join(lines) + "\n"
