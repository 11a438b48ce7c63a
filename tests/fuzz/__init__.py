"""Random histories of operations, run for real: the forecast against the server."""
