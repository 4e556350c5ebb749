"""Backends against stand-ins on real sockets, fault by fault."""
