"""An app whose migrations count how often they are applied."""
