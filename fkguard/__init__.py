"""Keep Django migrations from losing constraints."""

from __future__ import annotations

from .acknowledgements import Acknowledgement, acknowledge

__version__ = "0.1.0"

__all__ = ["Acknowledgement", "__version__", "acknowledge"]
