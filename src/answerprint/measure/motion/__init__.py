"""Motion: the steps of a closed clip, and where each goes."""
