"""Programs to read and to run; `aspl run aspl/examples/bmm.aspl` evaluates one."""
