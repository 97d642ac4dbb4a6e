"""Color: transfer functions and primaries by their standards, and the OpenColorIO output transforms."""
