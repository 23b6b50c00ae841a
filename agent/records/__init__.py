"""What models were asked and what they said, as runs recorded it: shown, replayed, exported."""
