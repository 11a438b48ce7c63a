"""No models: Django sends the migrate signals to apps that have this module."""
