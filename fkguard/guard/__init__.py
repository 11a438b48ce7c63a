"""The live guard: what runs while `migrate` runs."""
