"""The `step` dialect: stream programs as MLIR, built from checked programs and read back."""
