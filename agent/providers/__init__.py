"""Who answers: language models of vendors, recordings, people, doubles, the embedded model."""
