"""Mending a loop seam: the cure looked for, and the mended frames or movie written."""
