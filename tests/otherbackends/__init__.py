"""The guard through backends of other packages: `make backends`."""
