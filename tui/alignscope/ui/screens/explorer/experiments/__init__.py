"""The experiments in the explorer: chosen from a list, sent one after the other, and asked about before a class."""
