"""Samples of EXR frames, counted and looked at bit by bit."""
