"""Hold no models: the migrations under test bring their own."""
