"""The composition root: one-machine and cluster set-ups, and the guanjia command."""
