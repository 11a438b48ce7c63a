"""Optional parts of fkguard, each an app of its own."""
