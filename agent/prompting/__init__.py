"""From tasks, exemplars and diagnostics to what a model is told."""
