"""What can be done without the explorer, one module for each command."""
