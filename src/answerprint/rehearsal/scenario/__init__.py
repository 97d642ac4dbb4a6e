"""The stand-in of Scenario."""
