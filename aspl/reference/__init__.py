"""The meaning of programs: every operator evaluated on whole streams, cycles token by token."""
