"""The stand-in of Runware."""
