"""How single pictures look: texture, light, gamut, borders, and the tags that tell how to show them."""
