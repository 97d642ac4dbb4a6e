"""Sound: streams decoded once, and how their ends meet."""
