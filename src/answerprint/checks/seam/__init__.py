"""The loop seam: the step from the last frame to the first."""
