"""The stand-in of the Luma Agents API."""
