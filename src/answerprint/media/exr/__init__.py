"""OpenEXR files: read and written through their library, and their bytes understood without it."""
