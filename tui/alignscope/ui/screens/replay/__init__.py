"""Replays of a session: the explorer's panes, fed by the player."""
