"""Campaigns that differ in one thing, and what it is worth."""
