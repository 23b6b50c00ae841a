"""Every diagnostic code: what it says, why, a wrong program and the same program put right."""

from __future__ import annotations

from aspl.code import Code
from aspl.codes.arguments import ARGUMENT_CODES
from aspl.codes.machine import MACHINE_CODES
from aspl.codes.names import NAME_CODES
from aspl.codes.runs import RUN_CODES
from aspl.codes.shapes import SHAPE_CODES
from aspl.codes.streams import STREAM_CODES
from aspl.codes.text import TEXT_CODES
from aspl.codes.types import TYPE_CODES
from aspl.functions.codes import FUNCTION_CODES

CODES: dict[str, Code] = {
    row.code: row
    for rows in (
        TEXT_CODES,
        NAME_CODES,
        ARGUMENT_CODES,
        TYPE_CODES,
        SHAPE_CODES,
        STREAM_CODES,
        FUNCTION_CODES,
        RUN_CODES,
        MACHINE_CODES,
    )
    for row in rows
}
"""By code; the letter is the stage that reports it, and no number is ever used again."""
