"""The presets that ship with the package, one TOML file each."""
