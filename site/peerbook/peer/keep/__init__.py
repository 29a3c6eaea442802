"""A class kept on disk: its notebooks as files that Jupyter opens, and beside them what a restart goes on from."""
