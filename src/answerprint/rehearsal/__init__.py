"""Stand-ins for the services: their wire formats on loopback, and real media rendered for every order."""
