"""The stand-in of GMI Cloud."""
