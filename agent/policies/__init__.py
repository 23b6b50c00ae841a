"""How samples are spent: pure rules from what happened to what is asked for next."""
