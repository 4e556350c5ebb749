"""Votes on the replies of a run: by a person, and by models that are asked to judge."""
