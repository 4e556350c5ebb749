"""Events, replies, panes, models, sampling, turns and sessions. No input or output."""
