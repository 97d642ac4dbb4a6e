"""Movies and animations: what they say of themselves, and their frames as a player shows them."""
