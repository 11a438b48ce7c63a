"""The project whose rows `benchmarks.copying` moves: a bookshop."""
