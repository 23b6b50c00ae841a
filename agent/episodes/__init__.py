"""One sample of one task, from its prompt to its verdict, as a graph of steps."""
