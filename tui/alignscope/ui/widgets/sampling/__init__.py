"""The sampling panel and its rows."""
