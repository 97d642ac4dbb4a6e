"""The stand-in of Replicate."""
