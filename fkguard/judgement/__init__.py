"""The forecast of a change, and the verdict on it."""
