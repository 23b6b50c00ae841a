"""From a checked program to machine tables."""
