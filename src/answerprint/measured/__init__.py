"""What was measured, as small frozen records: everything a check needs, nothing it must decode again."""
