"""Reports of runs: text, Markdown, HTML, JUnit, CSV; functions of the records and nothing else."""
