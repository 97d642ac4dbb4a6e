"""The thin client: a module and a book of rules and prices for each service that makes clips."""
