"""Tests of alignscope: real sockets on the loopback, real files, the application driven by its keys."""
