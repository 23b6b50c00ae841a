"""A program synthesiser that answers requests where a language model would."""
