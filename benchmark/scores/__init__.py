"""How good a run was, from its records alone: pure functions of counts."""
