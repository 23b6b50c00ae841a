"""Operators of the language, one file a family, each declared once."""
