"""Proofs of a clip against what it was ordered as, made from, made into, or delivered beside."""
