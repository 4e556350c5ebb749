"""Asking a lineup without a screen: servers, their models, runs, explorations."""
