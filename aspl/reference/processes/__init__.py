"""Every operator as a process that passes tokens on, a module a family as in `aspl.ops`."""
