"""Random programs that grow move by move; `programs` has the strategies."""
