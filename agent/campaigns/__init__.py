"""Runs of many episodes: started, bounded, resumed, recorded."""
