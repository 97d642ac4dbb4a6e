"""Light: of each pixel in cd/m2, and of flashes through time."""
