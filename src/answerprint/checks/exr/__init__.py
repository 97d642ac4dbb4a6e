"""EXR frames: whether they can be read, what their headers say, and samples that no picture holds."""
