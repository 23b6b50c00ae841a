"""The closed library of functions: one table, typing rules by role."""

from aspl.functions.library.entry import Entry, Option
from aspl.functions.library.table import LIBRARY

__all__ = ["LIBRARY", "Entry", "Option"]
