"""The experiments of the STeP paper: programs, traces, runs, figures beside published values."""
