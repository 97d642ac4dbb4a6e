"""Pictures through time: black, held, lost, exchanged and foreign ones, and light that is unsteady."""
