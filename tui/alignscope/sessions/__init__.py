"""Sessions on disk: the format, recording, the library, playback."""
