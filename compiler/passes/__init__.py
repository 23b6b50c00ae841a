"""Passes over the `step` dialect, one a file; `table.PASSES` lists them."""
