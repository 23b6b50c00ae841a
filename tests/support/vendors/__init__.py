"""A server on this machine that speaks as vendors of models do, with faults and a ledger."""
