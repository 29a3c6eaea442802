"""Peerbook's builder and command line: a folder of notebooks becomes a static site."""

__version__ = "0.1.0"
