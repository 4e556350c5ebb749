"""The explorer as a person uses it: keys in, screen out, against servers on loopback sockets."""
