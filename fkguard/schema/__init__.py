"""Values: constraints, the catalogue, schema events and their consequences."""
