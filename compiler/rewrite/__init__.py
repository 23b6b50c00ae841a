"""Local rules by which the graph of a module becomes a smaller one with the same meaning."""
