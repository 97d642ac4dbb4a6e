"""Sound: there or not as wanted, as long as the picture, and as loud and as whole as it should be."""
