"""The terminal console: a campaign watched, steered, forked, and answered by hand."""
