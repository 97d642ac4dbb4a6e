"""The profiles that ship, one TOML file each."""
