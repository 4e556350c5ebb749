"""Families of models of which the stages between base and final model are public, a file for each."""
