"""The project around the code: what the README says, what a package holds, what the film shows."""
