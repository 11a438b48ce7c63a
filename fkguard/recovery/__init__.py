"""Crash safety: the claim of a run, and what an interrupted run leaves behind."""
