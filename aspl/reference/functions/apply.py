"""The face of the meaning of functions, as higher-order operators use it."""

from aspl.reference.functions.flat import flat_values
from aspl.reference.functions.folds import fold_values, scan_values
from aspl.reference.functions.maps import map_values

__all__ = ["flat_values", "fold_values", "map_values", "scan_values"]
