"""What people say to a run that is under way, and how the run hears it."""
