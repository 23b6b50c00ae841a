"""The meaning of functions: numpy over whole batches of elements, never one at a time."""
