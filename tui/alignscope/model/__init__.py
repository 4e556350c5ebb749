"""What everything speaks of: events and replies, panes and models, sampling, turns and sessions. No input or output."""
