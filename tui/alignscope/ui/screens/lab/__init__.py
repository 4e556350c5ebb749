"""The lab's screen: a run as it goes on, measure by measure and row by row."""
